import { z } from 'zod'

/** An organisation: the tenant that owns APIs, keys, policies and users (dashboard contract, section 1.7). */
export const Organisation = z.looseObject({
  id: z.string().optional(),
  owner_name: z.string().optional(),
  owner_slug: z.string().optional(),
  cname: z.string().optional(),
  cname_enabled: z.boolean().optional(),
  /** What the operator assigned to the organisation, where `TOLLGATE_CLAIMS` asks for it. */
  gateway_claims: z
    .looseObject({
      domains: z.array(z.string()).nullish(),
      listen_paths: z.array(z.string()).nullish(),
    })
    .nullish(),
  apis: z
    .array(z.looseObject({ api_human_name: z.string().optional(), api_id: z.string().optional() }))
    .nullish(),
  developer_quota: z.int().optional(),
  developer_count: z.int().optional(),
  event_options: z.record(z.string(), z.looseObject({})).nullish(),
  hybrid_enabled: z.boolean().optional(),
  sso_enabled: z.boolean().optional(),
  ui: z.looseObject({}).nullish(),
  org_options_meta: z.record(z.string(), z.unknown()).nullish(),
})
export type Organisation = z.infer<typeof Organisation>
