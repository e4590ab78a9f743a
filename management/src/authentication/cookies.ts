import type { HttpFacts } from '../route.ts'

/** The values of every cookie of a name, in the order in which the browser sent them. */
export function cookieValues(http: HttpFacts, name: string): readonly string[] {
  const header = http.headers.cookie
  if (typeof header !== 'string') return []
  return header.split(';').flatMap((pair) => {
    const equals = pair.indexOf('=')
    return equals !== -1 && pair.slice(0, equals).trim() === name ? [pair.slice(equals + 1).trim()] : []
  })
}

/** Whether the browser came by TLS: a proxy in front says so, or the dashboard's own address does. */
export function cameByTls(http: HttpFacts, dashboardUrl: string): boolean {
  const proto = http.headers['x-forwarded-proto']
  // Several proxies make a list of it: the first one speaks of the browser.
  if (typeof proto === 'string') return /^\s*https\s*(,|$)/i.test(proto)
  const { protocol, host } = new URL(dashboardUrl)
  return protocol === 'https:' && http.headers.host === host
}

/** A `set-cookie` that no script can read. Times in seconds. */
export function setCookie(
  name: string,
  value: string,
  attributes: {
    readonly maxAgeS: number
    readonly path: string
    readonly secure: boolean
    readonly sameSite?: 'Lax' | 'Strict'
  },
): string {
  const { maxAgeS, path, secure, sameSite = 'Lax' } = attributes
  return `${name}=${value}; Max-Age=${maxAgeS}; Path=${path}; HttpOnly; SameSite=${sameSite}${secure ? '; Secure' : ''}`
}
