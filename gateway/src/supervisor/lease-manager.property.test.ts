import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { hex32 } from '@tollgate/model/ids'
import type { Limit } from '@tollgate/model/limits/counters'
import { openStorage } from '@tollgate/storage/open'
import type { Storage } from '@tollgate/storage/storage'
import fc from 'fast-check'
import { ask, HOUR, newQuota, type QuotaNode, startNode } from '../testing/quota-node.ts'

/**
 * Ledger, lease manager and cells together against an exact log of what was admitted: two nodes on one store, with whatever may
 * happen to them.
 */

let storage: Storage
before(async () => {
  storage = await openStorage({ kind: 'sqlite', file: ':memory:' })
})
after(() => storage.close())

type Step =
  | { readonly do: 'ask'; readonly node: number; readonly requests: number; readonly cost: number }
  | { readonly do: 'edit'; readonly max: number }
  | { readonly do: 'kill' | 'restart' | 'lose answers' | 'idle'; readonly node: number }
  | { readonly do: 'reset' }
  | { readonly do: 'clock'; readonly byMs: number }

const node = fc.integer({ min: 0, max: 1 })
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('ask' as const),
      node,
      requests: fc.integer({ min: 1, max: 40 }),
      cost: fc.constantFrom(1, 1, 1, 1, 2, 7),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('edit' as const), max: fc.integer({ min: 1, max: 400 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('kill' as const, 'restart' as const, 'lose answers' as const, 'idle' as const),
      node,
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'reset' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('clock' as const),
      byMs: fc.constantFrom(-HOUR, -10_000, 10_000, HOUR / 2, HOUR),
    }),
  },
)

/** One run of the world. */
class World {
  readonly clock = { nowMs: Date.parse('2026-03-01T12:00:00Z'), upMs: 0 }
  readonly keyId = hex32()
  readonly names = [hex32(), hex32()] as const
  readonly nodes: QuotaNode[] = []
  /** Units admitted in each period, and the largest quota that was in force in it. */
  readonly log = new Map<string, { units: number; max: number }>()
  limit: Limit

  constructor(max: number) {
    this.limit = newQuota(max, { keyId: this.keyId })
    for (const index of [0, 1]) this.start(index)
  }

  node(index: number): QuotaNode {
    const found = this.nodes[index]
    assert.ok(found)
    return found
  }

  start(index: number): void {
    this.nodes[index] = startNode(storage, this.names[index], { retryMs: 2 }, this.clock)
  }

  async ask(index: number, cost: number): Promise<string> {
    const asked = this.node(index)
    const { max } = this.limit
    const outcome = await ask(asked, this.limit, cost)
    if (outcome === 'admitted') {
      const period = asked.periods.get(this.limit.name) ?? ''
      const entry = this.log.get(period) ?? { units: 0, max: 0 }
      this.log.set(period, { units: entry.units + cost, max: Math.max(entry.max, max) })
    }
    return outcome
  }

  async run(one: Step): Promise<void> {
    switch (one.do) {
      case 'ask':
        await Promise.all(Array.from({ length: one.requests }, () => this.ask(one.node, one.cost)))
        break
      case 'edit':
        this.limit = newQuota(one.max, { keyId: this.keyId })
        break
      case 'kill':
        // Its lease manager is not told: what it holds is not given back.
        this.start(one.node)
        break
      case 'restart':
        await this.node(one.node).leaseManager.close()
        this.start(one.node)
        break
      case 'lose answers': {
        const { store } = this.node(one.node)
        store.losesAnswers = true
        await this.ask(one.node, 1)
        store.losesAnswers = false
        break
      }
      case 'idle':
        this.clock.upMs += 10_000
        for (let looks = 0; looks < 2; looks++) {
          this.node(one.node).leaseManager.lookAround()
          this.clock.upMs += 10_000
        }
        break
      case 'reset':
        for (const each of this.nodes) await each.leaseManager.reset([this.limit])
        break
      case 'clock':
        this.clock.nowMs += one.byMs
    }
  }

  /** Asks until every node refuses, and what one has left over is given to the other. */
  async useUp(): Promise<void> {
    for (const index of [0, 1, 0, 1]) {
      while ((await this.ask(index, 1)) !== 'refused');
      await this.node(index).leaseManager.close()
      this.start(index)
    }
  }
}

test('never more than the quota is admitted in a period, and when there is demand, no less than the bound that is shown', async () => {
  const property = fc.asyncProperty(
    fc.integer({ min: 1, max: 400 }),
    fc.array(step, { maxLength: 25 }),
    async (max, steps) => {
      const world = new World(max)
      for (const one of steps) await world.run(one)
      await world.useUp()
      for (const [period, { units, max: most }] of world.log) {
        assert.ok(units <= most, `${units} of ${most} in period ${period}`)
      }
      const use = (await world.node(0).leaseManager.use([world.limit])).get(world.limit.name)
      const open = (
        await storage.quotaLedger({ node: 'reader', life: '' }).read([world.limit.name], world.clock.nowMs)
      ).get(world.limit.name)
      assert.ok(use && open)
      const units = world.log.get(open.period)?.units ?? 0
      assert.ok(
        units >= world.limit.max - use.underAdmission,
        `${units} of ${world.limit.max}, ${use.underAdmission} shown`,
      )
      // Nothing sticks for longer than its window.
      world.clock.nowMs += HOUR
      assert.equal(await world.ask(0, 1), 'admitted')
      for (const each of world.nodes) await each.leaseManager.close()
    },
  )
  await fc.assert(property, { numRuns: 100 })
})
