import { type AttemptCount, attemptCounts } from './attempt-counts.ts'

/** Wrong attempts after which an account is locked for a network, or for a browser that is known. */
export const maxWrongSignIns = 10
/** How long a lock lasts; also how long a wrong attempt is remembered. */
export const lockMs = 15 * 60_000
/** Wrong attempts that cost no time; each further one doubles what the next one waits. */
const freeWrongSignIns = 3
/** A network has many users: it may be wrong more often. */
const freeWrongOfNetwork = 20
const firstPauseMs = 100
const longestPauseMs = 5_000
/**
 * While locked, only so many passwords are compared, and then one more each `lockedLookMs`: "it is locked" is told to
 * who knows the password, and must not tell a guesser that he has found it.
 */
const lockedLooks = 5
const lockedLookMs = 30_000

/** Who tries. */
export type Guesser = {
  /** What was given as the name: what nobody has is counted like what somebody has. */
  readonly account: string
  readonly address: string
  /** The browser, when the account's owner has signed in with it before; else undefined. */
  readonly device: string | undefined
  /** Wrong attempts from unknown browsers that lock the account for them; none without it. */
  readonly accountLimit?: number
}

/** How one attempt is to be treated. */
export type Attempt = {
  /** Whether the secret is to be compared at all; if not, answer as to a wrong one, in the same time. */
  readonly compare: boolean
  /** A right secret is told of the lock instead of being let in. */
  readonly locked: boolean
  /** How long the attempt waits before it is judged, milliseconds. */
  readonly pauseMs: number
  /** The secret was right: the attempt counts as none. */
  readonly succeeded: () => void
}

/** Counts wrong attempts; `attempt` is called before the secret is compared. */
export type SignInThrottle = { readonly attempt: (guesser: Guesser) => Attempt }

/**
 * What locks is the pair of account and network, so that nobody can lock the owner out from elsewhere. The account
 * alone, and the network alone, only slow. A browser that the owner has signed in with is let through all of that and
 * has a count of its own. Attempts are counted before they are judged, so that a thousand at once are not all "the
 * first"; a right one is taken back.
 */
export function signInThrottle(now: () => number): SignInThrottle {
  const locking = attemptCounts(lockMs)
  const accounts = attemptCounts(lockMs)
  const networks = attemptCounts(lockMs)
  return {
    attempt({ account, address, device, accountLimit = Number.POSITIVE_INFINITY }) {
      const nowMs = now()
      const network = networkOf(address)
      const own = locking.of(device === undefined ? `${network} ${account}` : `device ${device}`, nowMs)
      const slowing =
        device === undefined
          ? { account: accounts.of(account, nowMs), network: networks.of(network, nowMs) }
          : undefined
      const limits = [
        { count: own, most: maxWrongSignIns },
        ...(slowing ? [{ count: slowing.account, most: accountLimit }] : []),
      ]
      const reached = limits.filter(({ count, most }) => count.wrong >= most).map(({ count }) => count)
      const locked = reached.length > 0
      const compare = reached.every((count) => mayLook(count, nowMs))
      if (compare) for (const count of reached) count.looks += 1
      // A lock ends on its own: attempts during it do not prolong it.
      const counted = locked ? [] : [own, ...(slowing ? [slowing.account, slowing.network] : [])]
      for (const count of counted) {
        count.wrong += 1
        count.lastMs = nowMs
      }
      return {
        compare,
        locked,
        pauseMs: Math.max(
          pauseAfter(own.wrong, freeWrongSignIns),
          pauseAfter(slowing?.account.wrong ?? 0, freeWrongSignIns),
          pauseAfter(slowing?.network.wrong ?? 0, freeWrongOfNetwork),
        ),
        succeeded() {
          for (const count of counted) count.wrong -= 1
          if (!locked) own.wrong = 0
        },
      }
    },
  }
}

function mayLook({ looks, lastMs }: AttemptCount, nowMs: number): boolean {
  return looks < lockedLooks + Math.floor((nowMs - lastMs) / lockedLookMs)
}

function pauseAfter(wrong: number, free: number): number {
  return wrong <= free ? 0 : Math.min(longestPauseMs, firstPauseMs * 2 ** (wrong - free - 1))
}

/** The network of an address: of IPv6 a /64, since one customer has a whole one to come from. */
export function networkOf(address: string): string {
  if (!address.includes(':') || address.includes('.')) return address.replace(/^::ffff:/i, '')
  const [head = '', tail = ''] = address.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === '' ? [] : tail.split(':')
  const groups = [...left, ...Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right]
  return groups.slice(0, 4).join(':')
}
