import type { Tone } from '../../ui/status-badge.tsx'
import type { Certificate, Use } from './queries.ts'

/** A certificate that ends within so many days is warned of. */
const soonDays = 30
const dayMs = 86_400_000

type Validity = { readonly tone: Tone; readonly word: string; readonly why: string }

/** Whether a certificate is in force. */
export function standingOf(
  certificate: { readonly not_before: string; readonly not_after: string },
  nowMs: number,
): Validity {
  const begins = Date.parse(certificate.not_before)
  const ends = Date.parse(certificate.not_after)
  if (ends <= nowMs) return { tone: 'bad', word: 'Expired', why: 'Nobody accepts it any more' }
  if (begins > nowMs) return { tone: 'warn', word: 'Not valid yet', why: 'Its time has not begun' }
  if (ends - nowMs < soonDays * dayMs) {
    return { tone: 'warn', word: 'Expires soon', why: `In less than ${soonDays} days` }
  }
  return { tone: 'good', word: 'Valid', why: 'Its time has begun and not ended' }
}

type Name = Certificate['subject']

/** A name in one line: "orders.example, Example Ltd, DE". */
export function nameInWords(name: Name): string {
  const parts = [name.CommonName, name.OrganizationalUnit, name.Organization, name.Locality, name.Country]
  return (
    parts
      .flatMap((part) => part ?? [])
      .filter(Boolean)
      .join(', ') || 'No name'
  )
}

const uses: Readonly<Record<Use['usage_type'][number], string>> = {
  client: 'lets clients in that show it',
  upstream: 'shows it to upstreams, or expects it of them',
  server: 'serves its own domain with it',
}

/** What an API does with a certificate. */
export function purposeOf(use: Use): string {
  return use.usage_type.map((type) => uses[type]).join('; ')
}

/** A fingerprint in pairs, as other tools show it. */
export function inPairs(fingerprint: string): string {
  return (fingerprint.toUpperCase().match(/../g) ?? []).join(':')
}

/** Why a text cannot be sent as a certificate; undefined when it looks like one. */
export function pemProblem(text: string): string | undefined {
  if (text.trim() === '') return 'Paste a certificate, or choose its file'
  if (!text.includes('-----BEGIN ')) return 'This is no PEM: it has no line -----BEGIN CERTIFICATE-----'
  if (!/-----BEGIN (TRUSTED )?(CERTIFICATE|PUBLIC KEY|RSA PUBLIC KEY)-----/.test(text))
    return 'There is a key in this, and no certificate'
  return undefined
}

/** Whether a text holds a private key beside the certificate. */
export function hasPrivateKey(text: string): boolean {
  return /-----BEGIN ([A-Z]+ )*PRIVATE KEY-----/.test(text)
}
