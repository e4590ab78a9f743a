import type { Limit, Smoothing } from '@tollgate/model/limits/counters'
import { ALLOWANCE, type CellState, setPart } from './cell-state.ts'

/**
 * The allowance of a smoothed rate: how many units a window admits now, between the threshold and the rate. It is a part
 * beside those of the algorithm that counts (value = the allowance; end = the moment from which it may change, and an
 * idle time on top): who counts nothing for so long begins at the threshold again.
 */

/** What the limit admits in a window now. */
export function allowanceOf(state: CellState, limit: Limit, nowMs: number): number {
  const { max, smoothing } = limit
  if (smoothing === undefined) return max
  const kept = (state.ends[ALLOWANCE] ?? 0) > nowMs ? (state.values[ALLOWANCE] ?? 0) : 0
  return Math.min(max, Math.max(smoothing.threshold, kept))
}

/**
 * Moves the allowance by at most a step, as the units that a request finds in the window ask for it (gateway contract,
 * section 5); it is kept when the request is counted.
 */
export function followDemand(state: CellState, limit: Limit, nowMs: number, used: number): void {
  const { max, smoothing } = limit
  if (smoothing === undefined) return
  const allowance = allowanceOf(state, limit, nowMs)
  const { threshold, trigger, step, delayMs } = smoothing
  if (nowMs < changesFrom(state, limit, smoothing, nowMs)) return
  let next = allowance
  if (used >= allowance - trigger * step) next = Math.min(max, allowance + step)
  else if (used <= allowance - step - trigger * step) next = Math.max(threshold, allowance - step)
  const idleMs = idleTime(limit, smoothing)
  if (next !== allowance) setPart(state, ALLOWANCE, nowMs + delayMs + idleMs, next)
  // Still in use: renewed at half time, so that not every request has to write.
  else if (next > threshold && (state.ends[ALLOWANCE] ?? 0) - nowMs <= idleMs / 2)
    setPart(state, ALLOWANCE, nowMs + idleMs, next)
}

/** From when on it may change; never later than a delay from now, also when the limit was edited. */
function changesFrom(state: CellState, limit: Limit, smoothing: Smoothing, nowMs: number): number {
  const end = state.ends[ALLOWANCE] ?? 0
  return Math.min(end - idleTime(limit, smoothing), nowMs + smoothing.delayMs)
}

/** At least a whole window without a request, and a delay. */
function idleTime({ windowMs }: Limit, { delayMs }: Smoothing): number {
  return 2 * Math.max(windowMs, delayMs)
}
