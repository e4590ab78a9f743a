import { TextDecoder } from 'node:util'
import { type EffectiveAccess, quotasOf } from '@tollgate/model/access/effective-access'
import type { ApiRules } from '@tollgate/model/definition/api-rules'
import { type Judgement, judgeRequest } from '@tollgate/model/judge/judge-request'
import { refusals } from '@tollgate/model/judge/refusals'
import type { RequestFacts } from '@tollgate/model/judge/request-facts'
import type { TraceStep } from '@tollgate/model/judge/verdict'
import type { Counters } from '@tollgate/model/limits/counters'
import type { ApiRecord } from '@tollgate/storage/records/apis'
import { z } from 'zod'
import { apiProblems } from '../apis/api-problems.ts'
import { accessDenied } from '../authentication/dashboard-surface.ts'
import type { Dependencies } from '../dependencies.ts'
import { Problem } from '../errors.ts'
import { createCatalogue } from '../keys/catalogue.ts'
import { organisationOf } from '../keys/describe-key.ts'
import { findKey, lookUpKey } from '../keys/find-key.ts'
import { accessOf } from '../keys/key-access.ts'
import type { KeyContext } from '../keys/key-context.ts'
import { Explanation, explainRequest, stepInWords } from '../requests/explain-request.ts'
import { type Route, route } from '../route.ts'
import { dryCounters, roomyCounters } from './dry-counters.ts'
import { MAX_REPLY_BYTES, sendToGateway, type TrialReply, TrialTimeout } from './own-gateway.ts'
import { type BuiltTrial, buildTrial, Trial, trialProblems } from './trial-request.ts'

/** Stands for the secret of a key that is known by its public id; it is never sent. */
const ANY_SECRET = 'the-key-of-that-hash'
/** Trials that run at the same time. */
const MAX_TRIALS = 8

const Headers = z.array(z.tuple([z.string(), z.string()]))
const Tried = z.object({
  /** Whether the call was made; else the rules were only asked what they would say. */
  sent: z.boolean(),
  request: z.object({ method: z.string(), url: z.string(), headers: Headers }),
  response: z
    .object({
      status: z.int(),
      headers: Headers,
      body: z.string(),
      body_encoding: z.enum(['utf8', 'base64']),
      body_bytes: z.int(),
      truncated: z.boolean(),
    })
    .nullable(),
  duration_ms: z.number().nullable(),
  request_id: z.string().nullable(),
  verdict: z.object({
    outcome: z.enum(['passed', 'refused', 'failed']),
    code: z.string().nullable(),
    words: z.string(),
    trace: Explanation.shape.trace,
    rule: Explanation.shape.rule.nullable(),
    /** What a dry run cannot know: only the gateway finds it out. */
    not_judged: z.array(z.string()),
  }),
})
type Tried = z.input<typeof Tried>
type TriedVerdict = Tried['verdict']

/** /api/apis/…/try: a call of an API through the gate, on behalf of a user whose browser may not reach it itself. */
export const tryRoutes = (deps: Dependencies): Route[] => {
  const context: KeyContext = { ...deps, catalogue: createCatalogue(deps) }
  let running = 0
  return [
    route({
      method: 'POST',
      path: '/api/apis/:apiId/try',
      permission: 'any-user',
      summary:
        'Call an API through the gate with a secret, or ask what the rules would say to a key; needs apis, read',
      invalid: 'Trial validation failed',
      body: Trial,
      answer: Tried,
      handle: async ({ caller, params, body, http }) => {
        const path = `/api/apis/${params.apiId}/try`
        // Nothing is opened that a program outside could not do with the same secret: reading the API is enough.
        if (!caller.may('apis', 'read')) throw accessDenied(path)
        if (body.key_hash && !caller.may('keys', 'read')) throw accessDenied(path)
        if (body.key_hash && body.key) throw new Problem(trialProblems.trial_key)
        const api = await deps.storage.apis.byId(caller.scope, params.apiId ?? '')
        if (api === undefined) throw new Problem(apiProblems.api_not_readable)
        const trial = body.key_hash ? { ...body, key: ANY_SECRET } : body
        const built = buildTrial(api.definition, trial, new URL(deps.gatewayUrl).host, http.address)
        if (body.key_hash) {
          const { record } = await findKey(context, api.orgId, body.key_hash, 'hash')
          const call = { api, built, facts: factsOf(deps, api, built, http.address) }
          return answerOf(deps, built, await judged(context, call, await accessOf(context, record)))
        }
        if (running >= MAX_TRIALS) throw new Problem(trialProblems.trial_busy)
        running += 1
        try {
          const call = { api, built, facts: factsOf(deps, api, built, http.address) }
          return await sent(context, deps, call, body.key ?? '')
        } finally {
          running -= 1
        }
      },
    }),
  ]
}

