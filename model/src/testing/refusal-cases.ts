import { type RefusalCode, refusals } from '../judge/refusals.ts'
import type { TraceCode } from '../judge/trace-words.ts'

/**
 * One case for every refusal that a document and a request can provoke: what is stored, what is sent, and what the gate
 * says. The model is asked; a test of the whole program sends the same and has to hear the same.
 */
export type RefusalCase = {
  readonly what: string
  readonly code: RefusalCode
  /** The API beside its name, listen path and target. */
  readonly definition: Readonly<Record<string, unknown>>
  /** Of the key that is sent, beside its right on the API; `none` = no key is sent, `unknown` = one that does not exist. */
  readonly session?: Readonly<Record<string, unknown>> | 'none' | 'unknown'
  /** What the key's right on the API says; undefined = it has a right without bounds, null = it has none. */
  readonly right?: Readonly<Record<string, unknown>> | null
  /** The organisation's own session. */
  readonly organisation?: Readonly<Record<string, unknown>>
  readonly request?: {
    readonly method?: string
    /** Behind the listen path. */
    readonly path?: string
    readonly headers?: Readonly<Record<string, string>>
    readonly body?: string
    /** Sent without saying how long the body is. */
    readonly isChunked?: boolean
  }
  /**
   * What the connection says of the client; undefined = nothing. `listed`, `expired` and `revoked` are the certificate that
   * the case lists.
   */
  readonly clientTls?: 'no-certificate' | 'listed' | 'expired' | 'revoked' | 'other' | 'misdirected'
  /** As many such requests were let in before; `held`: they have not ended. */
  readonly before?: { readonly requests: number; readonly held?: boolean }
  /** What the steps say, the one that decided last. */
  readonly trace: readonly TraceCode[]
  /** The words of the step that decided. */
  readonly says: string
}

/** Address that requests of the cases come from. */
export const CASE_CLIENT_IP = '127.0.0.1'
/** Fingerprint of the certificate that APIs of the cases list; the other one is listed nowhere. */
export const LISTED_FINGERPRINT = 'a'.repeat(64)
export const OTHER_FINGERPRINT = 'b'.repeat(64)

const versions = (info: object, more: object = {}) => ({
  version_data: { not_versioned: true, versions: { Default: { name: 'Default', ...info } }, ...more },
})
const paths = (extended_paths: object) => versions({ use_extended_paths: true, extended_paths })
const byHeader = { location: 'header', key: 'X-Version' }
const twoVersions = {
  definition: byHeader,
  version_data: { not_versioned: false, versions: { v1: { name: 'v1' }, v2: { name: 'v2' } } },
}
const mutualTls = { use_keyless: true, use_mutual_tls_auth: true, client_certificates: [LISTED_FINGERPRINT] }

/** Steps of a request that was given its version, and of one whose key was found. */
const VERSION: readonly TraceCode[] = ['api', 'version']
const KEY: readonly TraceCode[] = [...VERSION, 'key_found']

