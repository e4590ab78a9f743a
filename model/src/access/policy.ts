import { z } from 'zod'
import { quotaFields, rateFields, sharingFields } from '../limits/limit-fields.ts'
import { SmoothingFields } from '../limits/smoothing.ts'
import { AccessDefinition } from './session.ts'

/**
 * A policy: rights and limits that many keys share (gateway contract, section 1.3; dashboard contract, section 1.4).
 * Known fields are typed, unknown ones are kept.
 */
export const Policy = z.looseObject({
  _id: z.string().optional(),
  /** A word chosen by the user; keys may name the policy by it or by `_id`. */
  id: z.string().optional(),
  name: z.string().optional(),
  org_id: z.string().optional(),
  rate: z.number().optional(),
  per: z.number().optional(),
  quota_max: z.int().optional(),
  quota_renewal_rate: z.int().optional(),
  ...rateFields,
  ...quotaFields,
  ...sharingFields,
  throttle_interval: z.number().optional(),
  throttle_retry_limit: z.int().optional(),
  max_query_depth: z.int().optional(),
  access_rights: z.record(z.string(), AccessDefinition).nullish(),
  access_rights_array: z.array(AccessDefinition).nullish(),
  auth_type: z.string().optional(),
  auth_types: z.array(z.string()).nullish(),
  hmac_enabled: z.boolean().optional(),
  enable_http_signature_validation: z.boolean().optional(),
  active: z.boolean().optional(),
  is_inactive: z.boolean().optional(),
  state: z.string().optional(),
  tags: z.array(z.string()).nullish(),
  key_expires_in: z.int().optional(),
  post_expiry_action: z.string().optional(),
  post_expiry_grace_period: z.int().optional(),
  partitions: z
    .looseObject({
      quota: z.boolean().optional(),
      rate_limit: z.boolean().optional(),
      complexity: z.boolean().optional(),
      acl: z.boolean().optional(),
      per_api: z.boolean().optional(),
    })
    .nullish(),
  date_created: z.string().optional(),
  last_updated: z.string().optional(),
  meta_data: z.record(z.string(), z.unknown()).nullish(),
  smoothing: SmoothingFields.nullish(),
})
export type Policy = z.infer<typeof Policy>

/** Finds a policy by either of its ids within an organisation. */
export type FindPolicy = (id: string) => Policy | undefined
