/**
 * The closed table of everything the gate may answer by itself. The code is the contract; status and message are the
 * wire form that clients of the gateway contract (sections 4.1, 4.4) expect. Text never carries a cause.
 */
export const refusals = {
  request_malformed: { status: 400, message: 'Bad Request' },
  no_route: { status: 404, message: 'Not Found' },
  api_inactive: { status: 404, message: 'Not Found' },
  api_expired: {
    status: 403,
    message: 'API has expired, please check documentation or contact administrator',
  },
  version_missing: { status: 403, message: 'Version information not found' },
  version_unknown: { status: 403, message: 'This API version does not seem to exist' },
  sub_version_unknown: { status: 404, message: 'This API version does not seem to exist' },
  version_expired: {
    status: 403,
    message: 'Api Version has expired, please check documentation or contact administrator',
  },
  endpoint_forbidden: { status: 403, message: 'Requested endpoint is forbidden' },
  ip_not_allowed: { status: 403, message: 'access from this IP has been disallowed' },
  tls_required: { status: 403, message: 'TLS not enabled' },
  client_certificate_required: { status: 403, message: 'Client TLS certificate is required' },
  client_certificate_expired: { status: 403, message: 'Certificate has expired' },
  client_certificate_revoked: { status: 403, message: 'Certificate is revoked or cannot be checked' },
  client_certificate_not_allowed: { status: 403, message: 'Certificate with SHA256 … not allowed' },
  misdirected: { status: 421, message: 'Misdirected Request' },
  credential_missing: { status: 401, message: 'Authorization field missing' },
  key_unknown: { status: 403, message: 'Access to this API has been disallowed' },
  key_without_policies: { status: 403, message: 'Access to this API has been disallowed' },
  key_certificate_required: { status: 401, message: 'Client certificate required' },
  key_certificate_mismatch: { status: 401, message: 'Access to this API has been disallowed' },
  key_inactive: { status: 403, message: 'Key is inactive, please renew' },
  key_expired: { status: 401, message: 'Key has expired, please renew' },
  api_not_granted: { status: 403, message: 'Access to this API has been disallowed' },
  version_not_granted: { status: 403, message: 'Access to this API has been disallowed' },
  url_not_granted: { status: 403, message: 'Access to this resource has been disallowed' },
  rate_limited: { status: 429, message: 'Rate Limit Exceeded' },
  quota_exceeded: { status: 403, message: 'Quota exceeded' },
  api_rate_limited: { status: 429, message: 'API Rate Limit Exceeded' },
  concurrency_limited: { status: 429, message: 'Concurrency Limit Exceeded' },
  api_concurrency_limited: { status: 429, message: 'API Concurrency Limit Exceeded' },
  organisation_inactive: {
    status: 403,
    message: 'this organisation access has been disabled, please contact your API administrator',
  },
  organisation_rate_limited: {
    status: 403,
    message: 'This organisation rate limit has been exceeded, please contact your API administrator',
  },
  organisation_quota_exceeded: {
    status: 403,
    message: 'This organisation quota has been exceeded, please contact your API administrator',
  },
  length_required: { status: 411, message: 'Content length is required for this request' },
  request_too_large: { status: 400, message: 'Request is too large' },
  counters_full: { status: 500, message: 'there was a problem proxying the request' },
  store_unavailable: { status: 503, message: 'Service temporarily unavailable.' },
  certificate_unavailable: { status: 500, message: 'There was a problem proxying the request' },
  auth_unsupported: { status: 500, message: 'There was a problem proxying the request' },
  upstream_timeout: { status: 504, message: 'Upstream service reached hard timeout.' },
  upstream_lookup_failed: { status: 500, message: 'Upstream host lookup failed' },
  upstream_failed: { status: 500, message: 'There was a problem proxying the request' },
  internal: { status: 500, message: 'There was a problem proxying the request' },
} as const satisfies Record<string, { status: number; message: string }>

/** A code of the table above. */
export type RefusalCode = keyof typeof refusals
