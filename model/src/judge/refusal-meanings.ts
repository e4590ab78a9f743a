import type { RefusalCode } from './refusals.ts'

/** When the gate refuses so, and what to do; a code without its sentence does not compile. */
export const refusalMeanings: Readonly<Record<RefusalCode, string>> = {
  request_malformed:
    'The request is not valid HTTP, too large or too slow, or its path could be read in two ways. Plain text; some are 408, 413, 414, 417, 431, 501, 504 or 505.',
  no_route: 'No API has this host and path.',
  api_inactive: 'The API at this path is switched off (`active`).',
  api_expired: 'The API’s own expiry date is past.',
  version_missing: 'The API is versioned, the request names no version, and there is no default.',
  version_unknown: 'The request names a version that the API does not have.',
  sub_version_unknown: 'The request names a version, and the API that would serve it is not there.',
  version_expired: 'The version’s expiry date is past.',
  endpoint_forbidden: 'The path is on the version’s block list, or not on its allow list.',
  ip_not_allowed:
    'The client’s address is not on the API’s list of allowed addresses, or is on that of blocked ones.',
  tls_required: 'The API uses mutual TLS, and the request came over a connection without TLS.',
  client_certificate_required: 'The API uses mutual TLS, and the client has shown no certificate.',
  client_certificate_expired: 'The client’s certificate is past its end, or not valid yet.',
  client_certificate_revoked:
    'The client’s certificate is on the revocation list of its authority (`TOLLGATE_TLS_CRL_FILE`), or that list has expired.',
  client_certificate_not_allowed: 'The client’s certificate is not one of the API’s `client_certificates`.',
  misdirected:
    'The API wants a client certificate, and the connection was made to another host name, whose clients are not asked for one. A new connection to the API’s own name is asked.',
  credential_missing: 'There is no key where the API wants it: header, query or cookie.',
  key_unknown: 'No key of the API’s organisation has this secret.',
  key_without_policies: 'The key lists policies, and none of them can be applied.',
  key_certificate_required: 'The key is bound to a certificate, and the client has shown none.',
  key_certificate_mismatch:
    'The key is bound to another certificate than the client’s, or to none where the API asks for one.',
  key_inactive: 'The key, or one of its policies, is switched off (`is_inactive`).',
  key_expired: 'The key’s `expires` is past.',
  api_not_granted: 'The key has no right on this API.',
  version_not_granted: 'The key has a right on this API, but not on this version.',
  url_not_granted: 'The key’s right on this API does not include this path and method (`allowed_urls`).',
  rate_limited: 'The key made `rate` requests within `per` seconds. It may go on when the window ends.',
  quota_exceeded: 'The key has used up `quota_max`. It may go on when `X-RateLimit-Reset` is reached.',
  api_rate_limited: 'All callers together made as many requests as the API allows (`global_rate_limit`).',
  concurrency_limited:
    'As many requests of the key as `max_concurrency` allows are under way. It may go on when one of them ends.',
  api_concurrency_limited:
    'As many requests of all callers as the API’s `max_concurrency` allows are under way.',
  organisation_inactive: 'The organisation is switched off (`is_inactive` of its own session).',
  organisation_rate_limited:
    'All requests to the organisation’s APIs together are over its own `rate` or `max_concurrency`.',
  organisation_quota_exceeded: 'The organisation has used up its own `quota_max`.',
  length_required: 'The API limits the size of requests, and this one does not say its own.',
  request_too_large: 'The request is larger than the API allows.',
  counters_full: 'The table of counters is full: raise `TOLLGATE_COUNTER_CELLS`. Nothing passes uncounted.',
  store_unavailable:
    'The database does not answer, and this key is not in the cache. Keys that are, go on working.',
  certificate_unavailable:
    'The definition names a certificate that its organisation does not have, or one without a private key where one is needed. Nothing passes until it is there.',
  auth_unsupported:
    'The API asks for a kind of authentication that this release cannot judge. Nothing passes unjudged.',
  upstream_timeout:
    'The upstream did not begin to answer in time (`TOLLGATE_UPSTREAM_TIMEOUT_MS`, or the path’s own limit).',
  upstream_lookup_failed: 'The upstream’s host name cannot be resolved.',
  upstream_failed: 'The upstream cannot be reached, closed too early, or did not answer with valid HTTP.',
  internal: 'A fault of the gate. The log has it under the request id.',
}
