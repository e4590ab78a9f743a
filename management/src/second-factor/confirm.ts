import type { SignIn } from '@tollgate/storage/records/sign-ins'
import type { UserRecord } from '@tollgate/storage/records/users'
import type { PasswordGate } from '../authentication/password-gate.ts'
import { isConfirmed } from '../authentication/sign-ins.ts'
import type { SignInStepCaller } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { Problem } from '../errors.ts'
import type { HttpFacts } from '../route.ts'
import { userProblems } from '../users/user-problems.ts'
import { factorProblems } from './factor-problems.ts'
import { verifyCode } from './verify-code.ts'

/** The user in front of the browser. */
export async function personOf(deps: Dependencies, { signIn }: SignInStepCaller): Promise<UserRecord> {
  const user = await deps.storage.users.byId(undefined, signIn.userId)
  if (user === undefined) throw new Problem(userProblems.user_not_readable)
  return user
}

/**
 * Throws unless the caller may change the own factors: signed in, and shown lately that it is the user; or asked to set
 * up a first factor, having just given the password.
 */
export function refuseUnconfirmed(deps: Dependencies, { signIn }: SignInStepCaller): void {
  if (signIn.stage === 'factor') throw new Problem(factorProblems.sign_in_unfinished)
  if (signIn.stage === 'full' && !isConfirmed(signIn, deps.now())) {
    throw new Problem(factorProblems.confirmation_needed)
  }
}

/** What a user may show: the password, or a code. */
export type Proof = { readonly password?: string | undefined; readonly code?: string | undefined }

/** Whether everything that was given is right, and something was. A session is the known browser here. */
export async function proves(
  deps: Dependencies,
  gate: PasswordGate,
  http: HttpFacts,
  signIn: SignIn,
  user: UserRecord,
  { password, code }: Proof,
): Promise<boolean> {
  const guesser = { address: http.address, device: `session ${signIn.id}` }
  if (password === undefined && code === undefined) return false
  if (password !== undefined) {
    const match = await gate.match({ ...guesser, account: user.email }, password, [user.passwordHash])
    if (match === -1) return false
  }
  return code === undefined || (await verifyCode(deps, gate, guesser, user, code))
}
