/** Wrong sign-ins after which an account, or an address, is locked. */
export const maxWrongSignIns = 10
/** How long a lock lasts; also how long a wrong sign-in is remembered. */
export const lockMs = 15 * 60_000
/** Wrong sign-ins that are answered at once; each further one waits twice as long as the one before. */
const freeWrongSignIns = 3
const firstPauseMs = 100
const longestPauseMs = 2_000
/**
 * While locked, only so many passwords are compared, and then one more each `lockedLookMs`: "it is locked" is told to
 * who knows the password, and must not tell a guesser that he has found it.
 */
const lockedLooks = 5
const lockedLookMs = 30_000
/** Accounts, and addresses, that are remembered at once; the longest known is forgotten first. */
const maxRemembered = 10_000

/** How one attempt to sign in is to be treated. */
export type Attempt = {
  /** Whether the password is to be compared at all; if not, answer as to a wrong one, in the same time. */
  readonly compare: boolean
  /** A right password is told of the lock instead of being let in. */
  readonly locked: boolean
  /** How long a wrong one waits for its answer, in milliseconds. */
  readonly pauseMs: number
  /** The password was right: the attempt counts as none, and the account starts afresh. */
  readonly succeeded: () => void
}

type Count = { wrong: number; lastMs: number; looks: number }

/** Counts wrong sign-ins by account and by address; `attempt` is called before the password is compared. */
export type SignInThrottle = { readonly attempt: (account: string, address: string) => Attempt }

/**
 * Attempts are counted before they are judged, so that a thousand at once are not all "the first". A right one is
 * taken back. An address is not cleared by a success, or one's own account would pay for guessing at others.
 */
export function signInThrottle(now: () => number): SignInThrottle {
  const accounts = new Map<string, Count>()
  const addresses = new Map<string, Count>()
  return {
    attempt(account, address) {
      const nowMs = now()
      const byAccount = remembered(accounts, account, nowMs)
      const byAddress = remembered(addresses, networkOf(address), nowMs)
      const locked = isLocked(byAccount) || isLocked(byAddress)
      const compare = !locked || (mayLook(byAccount, nowMs) && mayLook(byAddress, nowMs))
      if (locked && compare) for (const record of [byAccount, byAddress].filter(isLocked)) record.looks += 1
      // A lock ends on its own: attempts during it do not prolong it.
      const counted = [byAccount, byAddress].filter((record) => !isLocked(record))
      for (const record of counted) {
        record.wrong += 1
        record.lastMs = nowMs
      }
      return {
        compare,
        locked,
        pauseMs: pauseAfter(Math.max(byAccount.wrong, byAddress.wrong)),
        succeeded() {
          for (const record of counted) record.wrong -= 1
          if (!locked) accounts.delete(account)
        },
      }
    },
  }
}

function isLocked(record: Count): boolean {
  return record.wrong >= maxWrongSignIns
}

function mayLook(record: Count, nowMs: number): boolean {
  return !isLocked(record) || record.looks < lockedLooks + Math.floor((nowMs - record.lastMs) / lockedLookMs)
}

function pauseAfter(wrong: number): number {
  if (wrong <= freeWrongSignIns) return 0
  return Math.min(longestPauseMs, firstPauseMs * 2 ** (wrong - freeWrongSignIns - 1))
}

function remembered(records: Map<string, Count>, name: string, nowMs: number): Count {
  const known = records.get(name)
  if (known !== undefined && nowMs - known.lastMs < lockMs) return known
  records.delete(name)
  if (records.size >= maxRemembered) {
    const [longestKnown] = records.keys()
    if (longestKnown !== undefined) records.delete(longestKnown)
  }
  const fresh = { wrong: 0, lastMs: nowMs, looks: 0 }
  records.set(name, fresh)
  return fresh
}

/** One customer of IPv6 has a whole /64 to come from. */
export function networkOf(address: string): string {
  if (!address.includes(':') || address.includes('.')) return address
  const [head = '', tail = ''] = address.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === '' ? [] : tail.split(':')
  const groups = [...left, ...Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right]
  return groups.slice(0, 4).join(':')
}
