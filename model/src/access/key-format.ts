import { hex32 } from '../ids.ts'

/**
 * The forms of a key on the wire (gateway contract, section 2). A key is the id of its organisation followed by 32 hex
 * digits, or by a custom name; older installations also hand out base64 of `{"org":…,"id":…,"h":…}`.
 */

/** Shortest credential that is looked up, and shortest custom name. */
export const MIN_KEY_LENGTH = 3

/** Longest credential that is looked up, and longest custom key with its prefix. */
export const MAX_KEY_LENGTH = 1024

/** A new random key: organisation id and 32 hex digits. */
export function generatedToken(orgId: string): string {
  return orgId + hex32()
}

/** The full key of a custom name; a name that already carries the organisation is left as it is. */
export function customToken(orgId: string, name: string): string {
  return name.startsWith(orgId) ? name : orgId + name
}

/** The organisation that a key names: by its JSON, or by its first 24 hex digits; empty when it names none. */
export function tokenOrg(token: string): string {
  const ofJson = token.startsWith('ey') ? jsonOrg(token) : undefined
  if (ofJson !== undefined) return ofJson
  return /^[0-9a-f]{24}/i.test(token) ? token.slice(0, 24) : ''
}

/**
 * The full keys that a presented credential may stand for at an API of this organisation, in the order in which they are
 * looked up. Empty when the credential is too short or too long to be one.
 */
export function lookupCandidates(orgId: string, presented: string): string[] {
  if (presented.length < MIN_KEY_LENGTH || presented.length > MAX_KEY_LENGTH) return []
  const whole = customToken(orgId, presented)
  if (whole === presented) return [presented]
  return tokenOrg(presented) === orgId ? [presented, whole] : [whole, presented]
}

function jsonOrg(token: string): string | undefined {
  if (token.length > MAX_KEY_LENGTH) return undefined
  try {
    const decoded: unknown = JSON.parse(atob(token))
    if (typeof decoded !== 'object' || decoded === null || !('org' in decoded)) return undefined
    return typeof decoded.org === 'string' ? decoded.org : undefined
  } catch {
    // Not base64 or not JSON: an ordinary key that happens to start with "ey".
    return undefined
  }
}
