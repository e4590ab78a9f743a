import { createHash, timingSafeEqual } from 'node:crypto'
import type { HttpFacts } from '../route.ts'

/** Whether a header holds the secret; the time it takes tells nothing of how much of it was right. */
export function holdsSecret(http: HttpFacts, header: string, secret: string): boolean {
  const given = http.headers[header]
  if (typeof given !== 'string' || given === '' || secret === '') return false
  return timingSafeEqual(digest(given), digest(secret))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
