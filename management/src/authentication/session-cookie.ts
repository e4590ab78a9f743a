import type { HttpFacts } from '../route.ts'

/** The browser's session cookie, spelled as clients of the contract know it (section 0 rule 3). */
const cookieName = 'authorisation'

/** The session token of a request; empty when there is none. */
export function sessionToken(http: HttpFacts): string {
  const header = http.headers.cookie
  for (const pair of typeof header === 'string' ? header.split(';') : []) {
    const equals = pair.indexOf('=')
    if (equals !== -1 && pair.slice(0, equals).trim() === cookieName) return pair.slice(equals + 1).trim()
  }
  return ''
}

/** `set-cookie` that starts a session; `Secure` where the browser came by TLS, through a proxy that says so. */
export function startCookie(http: HttpFacts, token: string, maxAgeMs: number): string {
  return `${cookieName}=${token}; Max-Age=${Math.floor(maxAgeMs / 1000)}; ${attributes(http)}`
}

/**
 * `set-cookie` lines that end a session. A cookie of the same name on a longer path would stay and win: whoever served a
 * page on this host can have set one, so the paths that requests of ours have are cleared too.
 */
export function endCookie(http: HttpFacts): readonly string[] {
  return cookiePaths.map((path) => `${cookieName}=; Max-Age=0; ${attributes(http, path)}`)
}

const cookiePaths = ['/', '/api', '/api/', '/admin', '/login', '/logout', '/docs']

function attributes(http: HttpFacts, path = '/'): string {
  const proto = http.headers['x-forwarded-proto']
  // Several proxies make a list of it: the first one speaks of the browser.
  const secure = typeof proto === 'string' && /^\s*https\s*(,|$)/i.test(proto) ? '; Secure' : ''
  return `Path=${path}; HttpOnly; SameSite=Lax${secure}`
}
