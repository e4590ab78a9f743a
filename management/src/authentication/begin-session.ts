import type { SignIn, SignInMethod, SignInStage } from '@tollgate/storage/records/sign-ins'
import type { UserRecord } from '@tollgate/storage/records/users'
import type { Stores } from '@tollgate/storage/storage'
import { z } from 'zod'
import type { Dependencies } from '../dependencies.ts'
import { envelopeOf, ok } from '../envelopes.ts'
import { defineProblems, Problem } from '../errors.ts'
import { type HttpFacts, Reply } from '../route.ts'
import { rememberDevice } from './known-devices.ts'
import { startCookies } from './session-cookie.ts'
import { endSessions, sessionLifeMs, startSession, stepLifeMs } from './sign-ins.ts'

export const loginProblems = defineProblems({
  credentials_incorrect: { status: 401, message: 'Credentials are incorrect, please try again' },
  single_sign_on_only: {
    status: 403,
    message: 'Your organisation signs in with its identity provider only',
  },
})

/** What a sign-in answers: nothing more to do, or the step that is outstanding. */
export const SignedIn = envelopeOf(z.object({ next: z.enum(['factor', 'enrol']) }).nullable())

/** A session that has just begun. */
type Begun = { readonly token: string; readonly stage: SignInStage }

/**
 * Starts a session for a user who has shown who it is, and notes it on the user, in one transaction: a password change
 * or a revocation comes before it and is seen, or after it and ends the session.
 * @throws {Problem} when the organisation does not take this method
 */
export async function beginSession(
  deps: Dependencies,
  http: HttpFacts,
  user: UserRecord,
  method: SignInMethod,
): Promise<Begun> {
  const begun = await deps.storage.write({ kind: 'user', id: user.id }, async (stores) => {
    const current = await stores.users.byId(undefined, user.id)
    if (current?.passwordHash !== user.passwordHash || current.user.active !== true) {
      throw new Problem(loginProblems.credentials_incorrect)
    }
    const stage = await stageFor(stores, current, method)
    return { stage, token: await started(stores, deps, http, { user: current, stage, method }) }
  })
  await endSessions(deps, http)
  return begun
}

/** Turns a session that waited for its second step into a full one, under a new token. */
export async function completeSession(deps: Dependencies, http: HttpFacts, signIn: SignIn): Promise<Begun> {
  const { userId, method } = signIn
  const token = await deps.storage.write({ kind: 'user', id: userId }, async (stores) => {
    const user = await stores.users.byId(undefined, userId)
    const waiting = await stores.signIns.byTokenHash(signIn.tokenHash)
    // Taken by a request that came at the same time, or ended by a new password.
    if (user?.user.active !== true || waiting === undefined) {
      throw new Problem(loginProblems.credentials_incorrect)
    }
    await stores.signIns.remove(signIn.tokenHash)
    return started(stores, deps, http, { user, stage: 'full', method })
  })
  return { token, stage: 'full' }
}

/** The answer to a sign-in: its cookies, and what is still to be done. */
export function signedInReply(
  deps: Dependencies,
  http: HttpFacts,
  userId: string,
  { token, stage }: Begun,
): Reply<z.input<typeof SignedIn>> {
  const headers = { 'set-cookie': sessionCookies(deps, http, userId, { token, stage }) }
  if (stage === 'factor') return new Reply(ok('Second factor needed', { next: stage }), 200, headers)
  if (stage === 'enrol')
    return new Reply(ok('Set up a second factor to go on', { next: stage }), 200, headers)
  return new Reply(ok('Signed in'), 200, headers)
}

/** The cookies of a session that has just begun; only a whole sign-in makes its browser a known one. */
export function sessionCookies(
  deps: Dependencies,
  http: HttpFacts,
  userId: string,
  { token, stage }: Begun,
): string[] {
  const isFull = stage === 'full'
  const cookies = startCookies(http, deps.dashboardUrl, token, isFull ? sessionLifeMs : stepLifeMs)
  return isFull ? [...cookies, rememberDevice(deps, http, userId)] : cookies
}

/** What is outstanding after a sign-in by this method. What an identity provider asks for is the provider's to say. */
async function stageFor(stores: Stores, user: UserRecord, method: SignInMethod): Promise<SignInStage> {
  if (method === 'single-sign-on') return 'full'
  const rules = await stores.signInRules.of(user.orgId)
  if (rules.single_sign_on_only && rules.emergency_user_id !== user.id) {
    throw new Problem(loginProblems.single_sign_on_only)
  }
  if (method === 'passkey') return 'full'
  if ((await stores.secondFactors.usersWithFactor([user.id])).size > 0) return 'factor'
  return rules.second_factor_required ? 'enrol' : 'full'
}

async function started(
  stores: Stores,
  deps: Dependencies,
  { headers, address }: HttpFacts,
  { user, stage, method }: { user: UserRecord; stage: SignInStage; method: SignInMethod },
): Promise<string> {
  if (stage === 'full') {
    const at = new Date(deps.now()).toISOString()
    await stores.users.update({ ...user, user: { ...user.user, last_login_date: at } })
  }
  const userAgent = typeof headers['user-agent'] === 'string' ? headers['user-agent'].toWellFormed() : ''
  const from = { address, userAgent }
  return startSession(stores.signIns, deps, { userId: user.id, stage, method, ...from })
}
