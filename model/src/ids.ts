/** Ids in the forms that clients of the Dashboard contract rely on (dashboard contract, section 0 rule 7). */

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

// One call to the generator costs as much for 16 bytes as for many: bytes are drawn ahead, and each is used once.
const pool = new Uint8Array(1024)
let used = pool.length

function randomHex(bytes: number): string {
  if (used + bytes > pool.length) {
    crypto.getRandomValues(pool)
    used = 0
  }
  let hex = ''
  for (const end = used + bytes; used < end; used++) hex += HEX[pool[used] ?? 0]
  return hex
}

/** 24 lower-case hex digits: organisations, users, groups, the database id of an API, policies. */
export function objectId(): string {
  return randomHex(12)
}

/** 32 lower-case hex digits: `api_id`, access keys, public key ids, the random part of a generated key. */
export function hex32(): string {
  return randomHex(16)
}

/** Longest id of an organisation, characters. */
const MAX_ORGANISATION_ID_LENGTH = 128

/**
 * Whether an organisation may have this id: printable ASCII, since keys begin with it and headers carry keys, and nothing
 * that would have to be escaped in a path or parts a list. A Dashboard gives an `objectId()`; who needs none calls it "default".
 */
export function isOrganisationId(text: string): boolean {
  return text.length <= MAX_ORGANISATION_ID_LENGTH && /^[A-Za-z0-9][A-Za-z0-9._:@+=~!$'()*&;-]*$/.test(text)
}

/** Whether the text has the form of an `objectId()`. */
export function isObjectId(text: string): boolean {
  return /^[0-9a-f]{24}$/.test(text)
}
