import type { Limit } from '@tollgate/model/limits/counters'
import { fixed, limitFor } from './limits.ts'

/** Limits of every algorithm that all hammering workers share, each with room for `max` requests. */
export function hammeredLimits(max: number): Limit[] {
  return [
    fixed('shared fixed', max, 60_000),
    limitFor('sliding-window', 'shared sliding', max, 60_000),
    limitFor('token-bucket', 'shared bucket', max, 60_000),
    limitFor('quota', 'shared quota', max, 0),
    limitFor('concurrency', 'shared concurrency', max, 0),
  ]
}
