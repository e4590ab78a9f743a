/** Wrong attempts of one account, network or browser. */
export type AttemptCount = {
  wrong: number
  /** When the last wrong one was counted. */
  lastMs: number
  /** Comparisons while it was locked. */
  looks: number
}

/** Counts that are remembered at once. */
const maxRemembered = 10_000
/** Idle counts that are looked at when one has to go. */
const looked = 64

export type AttemptCounts = { readonly of: (name: string, nowMs: number) => AttemptCount }

/**
 * A bounded table of counts. One that was idle for `lifeMs` starts afresh. When the table is full, of the longest idle
 * counts the one with the fewest wrong attempts goes: names that somebody makes up by the thousand push out each other,
 * not the account that is being guessed at.
 */
export function attemptCounts(lifeMs: number, most = maxRemembered): AttemptCounts {
  const counts = new Map<string, AttemptCount>()
  return {
    of(name, nowMs) {
      const known = counts.get(name)
      // Taken out and put in again: the order of the map is that of the last use.
      counts.delete(name)
      if (known !== undefined && nowMs - known.lastMs < lifeMs) {
        counts.set(name, known)
        return known
      }
      if (counts.size >= most) removeLeast(counts)
      const fresh = { wrong: 0, lastMs: nowMs, looks: 0 }
      counts.set(name, fresh)
      return fresh
    },
  }
}

function removeLeast(counts: Map<string, AttemptCount>): void {
  let least: [string, AttemptCount] | undefined
  let seen = 0
  for (const entry of counts) {
    if (least === undefined || entry[1].wrong < least[1].wrong) least = entry
    if (++seen >= looked) break
  }
  if (least !== undefined) counts.delete(least[0])
}
