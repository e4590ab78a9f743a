import type { TraceStep } from '@tollgate/model/judge/verdict'
import type { SourceRef } from '@tollgate/model/source-ref'
import type { LimitReport, RefusedRecord } from './request-record.ts'

/** Longest text of a record that is handed on, characters: with the number of records it bounds the memory for them. */
const MAX_TEXT_LENGTH = 500
/** Most steps that are handed on; a trace has fewer than ten. */
const MAX_STEPS = 12

/** A record whose size has a bound: long texts are cut, and of too many steps the last ones stay, as the last decided. */
export function shortRecord(record: RefusedRecord): RefusedRecord {
  return {
    ...record,
    method: cut(record.method),
    path: cut(record.path),
    message: cut(record.message),
    fault: cut(record.fault),
    trace: record.trace.slice(-MAX_STEPS).map(shortStep),
    limit: record.limit && shortLimit(record.limit),
  }
}

/** Cutting keeps the names of the arguments, so that it stays a step of its code. */
function shortStep(traceStep: TraceStep): TraceStep {
  const { args, sources } = traceStep
  if (args === undefined && sources === undefined) return traceStep
  const short = Object.entries(args ?? {}).map(([name, value]) => [
    name,
    typeof value === 'number' ? value : cut(value),
  ])
  return {
    ...traceStep,
    ...(sources !== undefined && { sources: sources.map(shortSource) }),
    ...(args !== undefined && { args: Object.fromEntries(short) }),
  }
}

function shortLimit(limit: LimitReport): LimitReport {
  return { ...limit, words: cut(limit.words), scope: cut(limit.scope), source: shortSource(limit.source) }
}

function shortSource(source: SourceRef): SourceRef {
  return { ...source, id: cut(source.id), name: cut(source.name) }
}

function cut(text: string): string {
  return text.length <= MAX_TEXT_LENGTH ? text : `${text.slice(0, MAX_TEXT_LENGTH)}…`
}
