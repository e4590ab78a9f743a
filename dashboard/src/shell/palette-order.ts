import type { Search } from '../lib/feature.ts'

/** Shortest text without a space that may be a whole key, characters. */
const shortestSecret = 24
/** Longest id or name in one word; what is longer is not sent where it would stand in an address. */
const longestWord = 40

type Order<S> = { readonly first: readonly S[]; readonly after: readonly S[] }

/** Whether somebody may have pasted a whole key. */
export function mayBeSecret(text: string): boolean {
  return text.length >= shortestSecret && !/\s/.test(text)
}

/**
 * Which searches are asked for a text. One that may be a secret goes to those first that keep it out of addresses; to
 * the others only when no key was found by it, and not at all when it is as long as secrets are made.
 */
export function orderOf<S extends Pick<Search, 'takesSecrets'>>(
  searches: readonly S[],
  text: string,
): Order<S> {
  if (!mayBeSecret(text)) return { first: searches, after: [] }
  const discreet = (search: S) => search.takesSecrets === true
  return {
    first: searches.filter(discreet),
    after: text.length > longestWord ? [] : searches.filter((search) => !discreet(search)),
  }
}
