import { secretHash } from '@tollgate/storage/secrets'
import type { SignInStepCaller, UserCaller } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { Problem, problems } from '../errors.ts'
import type { HttpFacts } from '../route.ts'
import type { KnownCallers } from './known-callers.ts'
import { isFromOwnPages } from './origin.ts'
import { sessionOf } from './sign-ins.ts'

type Context = Pick<Dependencies, 'storage' | 'pepper' | 'now'>

/**
 * The user who is asking: by access key (header `authorization`, raw or Bearer), else by session cookie. A key that is
 * sent is what counts, also when it is wrong; `Basic …` is for a proxy in front of us and is ignored.
 * @returns undefined when there is no credential in force, or its user is inactive
 */
export async function authenticateUser(
  context: Context,
  callers: KnownCallers,
  http: HttpFacts,
): Promise<UserCaller | undefined> {
  const accessKey = accessKeyOf(http)
  if (accessKey !== '') {
    return callers.byAccessKeyHash(secretHash(context.pepper, accessKey))
  }
  const signIn = await sessionOf(context, http)
  if (signIn?.stage !== 'full') return undefined
  const caller = await callers.byUserId(signIn.userId)
  if (caller !== undefined) refuseForeignWrite(http)
  return caller
}

/**
 * Whose browser session this is, whether it is signed in or between the steps of a sign-in. Access keys open nothing
 * here: what is behind it belongs to the person in front of the browser.
 */
export async function authenticateSignInStep(
  context: Context,
  callers: KnownCallers,
  http: HttpFacts,
): Promise<SignInStepCaller | undefined> {
  if (accessKeyOf(http) !== '') return undefined
  const signIn = await sessionOf(context, http)
  if (signIn === undefined) return undefined
  const user = await callers.byUserId(signIn.userId)
  if (user === undefined) return undefined
  refuseForeignWrite(http)
  return { kind: 'sign-in-step', user, signIn }
}

/** The access key that a request sends; empty for none. */
export function accessKeyOf(http: HttpFacts): string {
  const header = http.headers.authorization
  if (typeof header !== 'string' || /^basic /i.test(header)) return ''
  return header.replace(/^bearer /i, '').trim()
}

function refuseForeignWrite(http: HttpFacts): void {
  const writes = http.method !== 'GET' && http.method !== 'HEAD'
  if (writes && !isFromOwnPages(http)) throw new Problem(problems.foreign_origin)
}
