/** Whose rule refuses; `key`: one of the key or of its policies, `client`: the request itself has to be another one. */
export type RuleOwner = 'key' | 'api' | 'organisation' | 'client' | 'upstream' | 'node'

/** Kinds of refusals that are counted apart; `upstream` is no refusal of the gate but a failure behind it. */
export type RefusalClass = 'auth' | 'rate' | 'quota' | 'upstream' | 'other'

/** What happens at an API, as handlers of its definition are told (gateway contract, section 8). */
export type ApiEventName =
  | 'QuotaExceeded'
  | 'RatelimitExceeded'
  | 'OrgQuotaExceeded'
  | 'OrgRateLimitExceeded'
  | 'AuthFailure'
  | 'KeyExpired'
  | 'VersionFailure'

type Refusal = {
  readonly status: number
  readonly message: string
  /** When the gate refuses so, and what to do. */
  readonly meaning: string
  readonly owner: RuleOwner
  readonly counted: RefusalClass
  /** The event that it is; left out = none. */
  readonly event?: ApiEventName
}

/**
 * The closed table of everything the gate may answer by itself, one row per code. The code is the contract; status and
 * message are the wire form that clients of the gateway contract (sections 4.1, 4.4) expect. Text never carries a cause.
 */
export const refusals = {
  request_malformed: {
    status: 400,
    message: 'Bad Request',
    meaning:
      'The request is not valid HTTP, too large or too slow, or its path could be read in two ways. Plain text; some are 408, 413, 414, 417, 431, 501, 504 or 505.',
    owner: 'client',
    counted: 'other',
  },
  no_route: {
    status: 404,
    message: 'Not Found',
    meaning: 'No API has this host and path.',
    owner: 'client',
    counted: 'other',
  },
  api_inactive: {
    status: 404,
    message: 'Not Found',
    meaning: 'The API at this path is switched off (`active`), or only other APIs reach it (`internal`).',
    owner: 'api',
    counted: 'other',
  },
  api_expired: {
    status: 403,
    message: 'API has expired, please check documentation or contact administrator',
    meaning: 'The API’s own expiry date is past.',
    owner: 'api',
    counted: 'other',
  },
  version_missing: {
    status: 403,
    message: 'Version information not found',
    meaning: 'The API is versioned, the request names no version, and there is no default.',
    owner: 'api',
    counted: 'other',
    event: 'VersionFailure',
  },
  version_unknown: {
    status: 403,
    message: 'This API version does not seem to exist',
    meaning: 'The request names a version that the API does not have.',
    owner: 'api',
    counted: 'other',
    event: 'VersionFailure',
  },
  sub_version_unknown: {
    status: 404,
    message: 'This API version does not seem to exist',
    meaning: 'The request names a version, and the API that would serve it is not there.',
    owner: 'api',
    counted: 'other',
    event: 'VersionFailure',
  },
  version_expired: {
    status: 403,
    message: 'Api Version has expired, please check documentation or contact administrator',
    meaning: 'The version’s expiry date is past.',
    owner: 'api',
    counted: 'other',
    event: 'VersionFailure',
  },
  endpoint_forbidden: {
    status: 403,
    message: 'Requested endpoint is forbidden',
    meaning: 'The path is on the version’s block list, or not on its allow list.',
    owner: 'api',
    counted: 'other',
    event: 'VersionFailure',
  },
  ip_not_allowed: {
    status: 403,
    message: 'access from this IP has been disallowed',
    meaning:
      'The client’s address is not on the API’s list of allowed addresses, or is on that of blocked ones.',
    owner: 'api',
    counted: 'auth',
  },
  tls_required: {
    status: 403,
    message: 'TLS not enabled',
    meaning: 'The API uses mutual TLS, and the request came over a connection without TLS.',
    owner: 'client',
    counted: 'other',
  },
  client_certificate_required: {
    status: 403,
    message: 'Client TLS certificate is required',
    meaning: 'The API uses mutual TLS, and the client has shown no certificate.',
    owner: 'client',
    counted: 'auth',
  },
  client_certificate_expired: {
    status: 403,
    message: 'Certificate has expired',
    meaning: 'The client’s certificate is past its end, or not valid yet.',
    owner: 'client',
    counted: 'auth',
  },
  client_certificate_revoked: {
    status: 403,
    message: 'Certificate is revoked or cannot be checked',
    meaning:
      'The client’s certificate is on the revocation list of its authority (`TOLLGATE_TLS_CRL_FILE`), or that list has expired.',
    owner: 'client',
    counted: 'auth',
  },
  client_certificate_not_allowed: {
    status: 403,
    message: 'Certificate with SHA256 … not allowed',
    meaning: 'The client’s certificate is not one of the API’s `client_certificates`.',
    owner: 'api',
    counted: 'auth',
  },
  misdirected: {
    status: 421,
    message: 'Misdirected Request',
    meaning:
      'The API wants a client certificate, and the connection was made to another host name, whose clients are not asked for one. A new connection to the API’s own name is asked.',
    owner: 'client',
    counted: 'other',
  },
  credential_missing: {
    status: 401,
    message: 'Authorization field missing',
    meaning: 'There is no key where the API wants it: header, query or cookie.',
    owner: 'client',
    counted: 'auth',
  },
  key_unknown: {
    status: 403,
    message: 'Access to this API has been disallowed',
    meaning: 'No key of the API’s organisation has this secret.',
    owner: 'client',
    counted: 'auth',
    event: 'AuthFailure',
  },
  key_without_policies: {
    status: 403,
    message: 'Access to this API has been disallowed',
    meaning: 'The key lists policies, and none of them can be applied.',
    owner: 'key',
    counted: 'auth',
    event: 'AuthFailure',
  },
  key_certificate_required: {
    status: 401,
    message: 'Client certificate required',
    meaning: 'The key is bound to a certificate, and the client has shown none.',
    owner: 'client',
    counted: 'auth',
    event: 'AuthFailure',
  },
  key_certificate_mismatch: {
    status: 401,
    message: 'Access to this API has been disallowed',
    meaning:
      'The key is bound to another certificate than the client’s, or to none where the API asks for one.',
    owner: 'key',
    counted: 'auth',
    event: 'AuthFailure',
  },
  key_inactive: {
    status: 403,
    message: 'Key is inactive, please renew',
    meaning: 'The key, or one of its policies, is switched off (`is_inactive`).',
    owner: 'key',
    counted: 'auth',
    event: 'AuthFailure',
  },
  key_expired: {
    status: 401,
    message: 'Key has expired, please renew',
    meaning: 'The key’s `expires` is past.',
    owner: 'key',
    counted: 'auth',
    event: 'KeyExpired',
  },
  api_not_granted: {
    status: 403,
    message: 'Access to this API has been disallowed',
    meaning: 'The key has no right on this API.',
    owner: 'key',
    counted: 'auth',
  },
  version_not_granted: {
    status: 403,
    message: 'Access to this API has been disallowed',
    meaning: 'The key has a right on this API, but not on this version.',
    owner: 'key',
    counted: 'auth',
  },
  url_not_granted: {
    status: 403,
    message: 'Access to this resource has been disallowed',
    meaning: 'The key’s right on this API does not include this path and method (`allowed_urls`).',
    owner: 'key',
    counted: 'auth',
  },
  rate_limited: {
    status: 429,
    message: 'Rate Limit Exceeded',
    meaning: 'The key made `rate` requests within `per` seconds. It may go on when the window ends.',
    owner: 'key',
    counted: 'rate',
    event: 'RatelimitExceeded',
  },
  quota_exceeded: {
    status: 403,
    message: 'Quota exceeded',
    meaning: 'The key has used up `quota_max`. It may go on when `X-RateLimit-Reset` is reached.',
    owner: 'key',
    counted: 'quota',
    event: 'QuotaExceeded',
  },
  api_rate_limited: {
    status: 429,
    message: 'API Rate Limit Exceeded',
    meaning: 'All callers together made as many requests as the API allows (`global_rate_limit`).',
    owner: 'api',
    counted: 'rate',
    event: 'RatelimitExceeded',
  },
  concurrency_limited: {
    status: 429,
    message: 'Concurrency Limit Exceeded',
    meaning:
      'As many requests of the key as `max_concurrency` allows are under way. It may go on when one of them ends.',
    owner: 'key',
    counted: 'rate',
  },
  api_concurrency_limited: {
    status: 429,
    message: 'API Concurrency Limit Exceeded',
    meaning: 'As many requests of all callers as the API’s `max_concurrency` allows are under way.',
    owner: 'api',
    counted: 'rate',
  },
  organisation_inactive: {
    status: 403,
    message: 'this organisation access has been disabled, please contact your API administrator',
    meaning: 'The organisation is switched off (`is_inactive` of its own session).',
    owner: 'organisation',
    counted: 'other',
  },
  organisation_rate_limited: {
    status: 403,
    message: 'This organisation rate limit has been exceeded, please contact your API administrator',
    meaning: 'All requests to the organisation’s APIs together are over its own `rate` or `max_concurrency`.',
    owner: 'organisation',
    counted: 'rate',
    event: 'OrgRateLimitExceeded',
  },
  organisation_quota_exceeded: {
    status: 403,
    message: 'This organisation quota has been exceeded, please contact your API administrator',
    meaning: 'The organisation has used up its own `quota_max`.',
    owner: 'organisation',
    counted: 'quota',
    event: 'OrgQuotaExceeded',
  },
  length_required: {
    status: 411,
    message: 'Content length is required for this request',
    meaning: 'The API limits the size of requests, and this one does not say its own.',
    owner: 'api',
    counted: 'other',
  },
  request_too_large: {
    status: 400,
    message: 'Request is too large',
    meaning: 'The request is larger than the API allows.',
    owner: 'api',
    counted: 'other',
  },
  counters_full: {
    status: 500,
    message: 'there was a problem proxying the request',
    meaning: 'The table of counters is full: raise `TOLLGATE_COUNTER_CELLS`. Nothing passes uncounted.',
    owner: 'node',
    counted: 'other',
  },
  store_unavailable: {
    status: 503,
    message: 'Service temporarily unavailable.',
    meaning: 'The database does not answer, and this key is not in the cache. Keys that are, go on working.',
    owner: 'node',
    counted: 'other',
  },
  certificate_unavailable: {
    status: 500,
    message: 'There was a problem proxying the request',
    meaning:
      'The definition names a certificate that its organisation does not have, or one without a private key where one is needed. Nothing passes until it is there.',
    owner: 'api',
    counted: 'auth',
  },
  auth_unsupported: {
    status: 500,
    message: 'There was a problem proxying the request',
    meaning:
      'The API asks for a kind of authentication that this release cannot judge. Nothing passes unjudged.',
    owner: 'api',
    counted: 'other',
  },
  target_unusable: {
    status: 503,
    message: 'Service temporarily unavailable.',
    meaning:
      'The definition names a target that nothing can be sent to yet, such as a reference or another API. Its warnings say which.',
    owner: 'api',
    counted: 'other',
  },
  upstream_timeout: {
    status: 504,
    message: 'Upstream service reached hard timeout.',
    meaning:
      'The upstream did not begin to answer in time (`TOLLGATE_UPSTREAM_TIMEOUT_MS`, or the path’s own limit).',
    owner: 'upstream',
    counted: 'upstream',
  },
  upstream_lookup_failed: {
    status: 500,
    message: 'Upstream host lookup failed',
    meaning: 'The upstream’s host name cannot be resolved.',
    owner: 'upstream',
    counted: 'upstream',
  },
  upstream_failed: {
    status: 500,
    message: 'There was a problem proxying the request',
    meaning: 'The upstream cannot be reached, closed too early, or did not answer with valid HTTP.',
    owner: 'upstream',
    counted: 'upstream',
  },
  internal: {
    status: 500,
    message: 'There was a problem proxying the request',
    meaning: 'A fault of the gate. The log has it under the request id.',
    owner: 'node',
    counted: 'other',
  },
} as const satisfies Record<string, Refusal>

/** A code of the table above. */
export type RefusalCode = keyof typeof refusals

/** The event that a refusal is; undefined for those that are none. */
export function eventOf(code: RefusalCode): ApiEventName | undefined {
  const { event }: Refusal = refusals[code]
  return event
}
