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
  kind: z.enum(['key', 'policy', 'api', 'organisation', 'default']),
  /** "key", "policy gold (64f0…)", "API orders", "organisation", "default". */
  words: z.string(),
  /** The policies it comes from; none for other kinds. */
  policies: z.array(z.object({ id: z.string(), name: z.string() })),
  /** Paths of the management API; none for a key that is not stored. */
  change_at: z.array(z.string()),
})
export type AccessSource = z.infer<typeof AccessSource>

/** How a limit counts. */
export const LimitAlgorithm = z.enum([
  'fixed_window',
  'sliding_window',
  'token_bucket',
  'concurrency',
  'quota',
])
export type LimitAlgorithm = z.infer<typeof LimitAlgorithm>

/** One limit and how much of it is used; `max` null = unlimited, and then nothing is counted. */
export const LimitInForce = z.object({
  max: z.number().nullable(),
  /** 0 = the window never ends, or ends with the calendar; or it is a limit of requests at the same time. */
  window_seconds: z.number().nullable(),
  algorithm: LimitAlgorithm.nullable(),
  /** Token bucket: requests that may come at once. */
  burst: z.number().nullable(),
  calendar: z.object({ unit: z.enum(['day', 'week', 'month']), time_zone: z.string() }).nullable(),
  words: z.string(),
  source: AccessSource,
  /** Whose counter it is: "key", "key on API orders", "owner acme", "all callers". */
  scope: z.string(),
  /** Whether other keys use the same counter. */
  shared: z.boolean(),
  used: z.number().nullable(),
  /** A rate that is smoothed: how many units its window admits now. */
  allowance: z.number().nullable(),
  remaining: z.number().nullable(),
  /** Null while no window is open, and for one that never ends. */
  resets_at: Moment.nullable(),
  /** At most so many units too few are admitted in a window that is asked for more; never one too many. */
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

/** The limits of a key on a path: rates in place of the API's, a concurrency beside the API's. */
const OwnEndpointInForce = z.object({
  ...EndpointInForce.shape,
  further_rates: z.array(LimitInForce),
  concurrency: LimitInForce,
})
export type OwnEndpointInForce = z.infer<typeof OwnEndpointInForce>

/** What a request on a path costs, in units of every rate and quota; 1 elsewhere. */
const CostInForce = z.object({
  version: z.string(),
  path: z.string(),
  method: z.string(),
  problem: z.string().nullable(),
  cost: z.number(),
})

/** The limits of the organisation itself, over all requests to its APIs. */
const OrganisationInForce = z.object({
  rate: LimitInForce,
  further_rates: z.array(LimitInForce),
  concurrency: LimitInForce,
  quota: LimitInForce,
})
export type OrganisationInForce = z.infer<typeof OrganisationInForce>

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
  'organisation_inactive',
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
  /** All limits of the key here in one sentence, those of single paths left out. */
  limits_in_words: z.string(),
  rate: LimitInForce,
  /** Windows that hold at the same time as `rate`. */
  further_rates: z.array(LimitInForce),
  concurrency: LimitInForce,
  quota: LimitInForce,
  /** A request over the rate waits so often and so long before it is refused; null = it is refused at once. */
  throttle: z.object({ retries: z.number(), interval_seconds: z.number() }).nullable(),
  /** Rates of single paths, in place of `rate` and `further_rates`; concurrencies of single paths, besides. */
  endpoints: z.array(OwnEndpointInForce),
  /** All callers together. */
  api_rate: LimitInForce,
  api_concurrency: LimitInForce,
  /** Rates of single paths for all callers together, in place of `api_rate`. */
  api_endpoints: z.array(z.object({ ...EndpointInForce.shape, version: z.string() })),
  costs: z.array(CostInForce),
  /** Header of the upstream's reply with the real cost of a request; null = there is none. */
  cost_header: z.string().nullable(),
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
  status: z.enum(['open', 'organisation_inactive', 'unusable', 'inactive', 'expired']),
  words: z.string(),
  source: AccessSource,
  /** Null = never. */
  expires_at: Moment.nullable(),
  /** The policies that are applied, in their order. */
  policies: z.array(z.object({ id: z.string(), name: z.string() })),
  /** Null = the organisation has no limits of its own, or they are not enforced. */
  organisation: OrganisationInForce.nullable(),
  apis: z.array(ApiInForce),
})
export type AccessDescription = z.infer<typeof AccessDescription>
