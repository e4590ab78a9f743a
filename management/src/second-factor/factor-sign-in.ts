import { z } from 'zod'
import { completeSession, loginProblems, SignedIn, signedInReply } from '../authentication/begin-session.ts'
import { knownDevice } from '../authentication/known-devices.ts'
import type { PasswordGate } from '../authentication/password-gate.ts'
import type { Dependencies } from '../dependencies.ts'
import { Problem } from '../errors.ts'
import { type Route, route } from '../route.ts'
import { factorProblems } from './factor-problems.ts'
import { maxCodeLength, verifyCode } from './verify-code.ts'

/** /login/factor: the second step of a sign-in. */
export const factorSignInRoutes = (deps: Dependencies, gate: PasswordGate): Route[] => [
  route({
    method: 'POST',
    path: '/login/factor',
    permission: 'sign-in-step',
    summary: 'Second step of a sign-in: a code of the authenticator app, or a recovery code',
    invalid: 'Sign-in request invalid',
    body: z.object({ code: z.string().max(maxCodeLength) }),
    answer: SignedIn,
    async handle({ caller: { signIn }, body, http }) {
      const user = await deps.storage.users.byId(undefined, signIn.userId)
      if (user === undefined || signIn.stage !== 'factor')
        throw new Problem(loginProblems.credentials_incorrect)
      const guesser = {
        address: http.address,
        device: knownDevice(deps, http, [user.id]),
      }
      if (!(await verifyCode(deps, gate, guesser, user, body.code))) {
        throw new Problem(factorProblems.code_incorrect)
      }
      return signedInReply(deps, http, user.id, await completeSession(deps, http, signIn))
    },
  }),
]
