import type { LimitReport } from '@tollgate/analytics/request-record'
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
import { refusals } from '@tollgate/model/judge/refusals'
import { traceWords } from '@tollgate/model/judge/trace-words'
import type { TraceStep } from '@tollgate/model/judge/verdict'
import { type SourceRef, sourceWords } from '@tollgate/model/source-ref'
import type { KeyRecord } from '@tollgate/storage/keys/keys'
import { z } from 'zod'
import { accessOf } from '../keys/key-access.ts'
import type { KeyContext } from '../keys/key-context.ts'
import type { KeptRequest } from './kept-request.ts'

const Step = z.object({
  step: z.string(),
  /** What the step says, for programs; `detail` says it in words. */
  code: z.string(),
  detail: z.string(),
})

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
  const steps = request.trace.map(stepInWords)
  return {
    request_id: requestId,
    at: momentOf(atMs),
    method,
    path,
    status,
    code,
    message: request.message || refusals[code].message,
    words: refusals[code].meaning,
    api: apiId === '' ? null : { id: apiId, name: await apiName(context, request) },
    key_hash: keyId === '' ? null : keyId,
    trace: steps.map((step, index) => ({
      ...step,
      outcome: index === steps.length - 1 ? ('decided' as const) : ('passed' as const),
    })),
    decided_by: steps.at(-1) ?? { step: '', code: '', detail: '' },
    limit: request.limit === undefined ? null : shownLimit(request.limit),
    rule: await ruleBehind(context, request),
  }
}

function shownLimit({ words, scope, source, used, max, resetsAtMs, retryAtMs }: LimitReport) {
  const momentOrNull = (ms: number) => (ms > 0 ? momentOf(ms) : null)
  return {
    words,
    scope,
    source: sourceWords(source),
    used,
    max,
    remaining: Math.max(0, max - used),
    resets_at: momentOrNull(resetsAtMs),
    retry_at: momentOrNull(retryAtMs),
  }
}

/** A step as people and programs are shown it. */
export function stepInWords(traceStep: TraceStep): z.input<typeof Step> {
  return { step: traceStep.step, code: traceStep.code, detail: traceWords(traceStep) }
}

async function apiName({ storage }: KeyContext, { orgId, apiId }: KeptRequest): Promise<string> {
  return (await storage.apis.byId(orgId, apiId))?.definition.name ?? ''
}

async function ruleBehind(context: KeyContext, request: KeptRequest): Promise<Explanation['rule']> {
  const { owner } = refusals[request.code]
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
  if (owner === 'key' && request.keyId !== '') {
    return await ruleOfKey(context, request, request.trace.at(-1)?.sources ?? [])
  }
  const words =
    owner === 'upstream' ? 'the upstream, and how the API reaches it' : 'the definition of the API'
  if (request.apiId === '') return { words, source: null, change_at: [] }
  const source = apiSource({ apiId: request.apiId, name: await apiName(context, request) })
  return { words, source, change_at: [apiPath(request.apiId)] }
}

/** The step names who set what decided; the key as it is stored now tells where that is changed. */
async function ruleOfKey(
  context: KeyContext,
  request: KeptRequest,
  sources: readonly SourceRef[],
): Promise<Explanation['rule']> {
  const record = await context.storage.keys.byId(request.orgId, request.keyId)
  if (record === undefined) return { words: 'the key, which was deleted since', source: null, change_at: [] }
  if (sources.length === 0) {
    return { words: 'the key and its policies', source: null, change_at: await placesOf(context, record) }
  }
  const access = await accessOf(context, record)
  const isApplied = (one: SourceRef) =>
    access.policies.some(({ id, name }) => id === one.id && name === one.name)
  if (sources.some((one) => one.kind === 'policy' && !isApplied(one))) {
    const changed = 'the key or one of its policies, changed since'
    return { words: changed, source: null, change_at: await placesOf(context, record) }
  }
  const source = accessSource(sources, access)
  return { words: source.words, source, change_at: source.change_at }
}

/** The key, and those of its policies that are there. */
async function placesOf(context: KeyContext, { id, orgId, session }: KeyRecord): Promise<string[]> {
  const ids = policyIds(session)
  const find = await context.catalogue.policies(orgId, ids)
  return [keyPath(id), ...ids.filter((policyId) => find(policyId) !== undefined).map(policyPath)]
}
