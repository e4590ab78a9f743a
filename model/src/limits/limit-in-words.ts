import type { Limit } from './counters.ts'
import { algorithmOf } from './limit.ts'

/**
 * A limit as people say it: "60 requests each minute", "1,000 requests in 90 seconds", "5 requests in all", "at most 5
 * requests at once", "10 requests in any second", "100 requests each calendar month (UTC)".
 */
export function limitInWords(
  limit: Pick<Limit, 'algorithm' | 'max' | 'windowMs' | 'burst' | 'calendar'> &
    Partial<Pick<Limit, 'smoothing'>>,
): string {
  const { smoothing } = limit
  if (smoothing === undefined) return plainly(limit)
  const { threshold, step, delayMs } = smoothing
  const pause = delayMs === 0 ? '' : ` at most once in ${durationInWords(delayMs)}`
  return `${plainly(limit)}, smoothed (from ${grouped(threshold)}, ${grouped(step)} up or down${pause})`
}

function plainly(limit: Pick<Limit, 'algorithm' | 'max' | 'windowMs' | 'burst' | 'calendar'>): string {
  const { algorithm, max, windowMs, burst, calendar } = limit
  if (algorithm === 'concurrency') return `at most ${requests(max)} at once`
  if (calendar !== undefined) return `${requests(max)} each calendar ${calendar.unit} (${calendar.timeZone})`
  if (windowMs === 0) return `${requests(max)} in all`
  const unit = UNITS.find(({ ms }) => ms === windowMs)
  if (algorithm === 'sliding-window')
    return `${requests(max)} in any ${unit ? unit.name : durationInWords(windowMs)}`
  const plain = `${requests(max)} ${unit ? `each ${unit.name}` : `in ${durationInWords(windowMs)}`}`
  return algorithm === 'token-bucket' ? `${plain}, evenly, ${grouped(burst)} of them at once` : plain
}

/** A rate of a document's `rate` and `per` in words; "none" where it limits nothing. */
export function rateInWords(entry: Readonly<Record<string, unknown>>): string {
  const { rate, per, algorithm, burst } = entry
  if (typeof rate !== 'number' || typeof per !== 'number' || rate <= 0 || per <= 0) return 'none'
  return limitInWords({
    algorithm: algorithmOf(typeof algorithm === 'string' ? algorithm : undefined),
    max: rate,
    burst: typeof burst === 'number' ? burst : rate,
    windowMs: per * 1000,
    calendar: undefined,
  })
}

/** Who shares a limit's budget, as the end of a sentence: "shared by all keys of owner acme"; empty for one key's own. */
export function sharingInWords(scope: string, isShared: boolean): string {
  return isShared ? `shared by all keys of ${scope}` : ''
}

/** Limits that hold at the same time, in one sentence: "10 requests each second, at most 5 requests at once". */
export function limitsInWords(limits: readonly Limit[], isShared: (limit: Limit) => boolean): string {
  const groups: { sharing: string; words: string[] }[] = []
  for (const limit of limits) {
    const sharing = sharingInWords(limit.scope, isShared(limit))
    const last = groups.at(-1)
    if (last?.sharing === sharing) last.words.push(limitInWords(limit))
    else groups.push({ sharing, words: [limitInWords(limit)] })
  }
  const sentences = groups.map(({ sharing, words }) =>
    [...words, sharing].filter((part) => part !== '').join(', '),
  )
  return sentences.length === 0 ? 'unlimited' : sentences.join('; ')
}

/** A time span in the largest unit that measures it without a rest: "2 hours", "90 seconds". */
export function durationInWords(ms: number): string {
  const unit = UNITS.find((candidate) => ms >= candidate.ms && ms % candidate.ms === 0)
  if (unit === undefined) return `${grouped(ms)} milliseconds`
  const count = ms / unit.ms
  return `${grouped(count)} ${count === 1 ? unit.name : `${unit.name}s`}`
}

const UNITS = [
  { name: 'week', ms: 604_800_000 },
  { name: 'day', ms: 86_400_000 },
  { name: 'hour', ms: 3_600_000 },
  { name: 'minute', ms: 60_000 },
  { name: 'second', ms: 1000 },
] as const

function requests(count: number): string {
  return `${grouped(count)} ${count === 1 ? 'request' : 'requests'}`
}

/** Digits in groups of three. */
function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',')
}
