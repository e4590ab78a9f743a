import { randomInt } from 'node:crypto'
import { secretHash, unseal } from '@tollgate/storage/secrets'
import { Secret, TOTP } from 'otpauth'

/** RFC 6238 with what every authenticator app understands: SHA-1, six digits, thirty seconds. */
const periodMs = 30_000
/** Steps before and after the present one whose codes are taken: clocks differ. */
const window = 1
/** RFC 4226 advises 160 bits. */
const secretBytes = 20
const issuer = 'Tollgate'

const recoveryCodeCount = 10
/** Characters that cannot be taken for one another; twelve of them have 59 bits. */
const recoveryAlphabet = '23456789abcdefghjkmnpqrstuvwxyz'
const recoveryLength = 12

/** A new secret, in Base32 as apps take it. */
export function newSecret(): string {
  return new Secret({ size: secretBytes }).base32
}

/** The address that an authenticator app reads, from a QR code as a rule. */
export function secretUri(secret: string, account: string): string {
  return totpOf(secret, account).toString()
}

/** The time step that a code belongs to; undefined when it is none of the present ones. */
export function stepOf(
  pepper: string,
  secretSealed: string,
  code: string,
  nowMs: number,
): number | undefined {
  const delta = totpOf(unseal(pepper, secretSealed), '').validate({ token: code, timestamp: nowMs, window })
  return delta === null ? undefined : Math.floor(nowMs / periodMs) + delta
}

function totpOf(secret: string, label: string): TOTP {
  return new TOTP({ issuer, label, secret: Secret.fromBase32(secret), period: periodMs / 1000 })
}

/** New recovery codes, as they are shown once. */
export function newRecoveryCodes(): readonly string[] {
  return Array.from({ length: recoveryCodeCount }, () => {
    const letters = Array.from(
      { length: recoveryLength },
      () => recoveryAlphabet[randomInt(recoveryAlphabet.length)],
    ).join('')
    return `${letters.slice(0, 4)}-${letters.slice(4, 8)}-${letters.slice(8)}`
  })
}

/** The form in which a recovery code is kept; how it is spaced and spelled does not matter. */
export function recoveryHash(pepper: string, userId: string, code: string): string {
  return secretHash(pepper, `recovery code ${userId} ${code.toLowerCase().replaceAll(/[\s-]/g, '')}`)
}
