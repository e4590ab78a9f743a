import { createPublicKey, X509Certificate } from 'node:crypto'
import type { CertificateRecord } from '@tollgate/storage/records/certificates'
import { z } from 'zod'

const PkixName = z.object({
  Country: z.array(z.string()).nullable(),
  Organization: z.array(z.string()).nullable(),
  OrganizationalUnit: z.array(z.string()).nullable(),
  Locality: z.array(z.string()).nullable(),
  Province: z.array(z.string()).nullable(),
  StreetAddress: z.array(z.string()).nullable(),
  PostalCode: z.array(z.string()).nullable(),
  SerialNumber: z.string(),
  CommonName: z.string(),
  Names: z.array(z.object({ Type: z.array(z.int()), Value: z.string() })).nullable(),
  ExtraNames: z.null(),
})
type PkixName = z.output<typeof PkixName>

/** A certificate in a detailed list (dashboard contract, section 1.8). The private key is in no answer. */
export const CertificateBasics = z.object({
  id: z.string(),
  issuer_cn: z.string(),
  subject_cn: z.string(),
  dns_names: z.array(z.string()),
  has_private: z.boolean(),
  is_ca: z.boolean(),
  not_before: z.string(),
  not_after: z.string(),
})

/** All that is told of a certificate. */
export const CertificateDetails = z.object({
  id: z.string(),
  fingerprint: z.string(),
  has_private: z.boolean(),
  issuer: PkixName,
  subject: PkixName,
  dns_names: z.array(z.string()),
  is_ca: z.boolean(),
  not_before: z.string(),
  not_after: z.string(),
})

/** What a bare public key, which has neither names nor dates, shows in their place. */
const NO_DATE = '0001-01-01T00:00:00Z'

export function certificateBasics(record: CertificateRecord): z.output<typeof CertificateBasics> {
  const { id, issuer, subject, dns_names, has_private, is_ca, not_before, not_after } =
    certificateDetails(record)
  return {
    id,
    issuer_cn: issuer.CommonName,
    subject_cn: subject.CommonName,
    dns_names,
    has_private,
    is_ca,
    not_before,
    not_after,
  }
}

export function certificateDetails(record: CertificateRecord): z.output<typeof CertificateDetails> {
  const { id, orgId, pem, keySealed } = record
  const frame = { id, fingerprint: id.slice(orgId.length), has_private: keySealed !== '' }
  if (!pem.startsWith('-----BEGIN CERTIFICATE')) {
    const kind = createPublicKey(pem).asymmetricKeyType ?? ''
    const name = pkixName(`CN=${kind} public key`)
    return {
      ...frame,
      issuer: name,
      subject: name,
      dns_names: [],
      is_ca: false,
      not_before: NO_DATE,
      not_after: NO_DATE,
    }
  }
  const certificate = new X509Certificate(pem)
  return {
    ...frame,
    issuer: pkixName(certificate.issuer),
    subject: pkixName(certificate.subject),
    dns_names: dnsNames(certificate),
    is_ca: certificate.ca,
    not_before: wireDate(certificate.validFromDate),
    not_after: wireDate(certificate.validToDate),
  }
}

function dnsNames({ subjectAltName }: X509Certificate): string[] {
  return Array.from((subjectAltName ?? '').matchAll(/DNS:([^,\s"]+)/g), ([, name = '']) => name)
}

/** Whether it was valid until a moment that has passed; a bare public key has no such moment. */
export function isExpired({ pem }: CertificateRecord, nowMs: number): boolean {
  return pem.startsWith('-----BEGIN CERTIFICATE') && new X509Certificate(pem).validToDate.getTime() < nowMs
}

/** Without milliseconds, as Go writes it. A date that cannot be read must not keep the others from being listed. */
function wireDate(date: Date): string {
  if (Number.isNaN(date.getTime())) return NO_DATE
  return date.toISOString().replace(/\.\d{3}Z$/, 'Z')
}

/** Object identifiers of attributes, by OpenSSL's short names of them. */
const ATTRIBUTES: Readonly<Record<string, readonly number[]>> = {
  CN: [2, 5, 4, 3],
  serialNumber: [2, 5, 4, 5],
  C: [2, 5, 4, 6],
  L: [2, 5, 4, 7],
  ST: [2, 5, 4, 8],
  street: [2, 5, 4, 9],
  O: [2, 5, 4, 10],
  OU: [2, 5, 4, 11],
  postalCode: [2, 5, 4, 17],
  emailAddress: [1, 2, 840, 113549, 1, 9, 1],
}

/** Reads a name as Node writes it: one `attribute=value` a line. */
function pkixName(text: string | undefined): PkixName {
  const parts = (text ?? '').split('\n').flatMap((line) => {
    const end = line.indexOf('=')
    return end < 0 ? [] : [{ attribute: line.slice(0, end), value: line.slice(end + 1) }]
  })
  const all = (name: string) => {
    const values = parts.filter(({ attribute }) => attribute === name).map(({ value }) => value)
    return values.length === 0 ? null : values
  }
  const names = parts.flatMap(({ attribute, value }) => {
    const known = Object.hasOwn(ATTRIBUTES, attribute) ? ATTRIBUTES[attribute] : undefined
    return known === undefined ? [] : [{ Type: [...known], Value: value }]
  })
  return {
    Country: all('C'),
    Organization: all('O'),
    OrganizationalUnit: all('OU'),
    Locality: all('L'),
    Province: all('ST'),
    StreetAddress: all('street'),
    PostalCode: all('postalCode'),
    SerialNumber: all('serialNumber')?.[0] ?? '',
    CommonName: all('CN')?.at(-1) ?? '',
    Names: names.length === 0 ? null : names,
    ExtraNames: null,
  }
}