async function sent(context: KeyContext, deps: Dependencies, call: Call, key: string): Promise<Tried> {
  const { api, built } = call
  const reply = await sending(deps, built)
  const requestId = headerOf(reply, 'x-request-id')
  // What passed is not kept: there is nothing to wait for.
  const mayBeKept = requestId !== undefined && reply.status >= 400
  const kept = mayBeKept ? await deps.findRequest(requestId) : undefined
  // Ids are the gate's own; one that an upstream chose may be that of another organisation's request.
  const isOwn = kept !== undefined && kept.orgId === api.orgId && kept.apiId === api.apiId
  return {
    ...answerOf(
      deps,
      built,
      isOwn ? explained(await explainRequest(context, kept)) : await passedBy(context, call, key),
    ),
    sent: true,
    response: shownReply(reply),
    duration_ms: Math.round(reply.durationMs * 10) / 10,
    request_id: requestId ?? null,
  }
}

async function sending({ ownGateway }: Dependencies, built: BuiltTrial): Promise<TrialReply> {
  if (ownGateway === undefined) throw new Problem(trialProblems.trial_unreachable)
  try {
    return await sendToGateway(ownGateway, built)
  } catch (error) {
    if (error instanceof TrialTimeout) throw new Problem(trialProblems.trial_timeout)
    if (error instanceof Error && 'code' in error) throw new Problem(trialProblems.trial_unreachable)
    throw error
  }
}

function answerOf({ gatewayUrl }: Dependencies, built: BuiltTrial, verdict: TriedVerdict): Tried {
  return {
    sent: false,
    request: {
      method: built.method,
      url: gatewayUrl.replace(/\/$/, '') + built.shownTarget,
      headers: built.shownHeaders,
    },
    response: null,
    duration_ms: null,
    request_id: null,
    verdict,
  }
}

function explained({ code, words, trace, rule, status }: Explanation): TriedVerdict {
  return { outcome: status >= 500 ? 'failed' : 'refused', code, words, trace, rule, not_judged: [] }
}

/** The steps of a call that the gate let through. */
async function passedBy(context: KeyContext, call: Call, key: string): Promise<TriedVerdict> {
  const { api } = call
  const found = key === '' ? undefined : await lookUpKey(context, api.orgId, key, 'any')
  const access = found?.record.orgId === api.orgId ? await accessOf(context, found.record) : undefined
  const verdict = await verdictOf(context, call, access, roomyCounters(context.counters))
  const trace = verdict.outcome === 'pass' ? verdict.trace : verdict.trace.slice(0, -1)
  return {
    outcome: 'passed',
    code: null,
    words: 'The gate let the call through; the answer is the upstream’s.',
    trace: trace.map(passedStep),
    rule: null,
    not_judged: [],
  }
}

