import type { HttpFacts } from '../route.ts'

/**
 * Whether a request that relies on a cookie may change something: a page of another site must not write with the
 * visitor's session. Browsers tell by Sec-Fetch-Site, which no page can set, or by Origin; what sends neither is no
 * browser of today, and has no other site's pages to fear.
 */
export function isFromOwnPages(http: HttpFacts): boolean {
  const site = http.headers['sec-fetch-site']
  if (site !== undefined) return site === 'same-origin' || site === 'none'
  const origin = http.headers.origin
  if (origin === undefined) return true
  return typeof origin === 'string' && URL.canParse(origin) && new URL(origin).host === http.headers.host
}
