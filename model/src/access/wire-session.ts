import type { AccessDefinition, Session } from './session.ts'

/**
 * A session as the wire shows it (dashboard contract, section 1.1): known fields in the order of the contract, with zero
 * values for the core ones that are absent or null, since clients index them without checking; then the fields we do not
 * know, as stored. The password is blanked. `key_id` and `key_hash` are no part of it.
 */
export function wireSession(session: Session): Record<string, unknown> {
  const wire: Record<string, unknown> = {}
  for (const [name, zero] of FIELDS) {
    const value = session[name]
    if (value !== undefined && value !== null) wire[name] = value
    else if (zero !== undefined) wire[name] = zero()
    else if (value === null) wire[name] = null
  }
  wire.access_rights = wireRights(session.access_rights)
  wire.basic_auth_data = { ...NO_PASSWORD, ...session.basic_auth_data, password: '' }
  return { ...wire, ...unknownFields(session, KNOWN) }
}

/** One entry of `access_rights` as the wire shows it. */
export function wireRight(right: AccessDefinition, apiId: string): Record<string, unknown> {
  const { api_name, api_id, versions, allowed_urls, restricted_types, allowed_types } = right
  const wire: Record<string, unknown> = {
    api_name: api_name ?? '',
    api_id: api_id || apiId,
    versions: versions ?? [],
    allowed_urls: allowed_urls ?? [],
    restricted_types: restricted_types ?? [],
    allowed_types: allowed_types ?? [],
    limit: right.limit ?? null,
    field_access_rights: right.field_access_rights ?? [],
    disable_introspection: right.disable_introspection ?? false,
    allowance_scope: right.allowance_scope ?? '',
  }
  if (right.endpoints !== undefined) wire.endpoints = right.endpoints
  return { ...wire, ...unknownFields(right, KNOWN_OF_RIGHT) }
}

function wireRights(rights: Session['access_rights']): Record<string, unknown> {
  // fromEntries defines own properties, so an api id such as "__proto__" stays what it is: a name.
  return Object.fromEntries(
    Object.entries(rights ?? {}).map(([apiId, right]) => [apiId, wireRight(right, apiId)]),
  )
}

function unknownFields(document: object, known: ReadonlySet<string>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(document).filter(([name]) => !known.has(name)))
}

const NO_PASSWORD = { password: '', hash_type: '' }
const zero = () => 0
const off = () => false
const empty = () => ''
const map = () => ({})
const list = () => []

/** Known fields in order; those without a zero value are newer than the core set and shown only when stored. */
const FIELDS: readonly (readonly [string, (() => unknown) | undefined])[] = [
  ['last_check', zero],
  ['allowance', zero],
  ['rate', zero],
  ['per', zero],
  ['throttle_interval', zero],
  ['throttle_retry_limit', zero],
  ['max_query_depth', zero],
  ['date_created', () => '0001-01-01T00:00:00Z'],
  ['expires', zero],
  ['quota_max', zero],
  ['quota_renews', zero],
  ['quota_remaining', zero],
  ['quota_renewal_rate', zero],
  ['access_rights', map],
  ['org_id', empty],
  ['oauth_client_id', empty],
  ['oauth_keys', map],
  ['certificate', empty],
  ['mtls_static_certificate_bindings', undefined],
  ['basic_auth_data', map],
  ['jwt_data', () => ({ secret: '' })],
  ['hmac_enabled', off],
  ['hmac_string', empty],
  ['enable_http_signature_validation', undefined],
  ['rsa_certificate_id', undefined],
  ['is_inactive', off],
  ['apply_policy_id', empty],
  ['apply_policies', list],
  ['data_expires', zero],
  ['monitor', () => ({ trigger_limits: [] })],
  ['enable_detail_recording', undefined],
  ['enable_detailed_recording', off],
  ['meta_data', map],
  ['tags', list],
  ['alias', empty],
  ['last_updated', empty],
  ['id_extractor_deadline', zero],
  ['session_lifetime', zero],
  ['smoothing', undefined],
  ['post_expiry_action', undefined],
  ['post_expiry_grace_period', undefined],
]

const KNOWN: ReadonlySet<string> = new Set(FIELDS.map(([name]) => name))
const KNOWN_OF_RIGHT: ReadonlySet<string> = new Set([
  'api_name',
  'api_id',
  'versions',
  'allowed_urls',
  'restricted_types',
  'allowed_types',
  'limit',
  'field_access_rights',
  'disable_introspection',
  'allowance_scope',
  'endpoints',
])
