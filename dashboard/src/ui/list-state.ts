import { useNavigate, useSearch } from '@tanstack/react-router'

/** What of a list the address holds: the page, the search, the order, and the list's own filters. */
export type ListState = {
  /** From 1. */
  readonly page: number
  readonly q: string
  /** The server's word for the order, with `-` before it when it descends. */
  readonly sort: string
  /** Any search parameter by name; '' when it is not there. */
  readonly filter: (name: string) => string
  /** Changes some; everything but a change of page leads back to the first one. '' takes a parameter away. */
  readonly change: (values: Readonly<Record<string, string>>) => void
  /** Whether a search or filter narrows the list, beside page and order. */
  readonly isNarrowed: boolean
}

/** The list's state in the address, so that a link, a reload and the back button show the same list. */
export function useListState(): ListState {
  // Plain text throughout: the router is told to parse nothing (routes.tsx).
  const search = useSearch({ strict: false }) as Readonly<Record<string, string | undefined>>
  const navigate = useNavigate()
  const filter = (name: string) => search[name] ?? ''
  return {
    page: Math.max(1, Number.parseInt(filter('p'), 10) || 1),
    q: filter('q'),
    sort: filter('sort'),
    filter,
    isNarrowed: Object.entries(search).some(([name, value]) => value && name !== 'p' && name !== 'sort'),
    change: (values) => {
      const next = { ...search, p: undefined, ...values }
      const given = Object.entries(next).filter(([, value]) => value)
      void navigate({ to: '.', search: Object.fromEntries(given), replace: !('p' in values) })
    },
  }
}
