import { setImmediate as nextTurn } from 'node:timers/promises'
import type { LeaseOutcome, Leases } from '@tollgate/limits/leases'
import type { AccountState, Forgetting, Lease, LeaseRequest, Ledger, Return } from '@tollgate/limits/ledger'
import type { QuotaCells } from '@tollgate/limits/quota-cells'
import type { Quotas, QuotaUse } from '@tollgate/limits/quotas'
import { type Counters, cellOf, type Limit } from '@tollgate/model/limits/counters'
import type { LogLine } from '../worker-protocol.ts'
import { BlockedQuotas } from './blocked-quotas.ts'
import { HeldLeases } from './held-leases.ts'

/** Quotas in one transaction of the ledger; the rest waits for the next, which is a moment later. */
const MAX_BATCH = 500
/** Wishes that may wait for the ledger, of all workers together. */
const MAX_WAITING = 100_000
/** Deleted keys whose last requests may still be under way, and for how long. */
const MAX_DELETED_KEYS = 10_000
const DELETED_FOR_MS = 60_000
/** A node is taken for dead when so many of its signs of life in a row are missing. */
const MISSED_SIGNS = 3
/** What is over is removed so often, and in between with this pause. */
const REMOVE_EVERY_MS = 600_000
const REMOVE_PAUSE_MS = 100
/** Failures of the ledger are reported at most so often: one that is down fails each request. */
const REPORT_EVERY_MS = 1_000
/** A lease that settles a debt, one that finds that no more can be settled, the way back; and one for a locked cell. */
const CLOSING_ROUNDS = 4
/** Longest time between two looks for idle leases. */
const LOOK_EVERY_MS = 1_000

/** Settings of the lease manager, milliseconds. */
export type LeaseTimes = {
  /** Units of which none was spent for so long are given back. */
  readonly idleMs: number
  /** How often this node says that it lives, while it holds units. */
  readonly heartbeatMs: number
  /** How often the ledger is asked whether other nodes gave back units of what is used up here. */
  readonly retryMs: number
  /** Leases that this node may have at once; beyond it the longest unlooked-at one is given back. */
  readonly maxLeases: number
}

/** What the lease manager works with. */
export type LeaseManagerParts = {
  readonly ledger: Ledger
  /** The cells as the main thread sees them. */
  readonly cells: Counters & QuotaCells
  readonly times: LeaseTimes
  readonly log: (line: LogLine) => void
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Milliseconds that never go back. */
  readonly uptime?: () => number
}

/** The one place of a node that talks to the ledger of quotas. */
export interface LeaseManager extends Leases, Quotas {
  /** Looks for idle leases, as it does by itself from time to time. */
  lookAround(): void
  /** Gives everything back. The workers have ended before, the store ends after. */
  close(): Promise<void>
}

type Wish = { limit: Limit; needed: number; readonly waiters: ((outcome: LeaseOutcome) => void)[] }

type Forget = {
  readonly what: Forgetting
  readonly resolve: () => void
  readonly reject: (reason: unknown) => void
}

/** Opens the lease manager; it says that this node lives, so that what its earlier lives held counts as stranded from now on. */
export function openLeaseManager(parts: LeaseManagerParts): LeaseManager {
  return new LedgerLeases(parts)
}

/**
 * Everything goes to the ledger in turns, one at a time: what is to be forgotten, what is given back, what is wished for,
 * in this order. So an answer is in the cells before the next question is asked, and no old lease outlives a reset.
 */
class LedgerLeases implements LeaseManager {
  readonly #parts: LeaseManagerParts
  readonly #uptime: () => number
  readonly #held: HeldLeases
  readonly #blocked: BlockedQuotas
  readonly #wishes = new Map<string, Wish>()
  #returns: Return[] = []
  #forgets: Forget[] = []
  /** Names in the turn that is under way. */
  readonly #leasing = new Set<string>()
  /** Until when. */
  readonly #deletedKeys = new Map<string, number>()
  readonly #timers: NodeJS.Timeout[]
  #removing: NodeJS.Timeout | undefined
  #turns: Promise<void> | undefined
  #waiting = 0
  #reportedAt = Number.NEGATIVE_INFINITY
  #isClosed = false

