import { createHash, hkdfSync, X509Certificate } from 'node:crypto'
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls'
import type { CertificatePair, TlsSettings } from '../settings.ts'
import type { AskedHosts } from './asked-hosts.ts'
import { type RevocationLists, revocationLists } from './revocation-lists.ts'

/** What the API definitions add to that. */
export type ApiTls = {
  /** The certificate that the organisation with this host name, in normal form, has for it. */
  certificateFor(host: string): StoredPair | undefined
  /** Whether a certificate that it gave once is still what the store has. */
  holds(pair: CertificatePair): boolean
  /** Whose clients are asked for a certificate. */
  readonly asked: AskedHosts
  /**
   * Changes with the certificates that clients of those APIs may show.
   * @param all of the whole store, whoever may show them
   */
  clientDigest(all: boolean): string
  /** Whether the store has a certificate of this fingerprint: such a client's needs no authority. */
  readonly knows: (fingerprint: string) => boolean
}

/** A certificate of the store. The same object means that nothing about it has changed. */
export type StoredPair = CertificatePair & { readonly id: string }

/** What holds where no API has anything to say. */
export const noApiTls: ApiTls = {
  certificateFor: () => undefined,
  holds: () => false,
  asked: { ever: false, always: false, has: () => false },
  clientDigest: () => '',
  knows: () => false,
}

/** Cipher suites of TLS 1.3; there is none to be afraid of. */
const TLS13_CIPHERS = 'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256'

/** Forward secrecy and authenticated encryption only (RFC 9325, 4.2): none with CBC. */
export const DEFAULT_CIPHERS =
  'ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:' +
  'ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305'

/** Node's size for the keys of session tickets. */
export const TICKET_KEY_BYTES = 48

/** Throws with the reason when the settings cannot be used, so that a bad file never replaces a good one. */
export function checkTlsSettings(settings: TlsSettings): void {
  if (settings.certificates.length === 0) throw new Error('TLS needs at least one certificate')
  settings.certificates.forEach((pair, index) => {
    try {
      createSecureContext(
        contextOptions(settings, pair, { ticketKeys: new Uint8Array(TICKET_KEY_BYTES), id: 'check' }),
      )
      namesOf(pair)
    } catch (error) {
      throw new Error(`certificate ${index + 1} cannot be used: ${messageOf(error)}`, { cause: error })
    }
  })
  listsOf(settings)
}

/** The revocation lists of the settings. Throws when they cannot be used. */
export function listsOf({ revocationLists: lists, clientAuthorities }: TlsSettings): RevocationLists {
  return revocationLists(lists, clientAuthorities)
}

/** Within what sessions are resumed: those begun with other ticket keys, or under another id, are not. */
export type SessionScope = { readonly id: string; readonly ticketKeys: Uint8Array }

/**
 * Sessions of clients who were asked for a certificate end with what it was judged by: the authorities, their
 * revocation lists, and the certificates of the store. A resumed session shows no certificate; under other ticket keys it is a full handshake.
 * @param baseKeys `TICKET_KEY_BYTES` that all workers share, so that a session begun with one is taken up by any
 * @param clientDigest of `askedDigest`
 */
export function askingSessions(
  baseKeys: Uint8Array,
  { clientCertificates, clientAuthorities, revocationLists: lists }: TlsSettings,
  clientDigest: string,
): SessionScope {
  const authority = JSON.stringify([clientCertificates, clientAuthorities, lists, clientDigest])
  return { id: 'tollgate asks', ticketKeys: derivedKeys(baseKeys, `asks ${sha256(authority)}`) }
}

/** What the store's certificates have to do with it. */
export function askedDigest({ clientCertificates }: TlsSettings, apis: ApiTls): string {
  // One of the store stands beside the authorities where a bad one would be refused, whoever's it is.
  return apis.clientDigest(clientCertificates === 'optional')
}

/** Sessions of clients who were not asked: they never become ones of a client who was. */
export function silentSessions(baseKeys: Uint8Array): SessionScope {
  return { id: 'tollgate', ticketKeys: derivedKeys(baseKeys, 'does not ask') }
}

