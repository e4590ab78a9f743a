import { z } from 'zod'
import { certificateUse } from '../definition/certificate-use.ts'
import type { Report } from '../definition/problem.ts'
import { hasMalformedEscape } from '../definition/target-url.ts'
import { apiFeature } from './feature.ts'
import { flag, headerMap, text } from './field-types.ts'

/** Versions of TLS as programs name them; empty = the platform's own bound. */
export type TlsVersion = '' | 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3'

/** How connections to an API's targets are secured. */
export type UpstreamTls = {
  readonly verifyCertificates: boolean
  /** The certificate's common name must be the host's, whatever its other names say. */
  readonly forceCommonName: boolean
  readonly minVersion: TlsVersion
  readonly maxVersion: TlsVersion
  /** OpenSSL's form of a list; empty for the platform's own. */
  readonly ciphers: string
}

/** An HTTP proxy on the way to the targets. */
export type ForwardProxy = {
  readonly host: string
  readonly port: number
  /** Decoded; both empty = none is sent. */
  readonly username: string
  readonly password: string
}

/** The wire's numbers of the versions, and the texts of the newer form. */
const VERSIONS: Readonly<Record<string, TlsVersion>> = {
  769: 'TLSv1',
  770: 'TLSv1.1',
  771: 'TLSv1.2',
  772: 'TLSv1.3',
  '1.0': 'TLSv1',
  '1.1': 'TLSv1.1',
  '1.2': 'TLSv1.2',
  '1.3': 'TLSv1.3',
}

/** TLS to the targets: what is verified, which versions and ciphers, certificates shown and keys pinned. */
export const upstreamTls = apiFeature({
  name: 'upstream-tls',
  label: 'TLS to the target',
  slot: 'upstreamTls',
  fields: {
    transport: {
      ssl_insecure_skip_verify: flag,
      ssl_force_common_name_check: flag,
      ssl_min_version: z.union([z.number(), text]).nullish(),
      ssl_max_version: z.union([z.number(), text]).nullish(),
      ssl_ciphers: z.array(text).nullish(),
    },
    api: {
      upstream_certificates: headerMap,
      upstream_certificates_disabled: flag,
      pinned_public_keys: headerMap,
      certificate_pinning_disabled: flag,
    },
  },
  compile(document, { report, orgId }): UpstreamTls {
    const asked = document.proxy?.transport ?? {}
    const at = report.within('proxy', 'transport')
    const minVersion = versionOf('ssl_min_version', asked.ssl_min_version, at)
    const maxVersion = versionOf('ssl_max_version', asked.ssl_max_version, at)
    if (minVersion !== '' && maxVersion !== '' && minVersion > maxVersion)
      at.problem(['ssl_min_version'], 'conflict', 'must not be above ssl_max_version')
    for (const [host, ids] of certificateUse({ ...document, org_id: orgId }).pinned) {
      if (ids.length === 0)
        report.problem(['pinned_public_keys', host], 'missing', 'must name at least one certificate')
    }
    return {
      verifyCertificates: asked.ssl_insecure_skip_verify !== true,
      forceCommonName: asked.ssl_force_common_name_check === true,
      minVersion,
      maxVersion,
      ciphers: ciphersOf(asked.ssl_ciphers ?? [], at),
    }
  },
})

/** `proxy.transport.proxy_url`. It may hold a user's name and password, so no problem repeats it. */
export const forwardProxy = apiFeature({
  name: 'forward-proxy',
  label: 'a proxy on the way to the target',
  slot: 'forwardProxy',
  fields: { transport: { proxy_url: text.optional() }, proxy: {}, api: {} },
  compile(document, { report }): ForwardProxy | undefined {
    const url = document.proxy?.transport?.proxy_url ?? ''
    const at = report.within('proxy', 'transport', 'proxy_url')
    if (url === '') return undefined
    if (!URL.canParse(url)) {
      at.problem([], 'malformed', 'is not a URL')
      return undefined
    }
    const { protocol, hostname, port, username, password } = new URL(url)
    if (protocol !== 'http:') {
      at.problem([], 'unsupported', `must begin with http://: ${protocol}// proxies are not supported`)
      return undefined
    }
    if (hasMalformedEscape(username + password)) {
      at.problem([], 'malformed', 'has a user name and password that are not percent-encoded')
      return undefined
    }
    return {
      host: hostname.replace(/^\[(.*)\]$/, '$1'),
      port: port === '' ? 80 : Number(port),
      username: decodeURIComponent(username),
      password: decodeURIComponent(password),
    }
  },
})

function versionOf(field: string, asked: unknown, report: Report): TlsVersion {
  if (asked === undefined || asked === null || asked === 0 || asked === '') return ''
  const name = String(asked)
  if (Object.hasOwn(VERSIONS, name)) return VERSIONS[name] ?? ''
  report.problem([field], 'unknown', `is no version of TLS: ${name.slice(0, 40)}`)
  return ''
}

/** What is left of the list is used; a list of which nothing is left would mean any cipher at all. */
function ciphersOf(asked: readonly string[], report: Report): string {
  const names = asked.map(openSslName)
  const known = names.filter((name) => name !== undefined)
  const isLost = asked.length > 0 && known.length === 0
  for (const [index, name] of names.entries()) {
    if (name !== undefined) continue
    const path = ['ssl_ciphers', index]
    const written = asked[index]?.slice(0, 80)
    if (isLost) report.problem(path, 'unknown', `is no cipher that there is: ${written}`)
    else report.warning(path, 'unknown', `is no cipher that there is, and is left out: ${written}`)
  }
  return known.join(':')
}

const KEY_EXCHANGES = ['', 'DHE-RSA-', 'ECDHE-RSA-', 'ECDHE-ECDSA-']
const BLOCK_CIPHERS = ['AES128-GCM-SHA256', 'AES256-GCM-SHA384', 'AES128-SHA', 'AES256-SHA', 'AES128-SHA256']
const CIPHERS: ReadonlySet<string> = new Set([
  ...KEY_EXCHANGES.flatMap((exchange) => BLOCK_CIPHERS.map((cipher) => exchange + cipher)),
  ...['', 'DHE-RSA-'].map((exchange) => `${exchange}AES256-SHA256`),
  ...['ECDHE-RSA-', 'ECDHE-ECDSA-'].map((exchange) => `${exchange}AES256-SHA384`),
  ...['DHE-RSA-', 'ECDHE-RSA-', 'ECDHE-ECDSA-'].map((exchange) => `${exchange}CHACHA20-POLY1305`),
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_AES_128_CCM_SHA256',
  'TLS_AES_128_CCM_8_SHA256',
])

/** OpenSSL's name of a cipher that is written in its form or in that of the registry (`TLS_RSA_WITH_…`). */
function openSslName(written: string): string | undefined {
  const name = written.trim().toUpperCase()
  if (CIPHERS.has(name)) return name
  const [exchange = '', cipher] = name.replace(/^TLS_/, '').split('_WITH_')
  if (cipher === undefined) return undefined
  const short = cipher
    .replace(/^AES_(\d+)_/, 'AES$1-')
    .replace('CBC_', '')
    .replace(/^CHACHA20_POLY1305(?:_SHA256)?$/, 'CHACHA20-POLY1305')
    .replaceAll('_', '-')
  const found = `${exchange === 'RSA' ? '' : `${exchange.replaceAll('_', '-')}-`}${short}`
  return CIPHERS.has(found) ? found : undefined
}
