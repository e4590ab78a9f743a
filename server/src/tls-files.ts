import { readFileSync } from 'node:fs'
import { checkTlsSettings, listsOf } from '@tollgate/gateway/edge/tls-certificates'
import type { TlsSettings } from '@tollgate/gateway/settings'
import { errorText, StartFailure } from './start-failure.ts'

/** Where the PEM files of TLS are, and what goes with them. */
export type TlsFiles = {
  /** Empty = the gateway port speaks plain HTTP. */
  readonly certificates: readonly string[]
  /** In the order of `certificates`. */
  readonly keys: readonly string[]
  readonly minVersion: TlsSettings['minVersion']
  readonly ciphers: TlsSettings['ciphers']
  readonly clientCertificates: TlsSettings['clientCertificates']
  readonly clientAuthorities: readonly string[]
  readonly revocationLists: readonly string[]
  readonly upstreamAuthorities: readonly string[]
}

/** Reads what the gateway needs for TLS on its port; undefined without certificates. Throws `StartFailure` with what is wrong. */
export function readTls(files: TlsFiles): TlsSettings | undefined {
  if (files.certificates.length === 0) return undefined
  const tls: TlsSettings = {
    certificates: files.certificates.map((file, index) => ({
      certificate: pem(file),
      key: pem(files.keys[index] ?? ''),
    })),
    minVersion: files.minVersion,
    ciphers: files.ciphers,
    clientCertificates: files.clientCertificates,
    clientAuthorities: files.clientAuthorities.map(pem),
    revocationLists: files.revocationLists.map(pem),
  }
  try {
    checkTlsSettings(tls)
  } catch (error) {
    throw new StartFailure(`TLS: ${errorText(error)}`)
  }
  return tls
}

/** One sentence for each revocation list that is past its time: until it is renewed, clients of its authority are refused. */
export function expiredLists(tls: TlsSettings | undefined, nowMs: number): readonly string[] {
  if (tls === undefined) return []
  return listsOf(tls)
    .lists.filter(({ nextUpdateMs }) => nextUpdateMs < nowMs)
    .map(({ authority, nextUpdateMs }) => {
      const expiredAt = new Date(nextUpdateMs).toISOString()
      return `the revocation list of ${authority} expired at ${expiredAt}: its clients are refused`
    })
}

/** Authorities of upstreams' certificates, PEM. Throws `StartFailure` naming the file. */
export function readUpstreamAuthorities(files: TlsFiles): readonly string[] {
  return files.upstreamAuthorities.map(pem)
}

function pem(file: string): string {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new StartFailure(`cannot read ${file}: ${errorText(error)}`)
  }
  if (text.includes('-----BEGIN ')) return text
  throw new StartFailure(`${file} is no PEM file`)
}