export const refusalCases: readonly RefusalCase[] = [
  {
    what: 'an API that is switched off',
    code: 'api_inactive',
    definition: { active: false },
    trace: ['api_inactive'],
    says: 'orders is not active',
  },
  {
    what: 'an API that only other APIs reach',
    code: 'api_inactive',
    definition: { internal: true },
    trace: ['api_internal'],
    says: 'orders is internal: only other APIs reach it',
  },
  {
    what: 'an API that expired',
    code: 'api_expired',
    definition: { expiration: '2020-01-01 00:00' },
    trace: ['api_expired'],
    says: 'orders expired',
  },
  {
    what: 'no version',
    code: 'version_missing',
    definition: twoVersions,
    trace: ['api', 'version_unnamed'],
    says: 'none named, and there is no default',
  },
  {
    what: 'a version that is not there',
    code: 'version_unknown',
    definition: twoVersions,
    request: { headers: { 'X-Version': 'v9' } },
    trace: ['api', 'version_unknown'],
    says: '"v9" does not exist',
  },
  {
    what: 'a version whose API is not there',
    code: 'sub_version_unknown',
    definition: {
      definition: { ...byHeader, enabled: true, name: 'base', default: 'self', versions: { v2: 'gone' } },
    },
    request: { headers: { 'X-Version': 'v2' } },
    trace: ['api', 'version_api_missing'],
    says: 'v2',
  },
  {
    what: 'a version that expired',
    code: 'version_expired',
    definition: versions({ expires: '2020-01-01 00:00' }),
    trace: ['api', 'version_expired'],
    says: 'Default expired',
  },
  {
    what: 'a path on the block list',
    code: 'endpoint_forbidden',
    definition: paths({ black_list: [{ path: '/secret' }] }),
    request: { path: '/secret/1' },
    trace: [...VERSION, 'path_listed'],
    says: 'on the black list: /secret',
  },
  {
    what: 'a path on no allow list',
    code: 'endpoint_forbidden',
    definition: paths({ white_list: [{ path: '/ok' }] }),
    request: { path: '/other' },
    trace: [...VERSION, 'path_not_white_listed'],
    says: 'not on the white list',
  },
  {
    what: 'a path for other APIs only',
    code: 'endpoint_forbidden',
    definition: paths({ internal: [{ path: '/inside' }] }),
    request: { path: '/inside' },
    trace: [...VERSION, 'path_listed'],
    says: 'on the internal list: /inside',
  },
  {
    what: 'an address that is not allowed',
    code: 'ip_not_allowed',
    definition: { enable_ip_whitelisting: true, allowed_ips: ['203.0.113.0/24'] },
    trace: [...VERSION, 'address_not_allowed'],
    says: '127.0.0.1 is not on the allow list',
  },
  {
    what: 'an address that is blocked',
    code: 'ip_not_allowed',
    definition: { enable_ip_blacklisting: true, blacklisted_ips: ['127.0.0.0/8'] },
    trace: [...VERSION, 'address_blocked'],
    says: '127.0.0.1 is on the block list',
  },
  {
    what: 'no TLS',
    code: 'tls_required',
    definition: mutualTls,
    trace: [...VERSION, 'tls_missing'],
    says: 'the connection is not secured',
  },
  {
    what: 'no certificate',
    code: 'client_certificate_required',
    definition: mutualTls,
    clientTls: 'no-certificate',
    trace: [...VERSION, 'certificate_missing'],
    says: 'the client has shown no certificate',
  },
  {
    what: 'another certificate',
    code: 'client_certificate_not_allowed',
    definition: mutualTls,
    clientTls: 'other',
    trace: [...VERSION, 'certificate_not_listed'],
    says: "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb is not on the API's list",
  },
  {
    what: 'a certificate that expired',
    code: 'client_certificate_expired',
    definition: mutualTls,
    clientTls: 'expired',
    trace: [...VERSION, 'certificate_expired'],
    says: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa has expired',
  },
  {
    what: 'a certificate that was revoked',
    code: 'client_certificate_revoked',
    definition: mutualTls,
    clientTls: 'revoked',
    trace: [...VERSION, 'certificate_revoked'],
    says: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa is revoked',
  },
  {
    what: 'a connection to a host whose clients are asked for no certificate',
    code: 'misdirected',
    definition: mutualTls,
    clientTls: 'misdirected',
    trace: [...VERSION, 'certificate_not_asked'],
    says: 'the connection was made to a host whose clients are asked for no certificate',
  },
  {
    what: 'an organisation that is switched off',
    code: 'organisation_inactive',
    definition: {},
    organisation: { is_inactive: true },
    trace: [...VERSION, 'organisation_inactive'],
    says: 'the organisation is switched off',
  },
  {
    what: 'a body without a length',
    code: 'length_required',
    definition: versions({ global_size_limit: 4 }),
    request: { method: 'POST', body: 'x', isChunked: true },
    trace: [...VERSION, 'length_missing'],
    says: 'a size limit is set and the request states no length',
  },
  {
    what: 'a body that is too large for its path',
    code: 'request_too_large',
    definition: paths({ size_limits: [{ path: '/small', size_limit: 4 }] }),
    request: { method: 'POST', path: '/small', body: '12345' },
    trace: [...VERSION, 'too_large'],
    says: '5 bytes, 4 allowed',
  },
  {
    what: 'a way to authenticate that is not judged',
    code: 'auth_unsupported',
    definition: { enable_jwt: true },
    trace: [...VERSION, 'auth_unsupported'],
    says: 'not supported: JSON Web Tokens',
  },
  {
    what: 'no key',
    code: 'credential_missing',
    definition: {},
    session: 'none',
    trace: [...VERSION, 'credential_missing'],
    says: 'none in header authorization',
  },
  {
    what: 'a key that does not exist',
    code: 'key_unknown',
    definition: {},
    session: 'unknown',
    trace: [...VERSION, 'key_unknown'],
    says: 'no such key in this organisation',
  },
  {
    what: 'a key without its certificate',
    code: 'key_certificate_required',
    definition: {},
    session: { certificate: LISTED_FINGERPRINT },
    trace: [...KEY, 'certificate_missing'],
    says: 'the client has shown no certificate',
  },
  {
    what: 'a key with another certificate',
    code: 'key_certificate_mismatch',
    definition: {},
    session: { certificate: LISTED_FINGERPRINT },
    clientTls: 'other',
    trace: [...KEY, 'key_bound_to_other'],
    says: 'the key is not bound to bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',
  },
  {
    what: 'a target that is a reference',
    code: 'target_unusable',
    definition: versions({ override_target: 'env://UPSTREAM' }),
    trace: [...KEY, 'target_unusable'],
    says: 'there is no target that requests can be sent to yet',
  },
  {
    what: 'policies that are gone',
    code: 'key_without_policies',
    definition: {},
    session: { apply_policies: ['gone'] },
    trace: [...KEY, 'policies_unusable'],
    says: 'policy not found: gone',
  },
  {
    what: 'a key that is switched off',
    code: 'key_inactive',
    definition: {},
    session: { is_inactive: true },
    trace: [...KEY, 'key_inactive'],
    says: 'inactive, key',
  },
  {
    what: 'a key that expired',
    code: 'key_expired',
    definition: {},
    session: { expires: 1 },
    trace: [...KEY, 'key_expired'],
    says: 'expired at 1 (Unix time)',
  },
  {
    what: 'a right on another API',
    code: 'api_not_granted',
    definition: {},
    right: null,
    trace: [...KEY, 'api_not_granted'],
    says: 'no right on API orders',
  },
  {
    what: 'a right on another version',
    code: 'version_not_granted',
    definition: twoVersions,
    right: { versions: ['v1'] },
    request: { headers: { 'X-Version': 'v2' } },
    trace: [...KEY, 'version_not_granted'],
    says: 'version v2 is not granted, key',
  },
  {
    what: 'a right on other paths',
    code: 'url_not_granted',
    definition: {},
    right: { allowed_urls: [{ url: '/mine', methods: ['GET'] }] },
    request: { path: '/yours' },
    trace: [...KEY, 'url_not_granted'],
    says: 'no allowed URL matches, key',
  },
  {
    what: 'a rate that is used up',
    code: 'rate_limited',
    definition: {},
    session: { rate: 1, per: 3600 },
    before: { requests: 1 },
    trace: [...KEY, 'limit_reached'],
    says: '1 of 1 used, key, set by key',
  },
  {
    what: 'a quota that is used up',
    code: 'quota_exceeded',
    definition: {},
    session: { quota_max: 1, quota_renewal_rate: 3600 },
    before: { requests: 1 },
    trace: [...KEY, 'limit_reached'],
    says: '1 of 1 used, key, set by key',
  },
  {
    what: 'as many requests of a key as it may have at once',
    code: 'concurrency_limited',
    definition: {},
    session: { max_concurrency: 1 },
    before: { requests: 1, held: true },
    trace: [...KEY, 'limit_reached'],
    says: '1 of 1 used, key, set by key',
  },
  {
    what: 'a rate of all callers that is used up',
    code: 'api_rate_limited',
    definition: { use_keyless: true, global_rate_limit: { rate: 1, per: 3600 } },
    session: 'none',
    before: { requests: 1 },
    trace: [...VERSION, 'limit_reached'],
    says: '1 of 1 used, all callers, set by API orders',
  },
  {
    what: 'a rate of all callers of a path that is used up',
    code: 'api_rate_limited',
    definition: paths({ rate_limit: [{ path: '/busy', rate: 1, per: 3600 }] }),
    request: { path: '/busy' },
    before: { requests: 1 },
    trace: [...KEY, 'limit_reached'],
    says: '1 of 1 used, all callers of  /busy, set by API orders',
  },
  {
    what: 'as many requests of all callers as the API takes at once',
    code: 'api_concurrency_limited',
    definition: { use_keyless: true, max_concurrency: 1 },
    session: 'none',
    before: { requests: 1, held: true },
    trace: [...VERSION, 'limit_reached'],
    says: '1 of 1 used, all callers, set by API orders',
  },
  {
    what: 'a rate of the organisation that is used up',
    code: 'organisation_rate_limited',
    definition: {},
    organisation: { rate: 1, per: 3600 },
    before: { requests: 1 },
    trace: [...KEY, 'limit_reached'],
    says: '1 of 1 used, organisation, set by organisation',
  },
  {
    what: 'a quota of the organisation that is used up',
    code: 'organisation_quota_exceeded',
    definition: {},
    organisation: { quota_max: 1, quota_renewal_rate: 3600 },
    before: { requests: 1 },
    trace: [...KEY, 'limit_reached'],
    says: '1 of 1 used, organisation, set by organisation',
  },
]

/** Refusals that no document and request provoke: the connection, the node, the store or the upstream does. */
export const notProvoked: readonly RefusalCode[] = [
  'request_malformed',
  'no_route',
  'counters_full',
  'store_unavailable',
  'certificate_unavailable',
  'upstream_timeout',
  'upstream_lookup_failed',
  'upstream_failed',
  'internal',
]

/** Every code, with what the client is told: the row of the table that a test of the whole program compares with. */
export const toldClient: Readonly<
  Record<RefusalCode, { readonly status: number; readonly message: string }>
> = refusals
