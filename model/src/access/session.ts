import { z } from 'zod'
import { Owner, quotaFields, rateFields, sharingFields } from '../limits/limit-fields.ts'
import { SmoothingFields } from '../limits/smoothing.ts'

/**
 * A key's session: rights and limits as the wire carries them (gateway contract, section 1.1). Known fields are typed,
 * unknown ones are kept. Numbers must be finite; where the wire counts whole units, integers.
 */

const finite = z.number()
const whole = z.int()
const text = z.string()

const RateLimit = z.looseObject({
  rate: finite.optional(),
  per: finite.optional(),
  ...rateFields,
  smoothing: SmoothingFields.nullish(),
})

const ApiLimit = z.looseObject({
  rate: finite.optional(),
  per: finite.optional(),
  ...rateFields,
  throttle_interval: finite.optional(),
  throttle_retry_limit: whole.optional(),
  max_query_depth: whole.optional(),
  quota_max: whole.optional(),
  quota_renews: whole.optional(),
  quota_remaining: whole.optional(),
  quota_renewal_rate: whole.optional(),
  ...quotaFields,
  smoothing: SmoothingFields.nullish(),
})

export const AccessDefinition = z.looseObject({
  api_id: text.optional(),
  api_name: text.optional(),
  versions: z.array(text).nullish(),
  allowed_urls: z.array(z.looseObject({ url: text, methods: z.array(text).nullish() })).nullish(),
  restricted_types: z.array(z.looseObject({})).nullish(),
  allowed_types: z.array(z.looseObject({})).nullish(),
  limit: ApiLimit.nullish(),
  field_access_rights: z.array(z.looseObject({})).nullish(),
  disable_introspection: z.boolean().optional(),
  allowance_scope: text.optional(),
  endpoints: z
    .array(
      z.looseObject({
        path: text,
        methods: z.array(z.looseObject({ name: text, limit: RateLimit.nullish() })).nullish(),
      }),
    )
    .nullish(),
})
export type AccessDefinition = z.infer<typeof AccessDefinition>
export type ApiLimit = z.infer<typeof ApiLimit>
/** The limit of one endpoint: its rate, in place of the one around it, and its own concurrency. */
export type EndpointLimit = z.infer<typeof RateLimit>

export const Session = z.looseObject({
  last_check: whole.optional(),
  allowance: finite.optional(),
  rate: finite.optional(),
  per: finite.optional(),
  throttle_interval: finite.optional(),
  throttle_retry_limit: whole.optional(),
  max_query_depth: whole.optional(),
  date_created: text.optional(),
  expires: whole.optional(),
  quota_max: whole.optional(),
  quota_renews: whole.optional(),
  quota_remaining: whole.optional(),
  quota_renewal_rate: whole.optional(),
  ...rateFields,
  ...quotaFields,
  ...sharingFields,
  owner: Owner.optional(),
  access_rights: z.record(text, AccessDefinition).nullish(),
  org_id: text.optional(),
  oauth_client_id: text.optional(),
  oauth_keys: z.record(text, text).nullish(),
  certificate: text.optional(),
  mtls_static_certificate_bindings: z.array(text).nullish(),
  basic_auth_data: z
    .looseObject({ password: text.optional(), hash_type: text.optional(), user: text.optional() })
    .nullish(),
  jwt_data: z.looseObject({ secret: text.optional() }).nullish(),
  hmac_enabled: z.boolean().optional(),
  hmac_string: text.optional(),
  enable_http_signature_validation: z.boolean().optional(),
  rsa_certificate_id: text.optional(),
  is_inactive: z.boolean().optional(),
  apply_policy_id: text.optional(),
  apply_policies: z.array(text).nullish(),
  data_expires: whole.optional(),
  monitor: z.looseObject({ trigger_limits: z.array(finite).nullish() }).nullish(),
  enable_detail_recording: z.boolean().optional(),
  enable_detailed_recording: z.boolean().optional(),
  meta_data: z.record(text, z.unknown()).nullish(),
  tags: z.array(text).nullish(),
  alias: text.optional(),
  last_updated: text.optional(),
  id_extractor_deadline: whole.optional(),
  session_lifetime: whole.optional(),
  smoothing: SmoothingFields.nullish(),
  post_expiry_action: text.optional(),
  post_expiry_grace_period: whole.optional(),
})
export type Session = z.infer<typeof Session>
