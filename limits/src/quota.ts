import type { Limit } from '@tollgate/model/limits/counters'
import type { CellState, CountingAlgorithm } from './cell-state.ts'
import { noMore, PART_NAMES, setPart } from './cell-state.ts'
import { type Grant, MAX_UNSPENT_UNITS, QUOTA_CLOCK_SLACK_MS } from './quota-cells.ts'

/**
 * Spends units that a ledger granted before: never more than `max` in a period, on all nodes together, as long as the
 * ledger grants no more. The table never opens or moves a period itself. Two parts: granted units; unspent ones (less
 * than 0 = a debt) together with the low-water mark. Both end with the period, by the ledger's clock (a negative end).
 */
export const quota: CountingAlgorithm = {
  parts: 2,
  firstName: PART_NAMES.quota,
  heads: 0b11,
  needed: noMore,
  held: noMore,

  settle() {},

  read(state, _limit, nowMs, usage) {
    const end = endOf(state)
    const open = end > nowMs
    usage.used = open ? Math.max(0, spentIn(state)) : 0
    usage.resetsAtMs = open && end !== Number.POSITIVE_INFINITY ? end : 0
  },

  hasRoom(state, limit, nowMs, cost) {
    return (isInForce(state, limit, nowMs) ? spentIn(state) : 0) + cost <= limit.max
  },

  retryAtMs(state, { max }, nowMs, cost) {
    const end = endOf(state)
    return cost > max || end <= nowMs || end === Number.POSITIVE_INFINITY ? 0 : end
  },

  count(state, _limit, _nowMs, cost) {
    setUnspent(state, unspentIn(state) - cost)
  },

  charge(state, _limit, nowMs, units) {
    if (endOf(state) > nowMs)
      setUnspent(state, Math.min(state.values[GRANTED] ?? 0, unspentIn(state) - units))
  },
}

const GRANTED = 0
const UNSPENT = 1

/** Whether the ledger has to be asked before `cost` units may be spent. */
export function needsGrant(state: CellState, limit: Limit, nowMs: number, cost: number): boolean {
  return !isInForce(state, limit, nowMs) || unspentIn(state) < cost
}

/** Whether spending `cost` units brought the counter to its low-water mark. */
export function crossedLowWater(state: CellState, cost: number): boolean {
  const unspent = unspentIn(state)
  const mark = lowWaterOf((state.values[UNSPENT] ?? 0) - unspent * MARKS)
  return unspent <= mark && unspent + cost > mark
}

/** Puts a grant in; see `QuotaCells.grant`. */
export function putGrant(state: CellState, grant: Grant, nowMs: number): void {
  const end = grant.endsAtMs === 0 ? Number.POSITIVE_INFINITY : grant.endsAtMs
  const before = endOf(state)
  const unspent = grant.units + (before > nowMs && before >= end ? unspentIn(state) : 0)
  setPart(state, GRANTED, -end, grant.granted)
  setPart(state, UNSPENT, -end, codedUnspent(unspent, markOf(grant.lowWater)))
}

/** Takes out what is unspent; what is shown as used stays. */
export function takeUnspent(state: CellState): number {
  const units = Math.max(0, unspentIn(state))
  if (units === 0 || endOf(state) === 0) return 0
  setPart(state, GRANTED, state.ends[GRANTED] ?? 0, (state.values[GRANTED] ?? 0) - units)
  setUnspent(state, 0)
  return units
}

/** Unspent units; less than 0 = a debt. */
export function unspentIn(state: CellState): number {
  return Math.floor((state.values[UNSPENT] ?? 0) / MARKS)
}

/** End of the period by the ledger's clock; 0 = none. */
export function endOf(state: CellState): number {
  return -(state.ends[UNSPENT] ?? 0)
}

function spentIn(state: CellState): number {
  return (state.values[GRANTED] ?? 0) - unspentIn(state)
}

/** Whether the period is open, and no further away than the limit's window allows. */
function isInForce(state: CellState, { windowMs, calendar }: Limit, nowMs: number): boolean {
  const end = endOf(state)
  if (end <= nowMs) return false
  return windowMs === 0 || calendar !== undefined || end - nowMs <= windowMs + QUOTA_CLOCK_SLACK_MS
}

function setUnspent(state: CellState, units: number): void {
  const mark = (state.values[UNSPENT] ?? 0) - unspentIn(state) * MARKS
  setPart(state, UNSPENT, state.ends[UNSPENT] ?? 0, codedUnspent(units, mark))
}

function codedUnspent(unspent: number, mark: number): number {
  return Math.max(-MAX_UNSPENT_UNITS, Math.min(MAX_UNSPENT_UNITS, unspent)) * MARKS + mark
}

/** A mark takes 12 bits: 0 = none; up to 127 units exactly, above that to the 64th part below. */
const MARKS = 4096
const EXACT_MARKS = 128
const STEPS = EXACT_MARKS / 2

function markOf(lowWater: number): number {
  const units = Math.min(lowWater, MAX_UNSPENT_UNITS)
  if (units < 0) return 0
  if (units < EXACT_MARKS) return 1 + Math.floor(units)
  const power = Math.floor(Math.log2(units / STEPS))
  return 1 + EXACT_MARKS + (power - 1) * STEPS + (Math.floor(units / 2 ** power) - STEPS)
}

function lowWaterOf(mark: number): number {
  if (mark <= EXACT_MARKS) return mark - 1
  const coded = mark - 1 - EXACT_MARKS
  return (STEPS + (coded % STEPS)) * 2 ** (1 + Math.floor(coded / STEPS))
}
