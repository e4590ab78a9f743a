import { z } from 'zod'

/**
 * What one key may do, as the management API and its clients show it: every right and limit in force, each with its
 * source, and in plain words too.
 */

/** A moment; `rfc3339` is null for one that has no such form (beyond the year 9999). */
export const Moment = z.object({ unix: z.number(), rfc3339: z.string().nullable() })
export type Moment = z.infer<typeof Moment>

/** Where a value was set, and where to change it. */
export const AccessSource = z.object({
  /** `default`: nobody set it. */
  kind: z.enum(['key', 'policy', 'api', 'default']),
  /** "key", "policy gold (64f0…)", "API orders", "default". */
  words: z.string(),
  /** The policies it comes from; none for other kinds. */
  policies: z.array(z.object({ id: z.string(), name: z.string() })),
  /** Paths of the management API; none for a key that is not stored. */
  change_at: z.array(z.string()),
})
export type AccessSource = z.infer<typeof AccessSource>

/** One limit and how much of it is used; `max` null = unlimited, and then nothing is counted. */
export const LimitInForce = z.object({
  max: z.number().nullable(),
  /** 0 = the window never ends. */
  window_seconds: z.number().nullable(),
  words: z.string(),
  source: AccessSource,
  /** Whose counter it is: "key", "key on API orders", "all callers". */
  scope: z.string(),
  used: z.number().nullable(),
  remaining: z.number().nullable(),
  /** Null while no window is open, and for one that never ends. */
  resets_at: Moment.nullable(),
  /** At most so many requests too few are admitted in a window; never one too many. 0: counted exactly on one node. */
  under_admission: z.number(),
})
export type LimitInForce = z.infer<typeof LimitInForce>

const EndpointInForce = z.object({
  path: z.string(),
  /** Empty = any. */
  method: z.string(),
  /** Why the path matches nothing. */
  problem: z.string().nullable(),
  rate: LimitInForce,
})
export type EndpointInForce = z.infer<typeof EndpointInForce>

const VersionsInForce = z.object({
  /** Versions need not be named: the API has none, or the key opens all of them. */
  every: z.boolean(),
  list: z.array(
    z.object({ name: z.string(), granted: z.boolean(), exists: z.boolean(), expired: z.boolean() }),
  ),
  words: z.string(),
  source: AccessSource,
})
export type VersionsInForce = z.infer<typeof VersionsInForce>

const UrlsInForce = z.object({
  /** None = every URL. */
  list: z.array(z.object({ url: z.string(), methods: z.array(z.string()), problem: z.string().nullable() })),
  words: z.string(),
  source: AccessSource,
})
export type UrlsInForce = z.infer<typeof UrlsInForce>

/** What becomes of a request with this key, in one word; `open`: it passes, as far as its path and version do. */
export const AccessStatus = z.enum([
  'open',
  'unusable',
  'inactive',
  'expired',
  'not_granted',
  'no_api',
  'api_inactive',
  'api_expired',
  'not_judged',
  'no_version',
  'used_up',
])
export type AccessStatus = z.infer<typeof AccessStatus>

/** What the key may do with one API. */
export const ApiInForce = z.object({
  /** Empty: any API of the organisation, for a key without any rights ("master key"). */
  api_id: z.string(),
  api_name: z.string(),
  status: AccessStatus,
  words: z.string(),
  rights: AccessSource,
  versions: VersionsInForce,
  allowed_urls: UrlsInForce,
  rate: LimitInForce,
  quota: LimitInForce,
  /** Rates of single paths, in place of `rate`. */
  endpoints: z.array(EndpointInForce),
  /** All callers together. */
  api_rate: LimitInForce,
  /** Rates of single paths for all callers together, in place of `api_rate`. */
  api_endpoints: z.array(z.object({ ...EndpointInForce.shape, version: z.string() })),
})
export type ApiInForce = z.infer<typeof ApiInForce>

/** The whole description of one key. */
export const AccessDescription = z.object({
  /** Public id; empty for a key that is not stored. */
  key_hash: z.string(),
  org_id: z.string(),
  alias: z.string(),
  /** The moment that everything here is true of. */
  at: Moment,
  status: z.enum(['open', 'unusable', 'inactive', 'expired']),
  words: z.string(),
  source: AccessSource,
  /** Null = never. */
  expires_at: Moment.nullable(),
  /** The policies that are applied, in their order. */
  policies: z.array(z.object({ id: z.string(), name: z.string() })),
  apis: z.array(ApiInForce),
})
export type AccessDescription = z.infer<typeof AccessDescription>
