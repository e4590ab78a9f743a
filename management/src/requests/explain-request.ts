import { AccessSource, Moment } from '@tollgate/model/access/access-description'
import {
  accessSource,
  apiPath,
  apiSource,
  keyPath,
  momentOf,
  organisationPath,
  policyPath,
} from '@tollgate/model/access/access-source'
import { policyIds } from '@tollgate/model/access/apply-policies'
import { accessTo, type EffectiveAccess } from '@tollgate/model/access/effective-access'
import { refusalMeanings } from '@tollgate/model/judge/refusal-meanings'
import { type RefusalCode, refusals } from '@tollgate/model/judge/refusals'
import type { KeyRecord } from '@tollgate/storage/keys/keys'
import { z } from 'zod'
import { accessOf } from '../keys/key-access.ts'
import type { KeyContext } from '../keys/key-context.ts'
import type { KeptLimit, KeptRequest } from './kept-request.ts'

const Step = z.object({ step: z.string(), detail: z.string() })

/** Why a request was refused, in words: its trace, what decided, and where to change that. */
export const Explanation = z.object({
  request_id: z.string(),
  at: Moment,
  method: z.string(),
  path: z.string(),
  status: z.int(),
  code: z.string(),
  /** What the client was told. */
  message: z.string(),
  /** What the code means. */
  words: z.string(),
  api: z.object({ id: z.string(), name: z.string() }).nullable(),
  /** Public id of the key; null when none was found. */
  key_hash: z.string().nullable(),
  /** Every step up to the one that decided. */
  trace: z.array(z.object({ ...Step.shape, outcome: z.enum(['passed', 'decided']) })),
  decided_by: Step,
  /** The limit that refused, as it stood then; null when it was something else. */
  limit: z
    .object({
      /** "60 requests each minute". */
      words: z.string(),
      /** Whose budget it is: "key", "key on API orders", "owner acme", "all callers". */
      scope: z.string(),
      /** Who set it: "key", "policy gold (64f0…)", "API orders", "organisation". */
      source: z.string(),
      used: z.number(),
      max: z.number(),
      remaining: z.number(),
      /** When all of it is there again; null when it never is, or cannot be told. */
      resets_at: Moment.nullable(),
      /** When such a request could pass at the earliest; null when that cannot be told. */
      retry_at: Moment.nullable(),
    })
    .nullable(),
  /** The rule that decided and where to change it; no place when it is no rule of an API, a key or a policy. */
  rule: z.object({ words: z.string(), source: AccessSource.nullable(), change_at: z.array(z.string()) }),
})
export type Explanation = z.input<typeof Explanation>

/** Puts together what is known of a request with what is stored now. */
export async function explainRequest(context: KeyContext, request: KeptRequest): Promise<Explanation> {
  const { requestId, atMs, method, path, status, code, apiId, keyId } = request
  const steps = request.trace.map(stepOf)
  const decided = steps.at(-1) ?? { step: '', detail: '' }
  return {
    request_id: requestId,
    at: momentOf(atMs),
    method,
    path,
    status,
    code,
    message: request.message || refusals[code].message,
    words: refusalMeanings[code],
    api: apiId === '' ? null : { id: apiId, name: await apiName(context, request) },
    key_hash: keyId === '' ? null : keyId,
    trace: steps.map((step, index) => ({
      ...step,
      outcome: index === steps.length - 1 ? ('decided' as const) : ('passed' as const),
    })),
    decided_by: decided,
    limit: request.limit && shownLimit(request.limit),
    rule: await ruleBehind(context, request, decided.detail),
  }
}

function shownLimit({ words, scope, source, used, max, resetsAtMs, retryAtMs }: KeptLimit) {
  const momentOrNull = (ms: number) => (ms > 0 ? momentOf(ms) : null)
  return {
    words,
    scope,
    source,
    used,
    max,
    remaining: Math.max(0, max - used),
    resets_at: momentOrNull(resetsAtMs),
    retry_at: momentOrNull(retryAtMs),
  }
}

function stepOf(traceStep: string): z.input<typeof Step> {
  const end = traceStep.indexOf(': ')
  return end === -1
    ? { step: '', detail: traceStep }
    : { step: traceStep.slice(0, end), detail: traceStep.slice(end + 2) }
}

async function apiName({ storage }: KeyContext, { orgId, apiId }: KeptRequest): Promise<string> {
  return (await storage.apis.byId(orgId, apiId))?.definition.name ?? ''
}

