import type { TokenAuth } from '@tollgate/model/judge/token-auth'
import { joinedValues } from '../edge/client-address.ts'
import type { RequestContext } from './request-context.ts'

/** Takes the credential off what goes upstream, wherever it may have stood (`strip_auth_data`). */
export function stripCredential(context: RequestContext, auth: TokenAuth): void {
  if (auth.header !== '') context.editHeaders().remove(auth.header)
  if (auth.param !== '') context.query = withoutParameter(context.query, auth.param)
  if (auth.cookie === '') return
  // More than one line is against RFC 6265, and read by some upstreams all the same.
  const cookies = joinedValues(context.head, 'cookie', '; ')
  if (cookies === '') return
  const kept = withoutCookie(cookies, auth.cookie)
  if (kept === cookies) return
  if (kept === '') context.editHeaders().remove('cookie')
  else context.editHeaders().set('cookie', `Cookie: ${kept}\r\n`)
}

/** The raw query without every parameter of that name; the others stay as they were written. */
export function withoutParameter(query: string, name: string): string {
  if (query === '') return query
  return query
    .split('&')
    .filter((pair) => {
      const equals = pair.indexOf('=')
      return decoded(equals < 0 ? pair : pair.slice(0, equals)) !== name
    })
    .join('&')
}

/** A Cookie header without every cookie of that name. */
export function withoutCookie(header: string, name: string): string {
  return header
    .split(';')
    .filter((pair) => pair.slice(0, Math.max(0, pair.indexOf('='))).trim() !== name)
    .map((pair) => pair.trim())
    .join('; ')
}

function decoded(text: string): string {
  if (!text.includes('%') && !text.includes('+')) return text
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    // A malformed escape stands for itself, as it does where the parameter is read.
    return text
  }
}
