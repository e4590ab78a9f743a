import { setTimeout as wait } from 'node:timers/promises'
import { verifyPassword } from '@tollgate/storage/secrets'
import { defineProblems, Problem } from '../errors.ts'
import { signInThrottle } from './sign-in-throttle.ts'

/** Passwords that are compared, or wait for it, at once: each takes memory and a thread. */
const maxComparing = 100
/** Answers that are held back at once; beyond it wrong ones are answered at once, since they are counted anyway. */
const maxPausing = 1_000

export const gateProblems = defineProblems({
  sign_ins_busy: { status: 503, message: 'Too many sign-ins at once, try again later' },
  sign_in_locked: {
    status: 403,
    message: 'Locked after too many wrong sign-ins, try again later',
  },
})

/** Compares passwords for whoever asks, and slows and locks out who guesses. */
export type PasswordGate = {
  /**
   * Which of the hashes the password fits, or -1. No hash at all takes as long as one.
   * @param account what was given as the name: what nobody has is counted like what somebody has
   * @throws {Problem} to who knows the password, when the account or the address is locked
   */
  readonly match: (
    account: string,
    address: string,
    password: string,
    hashes: readonly string[],
  ) => Promise<number>
}

/** @param pause waits so many milliseconds */
export function passwordGate(
  now: () => number,
  pause: (ms: number) => Promise<unknown> = wait,
): PasswordGate {
  const throttle = signInThrottle(now)
  let comparing = 0
  let pausing = 0
  return {
    async match(account, address, password, hashes) {
      if (comparing >= maxComparing) throw new Problem(gateProblems.sign_ins_busy)
      const attempt = throttle.attempt(account, address)
      comparing += 1
      const index = await firstMatch(password, attempt.compare ? hashes : hashes.map(() => '')).finally(
        () => {
          comparing -= 1
        },
      )
      if (index !== -1) {
        attempt.succeeded()
        if (attempt.locked) throw new Problem(gateProblems.sign_in_locked)
        return index
      }
      if (attempt.pauseMs > 0 && pausing < maxPausing) {
        pausing += 1
        await pause(attempt.pauseMs).finally(() => {
          pausing -= 1
        })
      }
      return -1
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