/** Whose rule refuses with this code. `key`: one of the key or of its policies. */
const OWNERS: Readonly<Record<RefusalCode, 'key' | 'api' | 'organisation' | 'client' | 'upstream' | 'node'>> =
  {
    request_malformed: 'client',
    no_route: 'client',
    api_inactive: 'api',
    api_expired: 'api',
    version_missing: 'api',
    version_unknown: 'api',
    sub_version_unknown: 'api',
    version_expired: 'api',
    endpoint_forbidden: 'api',
    ip_not_allowed: 'api',
    tls_required: 'client',
    client_certificate_required: 'client',
    client_certificate_expired: 'client',
    client_certificate_revoked: 'client',
    client_certificate_not_allowed: 'api',
    misdirected: 'client',
    credential_missing: 'client',
    key_unknown: 'client',
    key_without_policies: 'key',
    key_certificate_required: 'client',
    key_certificate_mismatch: 'key',
    key_inactive: 'key',
    key_expired: 'key',
    api_not_granted: 'key',
    version_not_granted: 'key',
    url_not_granted: 'key',
    rate_limited: 'key',
    quota_exceeded: 'key',
    api_rate_limited: 'api',
    concurrency_limited: 'key',
    api_concurrency_limited: 'api',
    organisation_inactive: 'organisation',
    organisation_rate_limited: 'organisation',
    organisation_quota_exceeded: 'organisation',
    length_required: 'api',
    request_too_large: 'api',
    counters_full: 'node',
    store_unavailable: 'node',
    certificate_unavailable: 'api',
    auth_unsupported: 'api',
    upstream_timeout: 'upstream',
    upstream_lookup_failed: 'upstream',
    upstream_failed: 'upstream',
    internal: 'node',
  }

async function ruleBehind(
  context: KeyContext,
  request: KeptRequest,
  detail: string,
): Promise<Explanation['rule']> {
  const owner = OWNERS[request.code]
  if (owner === 'client') {
    return { words: 'no rule: the request itself has to be another one', source: null, change_at: [] }
  }
  if (owner === 'node') {
    return { words: 'no rule: the settings or the state of this node', source: null, change_at: [] }
  }
  if (owner === 'organisation') {
    const words = 'the limits of the organisation itself'
    return { words, source: null, change_at: [organisationPath(request.orgId)] }
  }
  if (owner === 'key' && request.keyId !== '') return await ruleOfKey(context, request, detail)
  const words =
    owner === 'upstream' ? 'the upstream, and how the API reaches it' : 'the definition of the API'
  if (request.apiId === '') return { words, source: null, change_at: [] }
  const source = apiSource({ apiId: request.apiId, name: await apiName(context, request) })
  return { words, source, change_at: [apiPath(request.apiId)] }
}

/** The step ends with the source of what decided; the key as it is stored now tells where that is changed. */
async function ruleOfKey(
  context: KeyContext,
  request: KeptRequest,
  detail: string,
): Promise<Explanation['rule']> {
  const record = await context.storage.keys.byId(request.orgId, request.keyId)
  if (record === undefined) return { words: 'the key, which was deleted since', source: null, change_at: [] }
  const access = await accessOf(context, record)
  if (!SOURCE_LAST.has(request.code)) {
    return { words: 'the key and its policies', source: null, change_at: await placesOf(context, record) }
  }
  const [end = ''] = detail.split('; grants nothing: ')
  const words = ['key', ...access.policies.map(({ label }) => label), rightsSource(access, request.apiId)]
    .filter((candidate) => end.endsWith(`, ${candidate}`) || end.endsWith(`set by ${candidate}`))
    .reduce((best, one) => (one.length > best.length ? one : best), '')
  if (words === '') {
    const changed = 'the key or one of its policies, changed since'
    return { words: changed, source: null, change_at: await placesOf(context, record) }
  }
  const source = accessSource(words, access)
  return { words: source.words, source, change_at: source.change_at }
}

/** Refusals whose step ends with the source of the rule. */
const SOURCE_LAST: ReadonlySet<RefusalCode> = new Set([
  'key_inactive',
  'version_not_granted',
  'url_not_granted',
  'rate_limited',
  'concurrency_limited',
  'quota_exceeded',
])

function rightsSource(access: EffectiveAccess, apiId: string): string {
  return accessTo(access, apiId)?.sources.acl ?? 'key'
}

/** The key, and those of its policies that are there. */
async function placesOf(context: KeyContext, { id, orgId, session }: KeyRecord): Promise<string[]> {
  const ids = policyIds(session)
  const find = await context.catalogue.policies(orgId, ids)
  return [keyPath(id), ...ids.filter((policyId) => find(policyId) !== undefined).map(policyPath)]
}
