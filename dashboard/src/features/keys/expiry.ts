import { LAST_MOMENT_MS } from '../../lib/time-in-words.ts'

/** Unix seconds as an input of date and time has them, in the reader's own time zone: "2026-12-24T18:00"; one that no date can tell as the last that can. */
export function localInput(unix: number): string {
  const at = new Date(Math.min(unix * 1000, LAST_MOMENT_MS))
  const two = (value: number) => String(value).padStart(2, '0')
  const date = `${String(at.getFullYear()).padStart(4, '0')}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
  return `${date}T${two(at.getHours())}:${two(at.getMinutes())}`
}

/** The other way round; undefined for what is no date. */
export function unixOfInput(text: string): number | undefined {
  const ms = new Date(text).getTime()
  return Number.isFinite(ms) ? Math.floor(ms / 1000) : undefined
}
