import { setTimeout as wait } from 'node:timers/promises'
import { verifyPassword } from '@tollgate/storage/secrets'
import { defineProblems, Problem } from '../errors.ts'
import { fairQueue } from './fair-queue.ts'
import { type Guesser, networkOf, signInThrottle } from './sign-in-throttle.ts'

/** Comparisons that run at once, of strangers and of known browsers apart: each takes 19 MiB and a core. */
const maxComparing = 2
/** Attempts that wait or run at once: of all strangers, of all known browsers, of one network or known browser, of one account. */
const maxStrangers = 1_000
const maxKnown = 250
const maxPerOrigin = 16
const maxPerAccount = 64

export const gateProblems = defineProblems({
  sign_ins_busy: { status: 503, message: 'Too many sign-ins at once, try again later' },
  sign_in_locked: {
    status: 403,
    message: 'Locked after too many wrong sign-ins, try again later',
  },
})

/** Compares secrets for whoever asks, and slows and locks out who guesses. */
export type PasswordGate = {
  /**
   * Which of the hashes the password fits, or -1. No hash at all takes as long as one.
   * @throws {Problem} to who knows the password, when it is locked; to everybody, when too many ask at once
   */
  readonly match: (guesser: Guesser, password: string, hashes: readonly string[]) => Promise<number>
  /** The same for another secret: whether it is right. `verify` is not called while it is locked and was looked at enough. */
  readonly check: (guesser: Guesser, verify: () => Promise<boolean>) => Promise<boolean>
}

/** @param pause waits so many milliseconds */
export function passwordGate(
  now: () => number,
  pause: (ms: number) => Promise<unknown> = wait,
): PasswordGate {
  const throttle = signInThrottle(now)
  const strangers = { queue: fairQueue(maxComparing), inside: crowd(maxStrangers) }
  const known = { queue: fairQueue(maxComparing), inside: crowd(maxKnown) }

  async function judged(guesser: Guesser, verify: (compare: boolean) => Promise<number>): Promise<number> {
    const { queue, inside } = guesser.device === undefined ? strangers : known
    const origin = guesser.device ?? networkOf(guesser.address)
    const leave = inside.enter(origin, guesser.account)
    try {
      const attempt = throttle.attempt(guesser)
      if (attempt.pauseMs > 0) await pause(attempt.pauseMs)
      const index = await queue.run(origin, () => verify(attempt.compare))
      if (index === -1) return -1
      attempt.succeeded()
      if (attempt.locked) throw new Problem(gateProblems.sign_in_locked)
      return index
    } finally {
      leave()
    }
  }

  return {
    match: (guesser, password, hashes) =>
      judged(guesser, (compare) => firstMatch(password, compare ? hashes : hashes.map(() => ''))),
    check: async (guesser, verify) =>
      (await judged(guesser, async (compare) => (compare && (await verify()) ? 0 : -1))) === 0,
  }
}

/** Who is inside: bounded in all, per origin and per account. */
function crowd(most: number) {
  const counts = new Map<string, number>()
  let all = 0
  const count = (name: string, change: 1 | -1) => {
    const sum = (counts.get(name) ?? 0) + change
    if (sum === 0) counts.delete(name)
    else counts.set(name, sum)
  }
  return {
    /** @returns what lets go of the place */
    enter(origin: string, account: string): () => void {
      const names = [`origin ${origin}`, `account ${account}`] as const
      const full =
        all >= most ||
        (counts.get(names[0]) ?? 0) >= maxPerOrigin ||
        (counts.get(names[1]) ?? 0) >= maxPerAccount
      if (full) throw new Problem(gateProblems.sign_ins_busy, '', { 'retry-after': '5' })
      all += 1
      for (const name of names) count(name, 1)
      return () => {
        all -= 1
        for (const name of names) count(name, -1)
      }
    },
  }
}

/** Compares with every hash, so that the time does not tell which one fitted. */
async function firstMatch(password: string, hashes: readonly string[]): Promise<number> {
  let match = -1
  for (const [index, hash] of (hashes.length === 0 ? [''] : hashes).entries()) {
    if ((await verifyPassword(password, hash)) && hash !== '' && match === -1) match = index
  }
  return match
}
