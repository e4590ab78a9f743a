import { z } from 'zod'

/**
 * Fields of limits that are ours, beside those of the contract: in sessions, policies and their limit blocks. A gateway
 * that does not know them ignores them.
 */

/** Most windows of one limit beside its first. */
const MAX_FURTHER_RATES = 8
/** Longest name of an owner. */
const MAX_OWNER_LENGTH = 256

/** A name of a rate algorithm; empty = the default, `fixed_window`. */
export const RateAlgorithm = z
  .enum(['', 'fixed_window', 'sliding_window', 'token_bucket'])
  .describe('How the rate counts; empty = fixed_window')

/** Units that a token bucket admits at once. */
export const RateBurst = z
  .int()
  .min(1)
  .describe('token_bucket: requests that may come at once; left out = as many as the rate')

/** Requests at the same time. */
export const MaxConcurrency = z.int().describe('Requests at the same time; 0 or less = unlimited')

const FurtherRate = z.looseObject({
  rate: z.number(),
  per: z.number(),
  algorithm: RateAlgorithm.optional(),
  burst: RateBurst.optional(),
})

/** What a rate may say beside `rate` and `per`. */
export const rateFields = {
  rate_algorithm: RateAlgorithm.optional(),
  rate_burst: RateBurst.optional(),
  rates: z
    .array(FurtherRate)
    .max(MAX_FURTHER_RATES)
    .nullish()
    .describe('Further windows that hold at the same time, such as 1,000 an hour beside 10 a second'),
  max_concurrency: MaxConcurrency.optional(),
}

/** What a quota may say beside `quota_max` and `quota_renewal_rate`. */
export const quotaFields = {
  quota_calendar: z
    .enum(['', 'day', 'week', 'month'])
    .optional()
    .describe('The quota renews when the calendar’s day, week (on Monday) or month begins'),
  quota_time_zone: z
    .string()
    .refine(isTimeZone, 'is not a time zone, such as "Europe/Paris"')
    .optional()
    .describe('Whose calendar: an IANA time zone; left out = UTC'),
}

/** Whose counters the limits use. */
export const sharingFields = {
  limits_shared_by: z
    .enum(['', 'key', 'owner', 'policy', 'organisation'])
    .optional()
    .describe(
      'Who shares one budget: each key has its own (key), or all keys of its owner, policy, organisation',
    ),
}

/** Who a key belongs to, in the words of its organisation. */
export const Owner = z
  .string()
  .max(MAX_OWNER_LENGTH)
  .describe('Keys with the same owner share a budget where limits_shared_by is "owner"')

/** Longest name of a time zone. */
const MAX_TIME_ZONE_LENGTH = 64
/** Most time zones remembered; case does not matter in their names, so that there are more spellings than zones. */
const MAX_TIME_ZONES = 1000

/** The time zone of a calendar that names none. */
export const DEFAULT_TIME_ZONE = 'UTC'

/** Whether the text names a time zone; empty = the default one. */
export function isTimeZone(name: string): boolean {
  if (name === '' || timeZones.has(name)) return true
  if (name.length > MAX_TIME_ZONE_LENGTH) return false
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
  } catch {
    return false
  }
  if (timeZones.size < MAX_TIME_ZONES) timeZones.add(name)
  return true
}

/** Asking whether a zone exists is slow: real ones are remembered, of which there are some hundreds. */
const timeZones = new Set<string>()
