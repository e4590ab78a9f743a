import type { Cell, Counters, Limit, Usage } from '@tollgate/model/limits/counters'
import { NEEDS_GRANT, NO_CELL, TAKEN } from '@tollgate/model/limits/counters'
import { forgettable } from './algorithms.ts'
import type { Moment } from './cell-blocks.ts'
import { PART_NAMES } from './cell-state.ts'
import { concurrency } from './concurrency.ts'
import { crossedLowWater, endOf, needsGrant, putGrant, quota, takeUnspent, unspentIn } from './quota.ts'
import type { Grant, QuotaCells } from './quota-cells.ts'
import { allowanceOf, followDemand } from './smoothing.ts'
import { CALLERS_CLOCK, type CountingClock, steadyClock } from './steady-clock.ts'
import { createCounterTable, layoutOf } from './table-layout.ts'
import { TableSession } from './table-session.ts'

export { releaseLocks } from './release-locks.ts'
export { createCounterTable }

/** The most limits that one request can be held to: sizes the scratch memory. */
const MAX_LIMITS = 64

/** A counter could not be read because its block stays locked by a worker that died and is not cleaned up yet. */
export class CounterLockedError extends Error {
  override name = 'CounterLockedError'
}

/**
 * The counters of a node, which go by its steady clock (`steady-clock.ts`): the times that they are given and tell are
 * those of the wall clock, but setting it neither ends a window nor makes one longer. The periods of quotas go by the
 * wall clock, as their ledger does. Otherwise as `openCounters`.
 */
export function openSteadyCounters(table: SharedArrayBuffer, worker: number): Counters & QuotaCells {
  return openCounters(table, worker, steadyClock(layoutOf(table).clock))
}

/**
 * The counters of a node, shared by all workers. Counts exactly: what each algorithm promises holds whatever the number
 * of workers. `worker` is the number of the calling thread (0 = main thread); two live threads must not share one,
 * since locks and requests under way name their owner.
 *
 * Without a `clock` it is the caller's: each call is counted at the time that it is given. When that goes back by more
 * than ten seconds, what is open keeps the time that was left to it, as if the clock
 * had stood still, and what had ended stays so. When it goes back by less, or a limit's window is made shorter, what
 * would end further away than a window from now ends a window from now. So a clock that goes back frees no budget, and
 * nothing stays refused for longer than its window after it. A clock that jumps ahead ends windows, as time does. The
 * periods of quotas are their ledger's.
 *
 * When a block stays locked by a dead worker, `take` answers NO_CELL (not counted) and the others throw
 * CounterLockedError.
 */
export function openCounters(
  table: SharedArrayBuffer,
  worker: number,
  clock: CountingClock = CALLERS_CLOCK,
): Counters & QuotaCells {
  return new CounterTable(new TableSession(layoutOf(table), worker, MAX_LIMITS), clock)
}

class CounterTable implements Counters, QuotaCells {
  readonly #session: TableSession
  readonly #clock: CountingClock
  /** When the call that is under way takes place. */
  readonly #now: Moment = { nowMs: 0, wallMs: 0 }
  readonly #usages: Usage[] = []
  readonly #allowances = new Float64Array(MAX_LIMITS)
  readonly #found: Usage = { used: 0, resetsAtMs: 0 }
  /** One limit, for what concerns only one. */
  readonly #one: Limit[] = []
  #limits = 0
  #retryAtMs = 0
  #wanting = -1
  #runningLow = -1

  constructor(session: TableSession, clock: CountingClock) {
    this.#session = session
    this.#clock = clock
    for (let i = 0; i < MAX_LIMITS; i++) this.#usages.push({ used: 0, resetsAtMs: 0 })
  }

