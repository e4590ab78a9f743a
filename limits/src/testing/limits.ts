import { cellOf, type Limit } from '@tollgate/model/limits/counters'
import { BY_THE_KEY } from '@tollgate/model/source-ref'

/** A limit for tests; `more` overrides anything. */
export function limitFor(
  algorithm: Limit['algorithm'],
  name: string,
  max: number,
  windowMs: number,
  more: Partial<Limit> = {},
): Limit {
  return {
    kind: algorithm === 'quota' || algorithm === 'concurrency' ? algorithm : 'rate',
    algorithm,
    name,
    cell: cellOf(name),
    max,
    windowMs,
    burst: max,
    calendar: undefined,
    smoothing: undefined,
    scope: 'key',
    source: BY_THE_KEY,
    ...more,
  }
}

/** A fixed window. */
export const fixed = (name: string, max: number, windowMs: number): Limit =>
  limitFor('fixed-window', name, max, windowMs)
