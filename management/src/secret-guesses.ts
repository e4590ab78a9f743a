import { holdsSecret } from './authentication/secret-header.ts'
import { networkOf } from './authentication/sign-in-throttle.ts'
import { Problem, problems } from './errors.ts'
import type { HttpFacts } from './route.ts'

/** Wrong secrets that an address may send at once where the settings say nothing; after them one each second. */
export const defaultWrongSecrets = 100
/** Addresses that are remembered; the one whose last wrong secret is longest ago is forgotten first. */
const maxRemembered = 10_000
/** An address gets one more guess after so long. */
const perGuessMs = 1_000

/** Whether a request holds the secret; throws 429 where its address has guessed too often. */
export type SecretCheck = (http: HttpFacts) => boolean

/**
 * Looks at a secret in a header and counts wrong ones by address (IPv6: by /64). No header is no guess. An address that
 * has used up its guesses is not compared at all until it may guess again, or the answer would tell all the same.
 * @param wrongSecrets guesses that an address has at once; 0 = as many as it likes
 */
export function secretCheck(
  header: string,
  secret: string,
  { now, wrongSecrets }: { readonly now: () => number; readonly wrongSecrets: number },
): SecretCheck {
  /** When the guesses of a network will all be back, milliseconds since 1970. */
  const wholeAgain = new Map<string, number>()
  return (http) => {
    const given = http.headers[header]
    if (given === undefined || given === '') return false
    const network = networkOf(http.address)
    const nowMs = now()
    const until = Math.max(nowMs, wholeAgain.get(network) ?? 0)
    const waitMs = until - nowMs - (wrongSecrets - 1) * perGuessMs
    if (wrongSecrets > 0 && waitMs > 0) {
      throw new Problem(problems.too_many_wrong_secrets, '', { 'retry-after': `${Math.ceil(waitMs / 1000)}` })
    }
    if (holdsSecret(http, header, secret)) return true
    wholeAgain.delete(network)
    if (wholeAgain.size >= maxRemembered) {
      const [oldest] = wholeAgain.keys()
      if (oldest !== undefined) wholeAgain.delete(oldest)
    }
    wholeAgain.set(network, until + perGuessMs)
    return false
  }
}