  take(limits: readonly Limit[], wallMs: number, cost: number): number {
    if (limits.length > MAX_LIMITS) throw new RangeError(`more than ${MAX_LIMITS} limits on one request`)
    const session = this.#session
    this.#limits = limits.length
    this.#retryAtMs = 0
    this.#wanting = -1
    this.#runningLow = -1
    if (!session.begin(limits)) {
      for (let i = 0; i < limits.length; i++) this.#clear(limits[i], i)
      return NO_CELL
    }
    const nowMs = this.#tell(wallMs)
    session.tellTime(nowMs)
    session.load(limits, nowMs)
    session.settle(limits, nowMs)
    this.#allow(limits, cost)
    let outcome = this.#check(limits, cost)
    if (outcome === TAKEN) outcome = this.#count(limits, cost)
    for (let i = 0; i < limits.length; i++) this.#readUsage(limits[i], i)
    session.end()
    return outcome
  }

  usage(index: number): Readonly<Usage> {
    const usage = index < this.#limits ? this.#usages[index] : undefined
    return usage ?? { used: 0, resetsAtMs: 0 }
  }

  allowance(index: number): number {
    return index < this.#limits ? (this.#allowances[index] ?? 0) : 0
  }

  retryAtMs(): number {
    return this.#retryAtMs
  }

  wanting(): number {
    return this.#wanting
  }

  runningLow(): number {
    return this.#runningLow
  }

