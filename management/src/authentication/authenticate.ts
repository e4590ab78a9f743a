import { secretHash } from '@tollgate/storage/secrets'
import type { UserCaller } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { Problem, problems } from '../errors.ts'
import type { HttpFacts } from '../route.ts'
import type { KnownCallers } from './known-callers.ts'
import { isFromOwnPages } from './origin.ts'
import { sessionToken } from './session-cookie.ts'
import { sessionUser } from './sign-ins.ts'

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
  const userId = await sessionUser(context, sessionToken(http))
  if (userId === undefined) return undefined
  const caller = await callers.byUserId(userId)
  const writes = http.method !== 'GET' && http.method !== 'HEAD'
  if (caller !== undefined && writes && !isFromOwnPages(http)) throw new Problem(problems.foreign_origin)
  return caller
}

/** The access key that a request sends; empty for none. */
export function accessKeyOf(http: HttpFacts): string {
  const header = http.headers.authorization
  if (typeof header !== 'string' || /^basic /i.test(header)) return ''
  return header.replace(/^bearer /i, '').trim()
}