/** What the rules say to a key now; nothing is counted. */
async function judged(context: KeyContext, call: Call, access: EffectiveAccess): Promise<TriedVerdict> {
  const uses = await context.quotas.use(quotasOf(access))
  const verdict = await verdictOf(context, call, access, dryCounters(context.counters, uses))
  if (verdict.outcome === 'pass') {
    return {
      outcome: 'passed',
      code: null,
      words: 'The gate would let this call through.',
      trace: verdict.trace.map(passedStep),
      rule: null,
      not_judged: [...verdict.notJudged],
    }
  }
  const last = verdict.trace.length - 1
  return {
    outcome: 'refused',
    code: verdict.code,
    words: refusals[verdict.code].meaning,
    trace: verdict.trace.map((traceStep, index) => ({
      ...passedStep(traceStep),
      outcome: index === last ? ('decided' as const) : ('passed' as const),
    })),
    rule: null,
    not_judged: [...verdict.notJudged],
  }
}

async function verdictOf(
  context: KeyContext,
  { api, facts }: Call,
  access: EffectiveAccess | undefined,
  counters: Counters,
): Promise<Judgement> {
  const rules = await context.catalogue.rules(api.orgId, api.apiId)
  if (rules === undefined) throw new Problem(apiProblems.api_not_readable)
  const subRules = new Map<string, ApiRules>()
  for (const id of Object.values(api.definition.definition?.versions ?? {})) {
    const sub = await context.catalogue.rules(api.orgId, id)
    if (sub !== undefined) subRules.set(id, sub)
  }
  return judgeRequest(rules, facts, {
    nowMs: context.now(),
    counters,
    findAccess: () => access,
    findRules: (id) => subRules.get(id),
    organisation: await organisationOf(context, api.orgId),
  })
}

/** A trial, and what of it is judged. */
type Call = { readonly api: ApiRecord; readonly built: BuiltTrial; readonly facts: RequestFacts }

/** The request as the gateway would see it. Throws `trial_path` for a path that it would refuse. */
function factsOf(
  { normalisePath, ownGateway }: Dependencies,
  api: ApiRecord,
  built: BuiltTrial,
  clientIp: string,
): RequestFacts {
  const [written = '/', query = ''] = built.target.split(/\?(.*)/s)
  const fullPath = normalisePath(written)
  if (fullPath === undefined) throw new Problem(trialProblems.trial_path)
  const listenPath = api.definition.proxy?.listen_path ?? '/'
  const headers = new Map(built.headers.map(([name, value]) => [name.toLowerCase(), value]))
  const rest = fullPath.slice(listenPath.length)
  return {
    method: built.method,
    path: rest.startsWith('/') ? rest : `/${rest}`,
    fullPath,
    query,
    clientIp,
    // Nobody's certificate is at hand here.
    clientTls: ownGateway?.tls === true ? 'no-certificate' : 'plain',
    bodyLength: Buffer.byteLength(built.body),
    header: (name) => headers.get(name),
  }
}

function passedStep(step: TraceStep): TriedVerdict['trace'][number] {
  return { ...stepInWords(step), outcome: 'passed' }
}

function headerOf({ headers }: TrialReply, lowerName: string): string | undefined {
  return headers.find(([name]) => name.toLowerCase() === lowerName)?.[1]
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

function shownReply({ status, headers, body, bodyBytes }: TrialReply): NonNullable<Tried['response']> {
  return {
    status,
    headers: headers.map(([name, value]) => [name, value.toWellFormed()]),
    ...shownBody(body),
    body_bytes: bodyBytes,
    truncated: bodyBytes > MAX_REPLY_BYTES,
  }
}

function shownBody(body: Buffer): { body: string; body_encoding: 'utf8' | 'base64' } {
  // A cut may part a character: up to three bytes at the end may be missing their beginning.
  for (let cut = 0; cut < 4; cut++) {
    try {
      const text = utf8.decode(body.subarray(0, body.length - cut))
      if (!text.includes('\0')) return { body: text, body_encoding: 'utf8' }
    } catch {
      // Not text, or not whole: the next cut tells.
    }
    if (body.length < MAX_REPLY_BYTES) break
  }
  return { body: body.toString('base64'), body_encoding: 'base64' }
}
