import assert from 'node:assert/strict'
import { createCounterTable, openCounters } from '@tollgate/limits/counter-table'
import type { Ledger } from '@tollgate/limits/ledger'
import type { QuotaCells } from '@tollgate/limits/quota-cells'
import { hex32 } from '@tollgate/model/ids'
import { type Counters, type Limit, NEEDS_GRANT, TAKEN } from '@tollgate/model/limits/counters'
import { quotaLimit } from '@tollgate/model/limits/limit'
import { BY_THE_KEY } from '@tollgate/model/source-ref'
import type { Storage } from '@tollgate/storage/storage'
import { type LeaseManager, openLeaseManager } from '../supervisor/lease-manager.ts'

export const HOUR = 3_600_000

/** A node of its own: counters, a lease manager, a life, a clock. */
export type QuotaNode = {
  readonly cells: Counters & QuotaCells
  readonly leaseManager: LeaseManager
  readonly clock: { nowMs: number; upMs: number }
  readonly log: object[]
  /** Whether the store answers. */
  readonly store: { isDown: boolean; losesAnswers: boolean; leases: number }
  /** The period of the newest lease whose answer arrived, by the name of the quota. */
  readonly periods: Map<string, string>
}

/** Starts a life of a node on a storage that it shares with others. */
export function startNode(
  storage: Storage,
  node = hex32(),
  times: object = {},
  clock = { nowMs: Date.parse('2026-03-01T12:00:00Z'), upMs: 0 },
): QuotaNode {
  const store = { isDown: false, losesAnswers: false, leases: 0 }
  const log: object[] = []
  const periods = new Map<string, string>()
  const cells = openCounters(createCounterTable({ cells: 4096 }), 0)
  const kept = storage.quotaLedger({ node, life: hex32() })
  const ledger: Ledger = {
    ...kept,
    async lease(requests, nowMs) {
      if (store.isDown) throw new Error('down')
      if (requests.length > 0) store.leases++
      const leases = await kept.lease(requests, nowMs)
      if (store.losesAnswers) throw new Error('the line was cut')
      for (const [i, { terms }] of requests.entries()) periods.set(terms.name, leases[i]?.period ?? '')
      return leases
    },
  }
  const leaseManager = openLeaseManager({
    ledger,
    cells,
    times: { idleMs: 10_000, heartbeatMs: 10_000, retryMs: 20, maxLeases: 1000, ...times },
    log: (line) => log.push(line),
    now: () => clock.nowMs,
    uptime: () => clock.upMs,
  })
  return { cells, leaseManager, clock, log, store, periods }
}

/** A quota of a key that nobody else has. */
export function newQuota(max: number, { keyId = hex32(), windowMs = HOUR, suffix = '' } = {}): Limit {
  const labels = { kind: 'quota', name: `quota:${keyId}${suffix}`, scope: 'key', source: BY_THE_KEY } as const
  const limit = quotaLimit(max, windowMs / 1000, labels)
  assert.ok(limit)
  return limit
}

/** One request as the gateway judges it. */
export async function ask(
  { cells, leaseManager, clock }: QuotaNode,
  limit: Limit,
  cost = 1,
): Promise<string> {
  for (let tries = 0; tries < 8; tries++) {
    const outcome = cells.take([limit], clock.nowMs, cost)
    if (outcome === TAKEN) {
      if (cells.runningLow() >= 0) leaseManager.ahead(limit)
      return 'admitted'
    }
    if (outcome !== NEEDS_GRANT) return 'refused'
    const lease = await leaseManager.more(limit, cost)
    if (lease === 'unavailable') return lease
  }
  return 'tried too often'
}

/** How many of so many requests at once are admitted; the others are refused. */
export async function admitted(node: QuotaNode, limit: Limit, requests: number): Promise<number> {
  const outcomes = await Promise.all(Array.from({ length: requests }, () => ask(node, limit)))
  assert.deepEqual(
    outcomes.filter((outcome) => outcome !== 'admitted' && outcome !== 'refused'),
    [],
  )
  return outcomes.filter((outcome) => outcome === 'admitted').length
}