function derivedKeys(baseKeys: Uint8Array, purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', baseKeys, '', `tollgate tickets, ${purpose}`, TICKET_KEY_BYTES))
}

/** What `tls.createServer` and `createSecureContext` take. */
export function contextOptions(
  settings: TlsSettings,
  { certificate, key }: CertificatePair,
  sessions: SessionScope,
): SecureContextOptions {
  const { ciphers } = settings
  return {
    cert: certificate,
    key,
    minVersion: settings.minVersion,
    // A list without any of TLS 1.3 would switch that off.
    ciphers: ciphers.includes('TLS_') ? ciphers : `${TLS13_CIPHERS}:${ciphers}`,
    // Takes a Buffer and nothing else.
    ticketKeys: Buffer.from(sessions.ticketKeys),
    sessionIdContext: sessions.id,
    // Clients choose by the names of the authorities what they show: where any will do, none is named.
    ...(settings.clientCertificates !== 'none' && { ca: [...settings.clientAuthorities] }),
  }
}

/** Certificates ready for handshakes: each is made when it is first asked for, and once. */
export interface SecureContexts {
  /** undefined = it cannot be used. */
  of(pair: CertificatePair): SecureContext | undefined
  /** Forgets those that are there no more, keys included. */
  retain(isThere: (pair: CertificatePair) => boolean): void
}

/** Contexts that are kept; beyond it the one asked for longest ago is made anew the next time. */
export const MAX_CONTEXTS = 4_096

/** @param unusable is told each certificate that cannot be used, once */
export function secureContexts(
  settings: TlsSettings,
  sessions: SessionScope,
  unusable: (pair: CertificatePair, reason: string) => void,
  maxContexts = MAX_CONTEXTS,
): SecureContexts {
  const ready = new Map<CertificatePair, SecureContext | undefined>()

  function make(pair: CertificatePair): SecureContext | undefined {
    try {
      return createSecureContext(contextOptions(settings, pair, sessions))
    } catch (error) {
      unusable(pair, messageOf(error))
      return undefined
    }
  }

  return {
    of(pair) {
      const context = ready.has(pair) ? ready.get(pair) : make(pair)
      // Last in the order of the map is the one used last.
      ready.delete(pair)
      ready.set(pair, context)
      if (ready.size > maxContexts) for (const oldest of ready.keys().take(1)) ready.delete(oldest)
      return context
    },
    retain(isThere) {
      for (const pair of ready.keys()) if (!isThere(pair)) ready.delete(pair)
    },
  }
}

/** Which of several certificates is for a host: by its whole name, else by a wildcard for its first label. */
export interface NameTable<T> {
  /** @param host in normal form, see `normalHost` */
  find(host: string): T | undefined
}

/** Of two that are for one name the earlier keeps it. */
export function nameTable<T>(entries: Iterable<readonly [names: readonly string[], value: T]>): NameTable<T> {
  const byName = new Map<string, T>()
  for (const [names, value] of entries) {
    for (const name of names) if (!byName.has(name)) byName.set(name, value)
  }
  return {
    find(host) {
      const dot = host.indexOf('.')
      return byName.get(host) ?? (dot < 0 ? undefined : byName.get(`*${host.slice(dot)}`))
    },
  }
}

const named = new WeakMap<CertificatePair, readonly string[]>()

/** Lower-case host names that a certificate is for; its common name only where it has no others. Throws when it is none. */
export function namesOf(pair: CertificatePair): readonly string[] {
  const known = named.get(pair)
  if (known !== undefined) return known
  const certificate = new X509Certificate(pair.certificate)
  const listed = certificate.subjectAltName?.matchAll(/DNS:([^,\s"]+)/g).map(([, name = '']) => name)
  const names = listed === undefined ? [] : [...listed]
  const common = /^CN=(.+)$/m.exec(certificate.subject)?.[1]
  if (names.length === 0 && common !== undefined) names.push(common)
  const lower = names.map((name) => name.toLowerCase())
  named.set(pair, lower)
  return lower
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
