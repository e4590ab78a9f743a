import { setTimeout as sleep } from 'node:timers/promises'
import type { FindRequest, KeptRequest } from '@tollgate/management/requests/kept-request'
import { type RefusalCode, refusals } from '@tollgate/model/judge/refusals'
import type { TraceStep } from '@tollgate/model/judge/verdict'
import { BY_DEFAULT, type SourceRef } from '@tollgate/model/source-ref'
import { stepsOf, type WorkerLine } from './log-line.ts'

/** Requests that the gateway refused or that failed, for as long as there is room: the oldest goes first. */
export type KeptRequests = {
  /** Takes a line of the gateway's log; one that tells of no refusal is passed over. */
  note(line: WorkerLine): void
  readonly find: FindRequest
}

/** Longest path and longest text of a step that are kept, characters: with the number of entries they bound the memory. */
const MAX_TEXT_LENGTH = 500
/** Most steps that are kept; a trace has fewer than ten. */
const MAX_STEPS = 12
/** A worker hands its lines over within 50 ms: who asks at once is given them. */
const ARRIVAL_MS = 100

/** @param entries how many are kept at most; 0 = none */
export function keptRequests(entries: number, now: () => number): KeptRequests {
  const kept = new Map<string, KeptRequest>()

  return {
    note(line) {
      if (entries === 0) return
      const request = requestOf(line, now())
      if (request === undefined) return
      kept.set(request.requestId, request)
      const oldest = kept.size > entries ? kept.keys().next() : undefined
      if (oldest && !oldest.done) kept.delete(oldest.value)
    },
    async find(requestId) {
      if (!kept.has(requestId)) await sleep(ARRIVAL_MS)
      return kept.get(requestId)
    },
  }
}

function requestOf(line: WorkerLine, atMs: number): KeptRequest | undefined {
  const { requestId, code, status } = line
  if (typeof requestId !== 'string' || requestId === '' || !isRefusalCode(code)) return undefined
  return {
    requestId,
    atMs,
    method: textOf(line.method),
    path: textOf(line.path),
    status: typeof status === 'number' ? status : refusals[code].status,
    code,
    message: textOf(line.told),
    apiId: textOf(line.apiId),
    orgId: textOf(line.orgId),
    keyId: textOf(line.keyId),
    limit: limitOf(line.limit),
    // The last step decided: it stays.
    trace: stepsOf(line).slice(-MAX_STEPS).map(shortened),
  }
}

function limitOf(limit: unknown): KeptRequest['limit'] {
  if (typeof limit !== 'object' || limit === null) return null
  const told: Readonly<Record<string, unknown>> = { ...limit }
  return {
    words: textOf(told.words),
    scope: textOf(told.scope),
    source: sourceOf(told.source),
    used: numberOf(told.used),
    max: numberOf(told.max),
    resetsAtMs: numberOf(told.resetsAtMs),
    retryAtMs: numberOf(told.retryAtMs),
  }
}

function sourceOf(source: unknown): SourceRef {
  return isSource(source) ? { ...source, id: textOf(source.id), name: textOf(source.name) } : BY_DEFAULT
}

function isSource(source: unknown): source is SourceRef {
  return typeof source === 'object' && source !== null && 'kind' in source
}

/** The step with its long texts cut. Cutting keeps the names of the arguments, so that it stays a step of its code. */
function shortened(traceStep: TraceStep): TraceStep {
  const { args = {}, sources } = traceStep
  const cut = Object.entries(args).map(([name, value]) => [
    name,
    typeof value === 'number' ? value : textOf(value),
  ])
  return {
    ...traceStep,
    ...(sources !== undefined && { sources: sources.map(sourceOf) }),
    ...(cut.length > 0 && { args: Object.fromEntries(cut) }),
  }
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0
}

function isRefusalCode(code: unknown): code is RefusalCode {
  return typeof code === 'string' && Object.hasOwn(refusals, code)
}

function textOf(value: unknown): string {
  if (typeof value !== 'string') return ''
  if (value.length <= MAX_TEXT_LENGTH) return value
  // A slice alone would hold on to the whole text.
  return Buffer.from(`${value.slice(0, MAX_TEXT_LENGTH)}…`).toString()
}
