import type { TokenAuth } from '@tollgate/model/judge/token-auth'
import { joinedValues } from '../pipeline/client-address.ts'
import { withoutControlCookies } from '../pipeline/control-cookies.ts'
import { withoutParameter } from '../pipeline/query.ts'
import type { RequestContext } from '../pipeline/request-context.ts'

/** Takes the credential off what goes upstream, wherever it may have stood (`strip_auth_data`). */
export function stripCredential({ head, upstream }: RequestContext, auth: TokenAuth): void {
  if (auth.header !== '') upstream.edit().remove(auth.header)
  if (auth.param !== '') upstream.query = withoutParameter(upstream.query, auth.param)
  if (auth.cookie === '') return
  // More than one line is against RFC 6265, and read by some upstreams all the same.
  const cookies = joinedValues(head, 'cookie', '; ')
  if (cookies === '') return
  const kept = withoutControlCookies(withoutCookie(cookies, auth.cookie))
  if (kept === cookies) return
  if (kept === '') upstream.edit().remove('cookie')
  else upstream.edit().set('cookie', `Cookie: ${kept}\r\n`)
}

/** A Cookie header without every cookie of that name. */
function withoutCookie(header: string, name: string): string {
  return header
    .split(';')
    .filter((pair) => pair.slice(0, Math.max(0, pair.indexOf('='))).trim() !== name)
    .map((pair) => pair.trim())
    .join('; ')
}
