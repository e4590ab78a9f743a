import type { HttpFacts } from '../route.ts'
import { cameByTls, cookieValues, setCookie } from './cookies.ts'

/** The browser's session cookie, spelled as clients of the contract know it (section 0 rule 3). */
const plainName = 'authorisation'
/** Where TLS allows it: no other host, path or plain connection can set a cookie of this name (RFC 6265bis, 4.1.3.2). */
const securedName = `__Host-${plainName}`
/** Session cookies of one request that are tried. */
const maxTried = 16
/**
 * Paths that are cleared. Below `/` somebody else on this host, such as an API behind the gateway's port, may have left
 * a cookie of that name: browsers send the one with the longest path first.
 */
const allPaths = [
  '/',
  '/api',
  '/api/',
  '/api/session',
  '/api/users',
  '/api/users/me',
  '/admin',
  '/login',
  '/logout',
  '/docs',
]

/**
 * The session tokens that a request carries, those first that are likelier to be ours: with the secured name, then with
 * the shortest path.
 */
export function sessionTokens(http: HttpFacts): readonly string[] {
  const all = [...cookieValues(http, securedName), ...cookieValues(http, plainName).toReversed()]
  return [...new Set(all.filter((token) => /^[0-9a-f]{64}$/.test(token)))].slice(0, maxTried)
}

/** The `set-cookie` headers that start a session, and take away what others left under its name. */
export function startCookies(
  http: HttpFacts,
  dashboardUrl: string,
  token: string,
  maxAgeMs: number,
): string[] {
  const secure = cameByTls(http, dashboardUrl)
  const name = secure ? securedName : plainName
  const started = setCookie(name, token, { maxAgeS: Math.floor(maxAgeMs / 1000), path: '/', secure })
  // More than one of the name: some of them lie under other paths.
  const paths = cookieValues(http, plainName).length > 1 ? allPaths : ['/']
  const ended = endings(secure, paths).filter((cookie) => !cookie.startsWith(`${name}=; Max-Age=0; Path=/;`))
  return [started, ...ended]
}

/**
 * The `set-cookie` headers that end a session, whatever its cookie's name and path: a browser does not show a request
 * the cookies of other paths.
 */
export function endCookies(http: HttpFacts, dashboardUrl: string): string[] {
  return endings(cameByTls(http, dashboardUrl), allPaths)
}

function endings(secure: boolean, paths: readonly string[]): string[] {
  const end = (name: string, path: string) => setCookie(name, '', { maxAgeS: 0, path, secure })
  return [...paths.map((path) => end(plainName, path)), ...(secure ? [end(securedName, '/')] : [])]
}
