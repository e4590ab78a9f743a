import { isTraceCode, traceWords } from '@tollgate/model/judge/trace-words'
import type { TraceStep } from '@tollgate/model/judge/verdict'

/** A line that a worker made for the log. */
export type WorkerLine = Readonly<Record<string, unknown>>

/** The steps that a line tells of; none when it tells of no request. */
export function stepsOf({ trace }: WorkerLine): readonly TraceStep[] {
  return Array.isArray(trace) ? trace.filter(isStep) : []
}

/** The line as it is written: people read its steps in words. */
export function lineInWords(line: WorkerLine): WorkerLine {
  if (line.trace === undefined) return line
  return { ...line, trace: stepsOf(line).map((traceStep) => `${traceStep.step}: ${traceWords(traceStep)}`) }
}

/** Lines cross from the workers as plain data: what has a code of the table was a step there. */
function isStep(one: unknown): one is TraceStep {
  return typeof one === 'object' && one !== null && 'step' in one && 'code' in one && isTraceCode(one.code)
}