  charge(limits: readonly Limit[], units: number, wallMs: number): void {
    const session = this.#session
    if (!session.begin(limits)) throw locked()
    const nowMs = this.#tell(wallMs)
    session.load(limits, nowMs)
    for (let i = 0; i < limits.length; i++) {
      const limit = limits[i]
      if (limit === undefined || session.firstOf(i) !== i) continue
      session.loadRest(i, limit, nowMs)
      session.algorithm(i).charge(session.state(i), limit, this.#timeOf(i), units)
      session.store(i)
    }
    session.end()
  }

  release(limit: Limit): void {
    if (limit.algorithm !== 'concurrency') return
    if (!this.#session.beginCell(limit.cell)) throw locked()
    this.#session.loadCell(concurrency)
    this.#session.releaseOne()
    this.#session.end()
  }

  peek(limit: Limit, wallMs: number): Usage {
    this.#begin(limit, wallMs)
    const usage: Usage = { used: 0, resetsAtMs: 0 }
    this.#session.end()
    this.#session.algorithm(0).settle(this.#session.state(0), limit, this.#now.nowMs)
    this.#tellUsage(limit, 0, usage)
    if (limit.smoothing !== undefined)
      usage.allowance = allowanceOf(this.#session.state(0), limit, this.#now.nowMs)
    return usage
  }

  reset(cell: Cell): void {
    if (!this.#session.beginCell(cell)) throw locked()
    for (const { firstName, parts } of forgettable) {
      for (let part = 0; part < parts; part++) this.#session.forget(firstName + part)
    }
    this.#session.forget(PART_NAMES.allowance)
    this.#session.end()
  }

  grant(limit: Limit, grant: Grant, wallMs: number): boolean {
    this.#begin(limit, wallMs)
    putGrant(this.#session.state(0), grant, wallMs)
    const room = this.#session.claim(this.#now)
    if (room) this.#session.store(0)
    this.#session.end()
    return room
  }

  takeBack(cell: Cell): number {
    if (!this.#session.beginCell(cell)) throw locked()
    const units = takeUnspent(this.#session.loadCell(quota))
    this.#session.store(0)
    this.#session.end()
    return units
  }

  unspent(cell: Cell, wallMs: number): number {
    if (!this.#session.beginCell(cell)) throw locked()
    const state = this.#session.loadCell(quota)
    this.#session.end()
    return endOf(state) > wallMs ? unspentIn(state) : 0
  }

  #begin(limit: Limit, wallMs: number): void {
    this.#one[0] = limit
    if (!this.#session.begin(this.#one)) throw locked()
    this.#session.load(this.#one, this.#tell(wallMs))
  }

  /** Sets when the call takes place; the time to count by. */
  #tell(wallMs: number): number {
    this.#now.wallMs = wallMs
    this.#now.nowMs = this.#clock.nowMs(wallMs)
    return this.#now.nowMs
  }

  /** The time by which a limit goes: quotas by their ledger's, which is the wall clock. */
  #timeOf(index: number): number {
    return this.#session.algorithm(index) === quota ? this.#now.wallMs : this.#now.nowMs
  }

  /** A time by which a limit goes, as a time of the wall clock; 0 stays 0. */
  #shown(index: number, atMs: number): number {
    return atMs === 0 || this.#session.algorithm(index) === quota ? atMs : atMs + this.#clock.aheadMs
  }

  #clear(limit: Limit | undefined, index: number): void {
    this.#allowances[index] = limit?.burst ?? 0
    const usage = this.#usages[index]
    if (usage === undefined) return
    usage.used = 0
    usage.resetsAtMs = 0
  }

  /** Sets what each limit admits in a window; smoothed ones follow demand. */
  #allow(limits: readonly Limit[], cost: number): void {
    for (let i = 0; i < limits.length; i++) {
      const limit = limits[i]
      if (limit === undefined) continue
      this.#allowances[i] = limit.smoothing === undefined ? limit.burst : this.#smoothed(limit, i, cost)
    }
  }

  #smoothed(limit: Limit, index: number, cost: number): number {
    const session = this.#session
    const state = session.state(index)
    const nowMs = this.#timeOf(index)
    if (cost > 0) {
      session.algorithm(index).read(state, limit, nowMs, this.#found)
      followDemand(state, limit, nowMs, this.#found.used)
    }
    return allowanceOf(state, limit, nowMs)
  }

  /** The first limit without room, else NEEDS_GRANT or TAKEN. A cost of 0 concerns only what counts requests. */
  #check(limits: readonly Limit[], cost: number): number {
    const session = this.#session
    let refused = TAKEN
    let retryAtMs = 0
    let told = true
    for (let i = 0; i < limits.length; i++) {
      const limit = limits[i]
      if (limit === undefined || isFree(limit, cost)) continue
      const algorithm = session.algorithm(i)
      const state = session.state(i)
      const nowMs = this.#timeOf(i)
      if (algorithm.hasRoom(state, limit, nowMs, cost, this.#allowances[i] ?? 0)) {
        if (algorithm === quota && this.#wanting < 0 && needsGrant(state, limit, nowMs, cost))
          this.#wanting = i
        continue
      }
      if (refused === TAKEN) refused = i
      session.loadRest(i, limit, nowMs)
      const atMs = this.#shown(i, algorithm.retryAtMs(state, limit, nowMs, cost, this.#allowances[i] ?? 0))
      if (atMs === 0) told = false
      retryAtMs = Math.max(retryAtMs, atMs)
    }
    if (refused === TAKEN) return this.#wanting < 0 ? TAKEN : NEEDS_GRANT
    this.#wanting = -1
    if (told) this.#retryAtMs = retryAtMs
    return refused
  }

  #count(limits: readonly Limit[], cost: number): number {
    const session = this.#session
    for (let i = 0; i < limits.length; i++) {
      const limit = limits[i]
      if (limit === undefined || session.firstOf(i) !== i || isFree(limit, cost)) continue
      const algorithm = session.algorithm(i)
      algorithm.count(session.state(i), limit, this.#timeOf(i), cost)
      if (algorithm === quota && crossedLowWater(session.state(i), cost)) this.#runningLow = i
    }
    if (!session.claim(this.#now)) {
      this.#runningLow = -1
      session.load(limits, this.#now.nowMs)
      return NO_CELL
    }
    for (let i = 0; i < limits.length; i++) session.store(i)
    return TAKEN
  }

  #readUsage(limit: Limit | undefined, index: number): void {
    const usage = this.#usages[index]
    if (limit !== undefined && usage !== undefined) this.#tellUsage(limit, index, usage)
  }

  #tellUsage(limit: Limit, index: number, usage: Usage): void {
    const session = this.#session
    session.algorithm(index).read(session.state(index), limit, this.#timeOf(index), usage)
    usage.resetsAtMs = this.#shown(index, usage.resetsAtMs)
  }
}

function isFree(limit: Limit, cost: number): boolean {
  return cost === 0 && limit.algorithm !== 'concurrency'
}

function locked(): CounterLockedError {
  return new CounterLockedError('the counter is locked')
}
