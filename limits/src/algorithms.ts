import type { Limit } from '@tollgate/model/limits/counters'
import type { CountingAlgorithm } from './cell-state.ts'
import { concurrency } from './concurrency.ts'
import { fixedWindow } from './fixed-window.ts'
import { quota } from './quota.ts'
import { slidingWindow } from './sliding-window.ts'
import { tokenBucket } from './token-bucket.ts'

/** How a limit counts. A window that never ends cannot slide, nor fill a bucket: it counts as a fixed one. */
export function algorithmOf(limit: Limit): CountingAlgorithm {
  switch (limit.algorithm) {
    case 'fixed-window':
      return fixedWindow
    case 'sliding-window':
      return limit.windowMs === 0 ? fixedWindow : slidingWindow
    case 'token-bucket':
      return limit.windowMs === 0 ? fixedWindow : tokenBucket
    case 'concurrency':
      return concurrency
    case 'quota':
      return quota
  }
}

/** Those whose counters can be forgotten. */
export const forgettable: readonly CountingAlgorithm[] = [fixedWindow, slidingWindow, tokenBucket, quota]
