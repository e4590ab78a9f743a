import type { RequestContext } from '../pipeline/request-context.ts'

/** Where requests over their rate wait to be judged again (`throttle_interval`). Bounded: who finds it full is refused. */
export interface ThrottleQueue {
  readonly isFull: boolean
  /** Resolves when the time is over or the client has left, whichever comes first. */
  wait(context: RequestContext, ms: number): Promise<void>
}

/** Longest wait at a time, milliseconds: what a timer can hold. */
const LONGEST_WAIT_MS = 2_147_483_647

/** @param maxWaiting requests that may wait at a time */
export function throttleQueue(maxWaiting: number): ThrottleQueue {
  let taken = 0
  return {
    get isFull() {
      return taken >= maxWaiting
    },
    wait(context, ms) {
      taken++
      return new Promise((resolve) => {
        const timer = setTimeout(leave, Math.min(ms, LONGEST_WAIT_MS))
        context.onOver = leave

        function leave(): void {
          clearTimeout(timer)
          context.onOver = undefined
          taken--
          resolve()
        }
      })
    },
  }
}
