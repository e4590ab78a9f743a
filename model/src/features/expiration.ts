import { expiryMs } from '../definition/expiry.ts'
import type { Report } from '../definition/problem.ts'
import { apiFeature, versionFeature } from './feature.ts'
import { flag, text } from './field-types.ts'

/** When the whole API expires: `2006-01-02 15:04` in UTC; empty or `-1` = never. Milliseconds since 1970; 0 = never. */
export const expiration = apiFeature({
  name: 'expiration',
  label: 'the expiry of the API',
  slot: 'expiresAtMs',
  fields: { api: { expiration: text.optional(), expiration_disabled: flag } },
  compile({ expiration: until, expiration_disabled: isOff }, { report }) {
    const ms = readExpiry('expiration', until, report)
    return isOff === true ? 0 : ms
  },
  isIdle: (expiresAtMs) => expiresAtMs === 0,
  judge: (expiresAtMs, _facts, nowMs, { name }) =>
    expiresAtMs !== 0 && nowMs > expiresAtMs
      ? { code: 'api_expired', decided: { step: 'route', code: 'api_expired', args: { name } } }
      : undefined,
})

/** When a version expires. */
export const versionExpiration = versionFeature({
  name: 'version-expiration',
  label: 'the expiry of a version',
  slot: 'expiresAtMs',
  fields: { expires: text.optional() },
  compile: ({ expires }, { report }) => readExpiry('expires', expires, report),
  isIdle: (expiresAtMs) => expiresAtMs === 0,
  judge: (expiresAtMs, _facts, nowMs, { name }) =>
    expiresAtMs !== 0 && nowMs > expiresAtMs
      ? { code: 'version_expired', decided: { step: 'version', code: 'version_expired', args: { name } } }
      : undefined,
})

/** What cannot be read counts as expired. */
function readExpiry(field: string, until: string | undefined, report: Report): number {
  const ms = expiryMs(until)
  if (ms === undefined)
    report.problem([field], 'malformed', 'must be a time such as "2030-12-31 23:59", or empty')
  return ms ?? 1
}
