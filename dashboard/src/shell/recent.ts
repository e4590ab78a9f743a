import { useLocalStorage } from '@mantine/hooks'

/** Something that was opened from the palette. Names and addresses only: no secret is in either. */
export type Recent = { readonly label: string; readonly to: string }

/** Most that are remembered. */
const maxRecent = 6

/** The list after this was opened: it comes first, once. */
export function withRecent(known: readonly Recent[], opened: Recent): readonly Recent[] {
  return [opened, ...known.filter(({ to }) => to !== opened.to)].slice(0, maxRecent)
}

/** What this user opened from the palette lately, the latest first; kept by this browser. */
export function useRecent(userId: string): readonly [readonly Recent[], (opened: Recent) => void] {
  const [known, setKnown] = useLocalStorage<readonly Recent[]>({
    key: `tollgate-recent-${userId}`,
    defaultValue: [],
    getInitialValueInEffect: false,
  })
  return [known, ({ label, to }) => setKnown((now) => withRecent(now, { label, to }))]
}
