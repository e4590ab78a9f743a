import { z } from 'zod'
import type { PasswordGate } from '../authentication/password-gate.ts'
import type { Dependencies } from '../dependencies.ts'
import { Done, ok } from '../envelopes.ts'
import { Problem } from '../errors.ts'
import { Reply, type Route, route } from '../route.ts'
import { challengeCookie } from './challenges.ts'
import { personOf, proves } from './confirm.ts'
import { factorProblems } from './factor-problems.ts'
import { assertionOptions, PasskeyOptions, PasskeyResponse, verifyAssertion } from './passkeys.ts'
import { maxCodeLength } from './verify-code.ts'

/** /api/session/confirm: who is signed in shows anew who it is, before something that a cookie alone does not open. */
export const confirmRoutes = (deps: Dependencies, gate: PasswordGate): Route[] => [
  route({
    method: 'POST',
    path: '/api/session/confirm',
    permission: 'sign-in-step',
    summary:
      'Show again who is in front of the browser, by password, code or passkey: for five minutes the access key is shown, and factors can be changed',
    body: z.object({
      password: z.string().max(1024).optional(),
      code: z.string().max(maxCodeLength).optional(),
      passkey: PasskeyResponse.optional(),
    }),
    answer: Done,
    async handle({ caller, body, http }) {
      const { signIn } = caller
      if (signIn.stage !== 'full') throw new Problem(factorProblems.sign_in_unfinished)
      const user = await personOf(deps, caller)
      if (body.passkey !== undefined) {
        const passkey = await verifyAssertion(deps, http, body.passkey, `confirm ${signIn.id}`)
        if (passkey.userId !== user.id) throw new Problem(factorProblems.passkey_refused)
      } else if (!(await proves(deps, gate, http, signIn, user, body))) {
        throw new Problem(factorProblems.proof_incorrect)
      }
      await deps.storage.signIns.confirm(signIn.tokenHash, deps.now())
      return ok('Confirmed')
    },
  }),
  route({
    method: 'POST',
    path: '/api/session/confirm/options',
    permission: 'sign-in-step',
    summary: 'What a passkey is to be asked for, to show again who is in front of the browser',
    answer: PasskeyOptions,
    async handle({ caller, http }) {
      const passkeys = await deps.storage.secondFactors.passkeysOf(caller.signIn.userId)
      const { options, challenge } = await assertionOptions(deps, passkeys)
      const headers = challengeCookie(deps, http, challenge, `confirm ${caller.signIn.id}`)
      return new Reply({ options }, 200, headers)
    },
  }),
]
