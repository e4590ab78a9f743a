import { z } from 'zod'
import {
  beginSession,
  completeSession,
  loginProblems,
  SignedIn,
  signedInReply,
} from '../authentication/begin-session.ts'
import { isFromOwnPages } from '../authentication/origin.ts'
import { sessionOf } from '../authentication/sign-ins.ts'
import type { Dependencies } from '../dependencies.ts'
import { Problem, problems } from '../errors.ts'
import { type HttpFacts, Reply, type Route, route } from '../route.ts'
import { challengeCookie, endChallengeCookie } from './challenges.ts'
import { factorProblems } from './factor-problems.ts'
import { assertionOptions, PasskeyOptions, PasskeyResponse, verifyAssertion } from './passkeys.ts'

/** /login/passkey: a sign-in by passkey alone, or as the second step after the password. */
export const passkeySignInRoutes = (deps: Dependencies): Route[] => [
  route({
    method: 'POST',
    path: '/login/passkey/options',
    permission: 'public',
    summary: 'What a passkey is to be asked for at the sign-in',
    answer: PasskeyOptions,
    async handle({ http }) {
      const step = await waitingStep(deps, http)
      const passkeys = step ? await deps.storage.secondFactors.passkeysOf(step.userId) : []
      const { options, challenge } = await assertionOptions(deps, passkeys)
      return new Reply({ options }, 200, challengeCookie(deps, http, challenge, purposeOf(step)))
    },
  }),
  route({
    method: 'POST',
    path: '/login/passkey',
    permission: 'public',
    summary: 'Sign in with a passkey, or take the second step of a sign-in with one',
    invalid: 'Sign-in request invalid',
    body: z.object({ passkey: PasskeyResponse }),
    answer: SignedIn,
    async handle({ body, http }) {
      if (!isFromOwnPages(http)) throw new Problem(problems.foreign_origin)
      const reply = await signedInBy(deps, http, body.passkey)
      const cookies = [reply.headers['set-cookie'] ?? []].flat()
      return new Reply(reply.body, 200, { 'set-cookie': [...cookies, endChallengeCookie(deps, http)] })
    },
  }),
]

async function signedInBy(deps: Dependencies, http: HttpFacts, response: PasskeyResponse) {
  const step = await waitingStep(deps, http)
  const passkey = await verifyAssertion(deps, http, response, purposeOf(step), step === undefined)
  if (step !== undefined) {
    if (step.userId !== passkey.userId) throw new Problem(factorProblems.passkey_refused)
    return signedInReply(deps, http, step.userId, await completeSession(deps, http, step))
  }
  const user = await deps.storage.users.byId(undefined, passkey.userId)
  if (user?.user.active !== true) throw new Problem(loginProblems.credentials_incorrect)
  return signedInReply(deps, http, user.id, await beginSession(deps, http, user, 'passkey'))
}

/** The sign-in of this browser that waits for its second factor. */
async function waitingStep(deps: Dependencies, http: HttpFacts) {
  const signIn = await sessionOf(deps, http)
  return signIn?.stage === 'factor' ? signIn : undefined
}

function purposeOf(step: { readonly id: string } | undefined): string {
  return step === undefined ? 'sign in' : `second step ${step.id}`
}