  constructor(parts: LeaseManagerParts) {
    this.#parts = parts
    this.#uptime = parts.uptime ?? (() => performance.now())
    this.#held = new HeldLeases(parts.cells, this.#uptime)
    this.#blocked = new BlockedQuotas(parts.ledger, parts.cells)
    const { idleMs, heartbeatMs, retryMs } = parts.times
    const every = (ms: number, work: () => void) => setInterval(work, ms).unref()
    this.#timers = [
      every(Math.max(1, Math.min(LOOK_EVERY_MS, idleMs / 2)), () => this.lookAround()),
      every(heartbeatMs, () => {
        if (this.#held.size > 0) this.#stayAlive()
      }),
      every(retryMs, () => void this.#askForStarved()),
    ]
    this.#stayAlive()
    this.#removeEndedLater(REMOVE_PAUSE_MS)
  }

  more(limit: Limit, cost: number): Promise<LeaseOutcome> {
    if (this.#isClosed || this.#waiting >= MAX_WAITING) return Promise.resolve('unavailable')
    if (this.#isOfDeletedKey(limit.name)) return Promise.resolve('exhausted')
    this.#waiting++
    const { promise, resolve } = Promise.withResolvers<LeaseOutcome>()
    this.#wish(limit, cost).waiters.push((outcome) => {
      this.#waiting--
      resolve(outcome)
    })
    return promise
  }

  ahead(limit: Limit): void {
    if (this.#isClosed || this.#waiting >= MAX_WAITING || this.#isOfDeletedKey(limit.name)) return
    this.#wish(limit, 0)
  }

  async use(limits: readonly Limit[]): Promise<ReadonlyMap<string, QuotaUse>> {
    const { ledger, now } = this.#parts
    const nowMs = now()
    const quotas = limits.filter(isQuota)
    const states = await ledger.read([...new Set(quotas.map(({ name }) => name))], nowMs)
    return new Map(quotas.map((limit) => [limit.name, this.#useOf(limit, states.get(limit.name), nowMs)]))
  }

  async reset(limits: readonly Limit[]): Promise<void> {
    const names = limits.filter(isQuota).map(({ name }) => name)
    if (names.length > 0) await this.#forget({ names, keyIds: [] })
  }

  async forgetKey(keyId: string, limits: readonly Limit[]): Promise<void> {
    const oldest = this.#deletedKeys.size >= MAX_DELETED_KEYS ? this.#deletedKeys.keys().next() : undefined
    if (oldest !== undefined && !oldest.done) this.#deletedKeys.delete(oldest.value)
    this.#deletedKeys.set(keyId, this.#uptime() + DELETED_FOR_MS)
    await this.#forget({ names: limits.filter(isQuota).map(({ name }) => name), keyIds: [keyId] })
  }

  lookAround(): void {
    const { times, now } = this.#parts
    const atMs = this.#uptime()
    try {
      for (const name of this.#held.idle(times.idleMs, now())) this.#release(name)
    } catch (error) {
      // A cell is locked for a moment: the next look comes to it again.
      this.#report(error)
    }
    for (const [keyId, untilMs] of this.#deletedKeys) if (untilMs <= atMs) this.#deletedKeys.delete(keyId)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    for (const timer of this.#timers) clearInterval(timer)
    clearTimeout(this.#removing)
    await this.#turns
    for (let round = 0; round < CLOSING_ROUNDS && this.#held.size > 0; round++) {
      for (const name of this.#held.names()) this.#release(name)
      await this.#turns
    }
    try {
      await this.#parts.ledger.stayAlive(this.#parts.now())
    } catch (error) {
      this.#report(error)
    }
  }

  #wish(limit: Limit, cost: number): Wish {
    let wish = this.#wishes.get(limit.name)
    if (wish === undefined) {
      wish = { limit, needed: 0, waiters: [] }
      this.#wishes.set(limit.name, wish)
    } else if (limit.max > wish.limit.max) {
      // Limits of several keys may share a counter and differ in size: each cell's take checks its own.
      wish.limit = limit
    }
    wish.needed += cost
    this.#start()
    return wish
  }

  #forget(what: Forgetting): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#forgets.push({ what, resolve, reject })
      this.#start()
    })
  }

  #release(name: string): void {
    if (this.#leasing.has(name) || this.#wishes.has(name)) return
    const debtor = this.#held.debtor(name, this.#parts.now())
    if (debtor !== undefined) {
      // What was charged afterwards is to outlive this node too.
      this.#wish(debtor, 0)
      return
    }
    const back = this.#held.release(name)
    if (back !== undefined) this.#giveBack(back)
  }

  #giveBack(back: Return): void {
    this.#returns.push(back)
    this.#start()
  }

  #start(): void {
    this.#turns ??= this.#takeTurns()
  }

  async #takeTurns(): Promise<void> {
    while (this.#wishes.size > 0 || this.#returns.length > 0 || this.#forgets.length > 0) {
      // Whatever arrives in this turn of the event loop joins.
      await nextTurn()
      await this.#turn()
    }
    this.#turns = undefined
  }

  async #turn(): Promise<void> {
    const { ledger, now } = this.#parts
    const nowMs = now()
    const forgets = this.#forgets.splice(0)
    const forgetting = merged(forgets)
    const returns = this.#returns.splice(0, MAX_BATCH)
    const asked = this.#requests(nowMs)
    const requests = asked.map(({ request }) => request)
    for (const { terms } of requests) this.#leasing.add(terms.name)
    const [forgotten, returned, leased] = await Promise.allSettled([
      forgets.length === 0 ? [] : ledger.forget(forgetting),
      ledger.giveBack(returns, nowMs),
      ledger.lease(requests, nowMs),
    ])
    this.#leasing.clear()
    this.#settleForgets(forgets, forgotten, forgetting)
    if (returned.status === 'rejected') this.#report(returned.reason)
    if (leased.status === 'rejected') this.#report(leased.reason)
    for (const [i, { wish }] of asked.entries()) {
      const lease = leased.status === 'fulfilled' ? leased.value[i] : undefined
      answer(wish, lease === undefined ? 'unavailable' : this.#put(wish.limit, lease, now()))
    }
  }

  /** Takes the next wishes off the queue, and answers at once those that were fulfilled meanwhile. */
  #requests(nowMs: number): { readonly wish: Wish; readonly request: LeaseRequest }[] {
    const taken: { wish: Wish; request: LeaseRequest }[] = []
    for (const [name, wish] of this.#wishes) {
      if (taken.length >= MAX_BATCH) break
      this.#wishes.delete(name)
      const { limit, needed } = wish
      try {
        if (needed > 0 && this.#held.covers(limit, needed, nowMs)) answer(wish, 'granted')
        else taken.push({ wish, request: this.#held.request(limit, needed, nowMs) })
      } catch (error) {
        // The cell is locked for a moment.
        this.#report(error)
        answer(wish, 'unavailable')
      }
    }
    return taken
  }

  /** Puts granted units into the cell. */
  #put(limit: Limit, lease: Lease, nowMs: number): LeaseOutcome {
    const { name } = limit
    const { period, total, units } = lease
    try {
      const unspent = this.#held.put(limit, lease, nowMs)
      if (unspent === undefined) throw new Error(`no counter is free for ${name}`)
      if (lease.elsewhere > 0) this.#blocked.add(limit, period)
      for (const other of this.#held.beyond(this.#parts.times.maxLeases)) this.#release(other)
      return unspent > 0 ? 'granted' : 'exhausted'
    } catch (error) {
      this.#report(error)
      // If they came to the cell, they are lost there: what is given back must be nowhere else.
      if (!this.#held.has(name)) this.#giveBack({ name, period, total, units })
      return 'unavailable'
    }
  }

  /** Empties the cells of what the ledger forgot, and those that were named though the ledger knew nothing of them. */
  #settleForgets(
    forgets: readonly Forget[],
    forgotten: PromiseSettledResult<readonly string[]>,
    { names }: Forgetting,
  ): void {
    try {
      if (forgotten.status === 'rejected') throw forgotten.reason
      for (const name of new Set([...forgotten.value, ...names])) {
        this.#held.drop(name)
        this.#blocked.drop(name)
        this.#parts.cells.reset(cellOf(name))
      }
      for (const { resolve } of forgets) resolve()
    } catch (error) {
      for (const { reject } of forgets) reject(error)
    }
  }

  #useOf(limit: Limit, state: AccountState | undefined, nowMs: number): QuotaUse {
    const { cells } = this.#parts
    const { used, resetsAtMs } = cells.peek(limit, nowMs)
    const hasCell = used > 0 || resetsAtMs > 0 || this.#held.has(limit.name)
    const unspent = Math.max(0, cells.unspent(limit.cell, nowMs))
    if (state === undefined) return { used, resetsAtMs, underAdmission: Math.min(unspent, limit.max) }
    const lost = state.elsewhere + state.stranded + (hasCell ? unspent : state.held)
    return {
      used: hasCell ? used : state.granted,
      resetsAtMs: state.endsAtMs,
      underAdmission: Math.min(lost, limit.max),
    }
  }

  /** Other nodes may have given back what is used up here: then the next request asks for it. */
  async #askForStarved(): Promise<void> {
    const isBusy = (name: string) => this.#leasing.has(name) || this.#wishes.has(name)
    try {
      for (const name of await this.#blocked.look(this.#parts.now(), isBusy)) this.#held.drop(name)
    } catch (error) {
      this.#report(error)
    }
  }

  #isOfDeletedKey(name: string): boolean {
    return this.#deletedKeys.size > 0 && this.#deletedKeys.has(name.split(':', 2)[1] ?? '')
  }

  #stayAlive(): void {
    const { ledger, now, times } = this.#parts
    ledger.stayAlive(now() + MISSED_SIGNS * times.heartbeatMs).catch((error) => this.#report(error))
  }

  #removeEndedLater(pauseMs: number): void {
    if (this.#isClosed) return
    this.#removing = setTimeout(() => void this.#removeEnded(), pauseMs)
    this.#removing.unref()
  }

  async #removeEnded(): Promise<void> {
    let removed = 0
    try {
      removed = await this.#parts.ledger.removeEnded(this.#parts.now())
    } catch (error) {
      this.#report(error)
    }
    this.#removeEndedLater(removed > 0 ? REMOVE_PAUSE_MS : REMOVE_EVERY_MS)
  }

  #report(error: unknown): void {
    const atMs = performance.now()
    if (atMs - this.#reportedAt < REPORT_EVERY_MS) return
    this.#reportedAt = atMs
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    this.#parts.log({ level: 'error', msg: 'the ledger of quotas cannot be used', error: text })
  }
}

function isQuota({ algorithm }: Limit): boolean {
  return algorithm === 'quota'
}

function answer(wish: Wish, outcome: LeaseOutcome): void {
  for (const waiter of wish.waiters) waiter(outcome)
}

function merged(forgets: readonly Forget[]): Forgetting {
  return {
    names: [...new Set(forgets.flatMap(({ what }) => what.names))],
    keyIds: [...new Set(forgets.flatMap(({ what }) => what.keyIds))],
  }
}
