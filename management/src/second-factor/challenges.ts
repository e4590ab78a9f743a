import { secretHash } from '@tollgate/storage/secrets'
import { z } from 'zod'
import { endSealedCookie, openSealedCookies, sealedCookie } from '../authentication/sealed-cookies.ts'
import type { Dependencies } from '../dependencies.ts'
import type { HttpFacts } from '../route.ts'

/** What a passkey signs: random, kept by the browser in a sealed cookie, for one purpose, and used once. */
const cookieName = 'tollgate-passkey'
/** How long a person may take to answer. */
export const challengeLifeMs = 5 * 60_000

const State = z.object({ challenge: z.string(), purpose: z.string() })

/** Headers that hand out a challenge. */
export function challengeCookie(
  deps: Dependencies,
  http: HttpFacts,
  challenge: string,
  purpose: string,
): Record<string, string[]> {
  const cookie = sealedCookie(deps, http, cookieName, '/', { challenge, purpose }, challengeLifeMs)
  return { 'set-cookie': [cookie] }
}

/** The `set-cookie` that takes a used challenge back. */
export function endChallengeCookie(deps: Dependencies, http: HttpFacts): string {
  return endSealedCookie(deps, http, cookieName, '/')
}

/** The challenges of a purpose that the browser was given. */
export function challengesOf(deps: Dependencies, http: HttpFacts, purpose: string): readonly string[] {
  return openSealedCookies(deps, http, cookieName).flatMap((state) => {
    const parsed = State.safeParse(state)
    return parsed.success && parsed.data.purpose === purpose ? [parsed.data.challenge] : []
  })
}

/** Notes that a challenge was answered. @returns false when it had been before */
export async function spendChallenge(deps: Dependencies, challenge: string): Promise<boolean> {
  const hash = secretHash(deps.pepper, `passkey challenge ${challenge}`)
  return deps.storage.write({ kind: 'system', id: 'passkey' }, async ({ oneTimeTokens }) => {
    await oneTimeTokens.removeExpired(deps.now())
    return oneTimeTokens.spend(hash, deps.now() + challengeLifeMs)
  })
}
