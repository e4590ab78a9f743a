import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Having, Lease, LeaseRequest, Ledger } from '@tollgate/limits/ledger'
import { hex32, objectId } from '@tollgate/model/ids'
import { StoreUnavailableError } from '../drivers/errors.ts'
import type { Storage } from '../storage.ts'
import { actor, aKey } from '../testing/records.ts'

const NOW = Date.parse('2026-03-01T12:00:00Z')
const HOUR = 3_600_000

type Wish = Partial<Omit<LeaseRequest, 'terms'>> & { readonly max?: number; readonly windowMs?: number }

const wish = (name: string, { max = 100, windowMs = HOUR, ...rest }: Wish = {}): LeaseRequest => ({
  terms: { name, max, windowMs, calendar: undefined },
  needed: 1,
  wanted: 1,
  having: undefined,
  ...rest,
})

async function leaseOne(ledger: Ledger, request: LeaseRequest, nowMs = NOW): Promise<Lease> {
  const [lease] = await ledger.lease([request], nowMs)
  assert.ok(lease)
  return lease
}

const having = ({ period, total }: Lease, unspent: number): Having => ({ period, total, unspent })

/** What the ledger of quotas does on every database. */
export function quotaLedgerContract(open: () => Promise<Storage>): void {
  const node = (storage: Storage, name = 'a', life = hex32()) => storage.quotaLedger({ node: name, life })
  const newName = () => `quota:${hex32()}`

  test('units are granted until the quota is used up, and again in the next period', async () => {
    const ledger = node(await open())
    const name = newName()
    const first = await leaseOne(ledger, wish(name, { max: 10, needed: 7, wanted: 7 }))
    assert.equal(first.units, 7)
    assert.equal(first.endsAtMs, NOW + HOUR)
    const second = await leaseOne(
      ledger,
      wish(name, { max: 10, needed: 7, having: having(first, 0) }),
      NOW + 5,
    )
    assert.deepEqual(
      [second.units, second.granted, second.endsAtMs, second.period],
      [3, 10, NOW + HOUR, first.period],
    )
    const third = await leaseOne(ledger, wish(name, { max: 10, having: having(second, 0) }), NOW + HOUR - 1)
    assert.equal(third.units, 0)
    const next = await leaseOne(ledger, wish(name, { max: 10, having: having(third, 0) }), NOW + HOUR)
    assert.deepEqual([next.units, next.granted, next.endsAtMs], [1, 1, NOW + 2 * HOUR])
    assert.notEqual(next.period, first.period)
  })

  test('ahead of need a share of what remains is granted, at least one unit', async () => {
    const ledger = node(await open())
    const sizes: number[] = []
    for (const max of [1000, 100, 9, 4, 3, 1])
      sizes.push((await leaseOne(ledger, wish(newName(), { max, needed: 0, wanted: 500 }))).units)
    assert.deepEqual(sizes, [250, 25, 2, 1, 1, 1])
  })

  test('many quotas are leased in one call, each for itself', async () => {
    const storage = await open()
    const ledger = node(storage)
    const names = Array.from({ length: 400 }, newName)
    const leases = await ledger.lease(
      names.map((name, i) => wish(name, { max: 1000, needed: i + 1 })),
      NOW,
    )
    assert.deepEqual(
      leases.map(({ units }) => units),
      names.map((_, i) => i + 1),
    )
    const read = await node(storage, 'a', 'other life').read(names, NOW)
    assert.equal(read.size, 400)
    assert.equal(read.get(names[399] ?? '')?.granted, 400)
    assert.equal((await storage.revision()) === 0, true, 'a lease is no change of records')
  })

  test('two nodes that lease at once never get more than the quota, and every unit goes to one of them', async () => {
    const storage = await open()
    const ledgers = [node(storage, 'a'), node(storage, 'b'), node(storage, 'c')]
    const name = newName()
    const spent = await Promise.all(
      ledgers.map(async (ledger) => {
        let units = 0
        let last: Lease | undefined
        do {
          last = await leaseOne(
            ledger,
            wish(name, { max: 200, needed: 3, wanted: 40, having: last && having(last, 0) }),
          )
          units += last.units
        } while (last.units > 0)
        return units
      }),
    )
    assert.equal(
      spent.reduce((sum, units) => sum + units, 0),
      200,
    )
  })

  test('what is given back can be leased again, by any node', async () => {
    const storage = await open()
    const [a, b] = [node(storage, 'a'), node(storage, 'b')]
    await a.stayAlive(NOW + HOUR)
    const name = newName()
    const lease = await leaseOne(a, wish(name, { max: 10, needed: 10 }))
    const none = await leaseOne(b, wish(name, { max: 10 }))
    assert.deepEqual([none.units, none.elsewhere, none.granted], [0, 10, 10])
    await a.giveBack([{ name, period: lease.period, total: lease.total, units: 6 }], NOW)
    const later = await leaseOne(b, wish(name, { max: 10, needed: 10, having: having(none, 0) }))
    assert.equal(later.units, 6)
    const state = (await a.read([name], NOW)).get(name)
    assert.equal(state?.stranded, 6, 'b never said that it lives, so what it holds is lost for a')
    assert.equal(state?.held, 0)
  })

  test('units of a period that is over, of another life, or given back twice are not taken', async () => {
    const storage = await open()
    const ledger = node(storage, 'a', 'one')
    const name = newName()
    const lease = await leaseOne(ledger, wish(name, { max: 10, needed: 10 }))
    const back = { name, period: lease.period, total: lease.total, units: 4 }
    await node(storage, 'a', 'two').giveBack([back], NOW)
    await node(storage, 'b', 'one').giveBack([back], NOW)
    await ledger.giveBack([{ ...back, period: 'another' }], NOW)
    assert.equal((await ledger.read([name], NOW)).get(name)?.granted, 10)
    await ledger.giveBack([back], NOW)
    await ledger.giveBack([back], NOW)
    assert.equal((await ledger.read([name], NOW)).get(name)?.granted, 6)
  })

  test('what an earlier life of the node held is stranded from its next start on', async () => {
    const storage = await open()
    const before = node(storage, 'a', 'one')
    await before.stayAlive(NOW + HOUR)
    const name = newName()
    await leaseOne(before, wish(name, { max: 100, needed: 30 }))
    const other = node(storage, 'b')
    assert.equal((await other.read([name], NOW)).get(name)?.elsewhere, 30)
    const after = node(storage, 'a', 'two')
    await after.stayAlive(NOW + HOUR)
    assert.deepEqual(
      [(await other.read([name], NOW)).get(name), (await after.read([name], NOW)).get(name)].map((state) => [
        state?.elsewhere,
        state?.held,
        state?.stranded,
      ]),
      [
        [0, 0, 30],
        [0, 0, 30],
      ],
    )
    const lease = await leaseOne(after, wish(name, { max: 100, needed: 100 }))
    assert.equal(lease.units, 70)
    const state = (await after.read([name], NOW)).get(name)
    assert.deepEqual([state?.held, state?.stranded, state?.granted], [70, 30, 100])
  })

  test('what a node holds that is not heard of any more is stranded when its lease ends', async () => {
    const storage = await open()
    const [a, b] = [node(storage, 'a'), node(storage, 'b')]
    const name = newName()
    await a.stayAlive(NOW + 15_000)
    await leaseOne(a, wish(name, { max: 100, needed: 30 }))
    const seen = async (nowMs: number) => {
      const state = (await b.read([name], nowMs)).get(name)
      return [state?.elsewhere, state?.stranded]
    }
    assert.deepEqual(await seen(NOW + 14_999), [30, 0])
    assert.deepEqual(await seen(NOW + 15_000), [0, 30])
    await a.stayAlive(NOW + 30_000)
    assert.deepEqual(await seen(NOW + 15_000), [30, 0])
  })

  test('units of an answer that was lost count as stranded, once', async () => {
    const ledger = node(await open())
    const name = newName()
    const first = await leaseOne(ledger, wish(name, { max: 1000, needed: 100 }))
    // Two answers in a row never arrive; meanwhile most of the first lease is spent.
    await leaseOne(ledger, wish(name, { max: 1000, needed: 50, having: having(first, 20) }))
    await leaseOne(ledger, wish(name, { max: 1000, needed: 7, having: having(first, 10) }))
    const last = await leaseOne(ledger, wish(name, { max: 1000, needed: 3, having: having(first, 5) }))
    const state = (await ledger.read([name], NOW)).get(name)
    assert.deepEqual([state?.granted, state?.stranded, state?.held], [160, 57, 8])
    await ledger.giveBack([{ name, period: last.period, total: last.total, units: 8 }], NOW)
    const after = (await ledger.read([name], NOW)).get(name)
    assert.deepEqual([after?.granted, after?.stranded, after?.held], [152, 57, 0])
  })

  test('a quota that is lowered grants nothing, one that is raised grants at once; consumption stays', async () => {
    const ledger = node(await open())
    const name = newName()
    const lease = await leaseOne(ledger, wish(name, { max: 10, needed: 8 }))
    const lowered = await leaseOne(ledger, wish(name, { max: 5, having: having(lease, 0) }))
    assert.deepEqual([lowered.units, lowered.granted], [0, 8])
    const raised = await leaseOne(ledger, wish(name, { max: 20, needed: 99, having: having(lowered, 0) }))
    assert.deepEqual([raised.units, raised.granted, raised.period], [12, 20, lease.period])
  })

  test('forgetting a key ends its quotas and nobody else’s; the next lease opens a new period', async () => {
    const ledger = node(await open())
    const key = hex32()
    const other = `${key.slice(0, 31)}${key.endsWith('0') ? '1' : '0'}`
    const long = `quota:${key}:${'x'.repeat(600)}`
    const names = [`quota:${key}`, `quota:${key}:gold`, long, `quota:${other}`, `quota:owner:o:${key}`]
    const [lease] = await ledger.lease(
      names.map((name) => wish(name, { needed: 5 })),
      NOW,
    )
    assert.ok(lease)
    const gone = await ledger.forget({ names: [], keyIds: [key] })
    assert.equal(gone.length, 3)
    assert.deepEqual([...(await ledger.read(names, NOW)).keys()], [`quota:${other}`, `quota:owner:o:${key}`])
    const anew = await leaseOne(ledger, wish(names[0] ?? '', { needed: 100, having: having(lease, 4) }))
    assert.deepEqual([anew.units, anew.granted], [100, 100])
    assert.deepEqual(await ledger.forget({ names: [`quota:${other}`], keyIds: [] }), [`quota:${other}`])
    assert.deepEqual(await ledger.forget({ names: [], keyIds: [] }), [])
  })

  test('a key that is removed takes its quotas along, in the same transaction', async () => {
    const storage = await open()
    const ledger = node(storage)
    const record = aKey({ orgId: objectId() })
    await storage.write(actor, ({ keys }) => keys.insert(record, [hex32()]))
    const name = `quota:${record.id}`
    await leaseOne(ledger, wish(name))
    const failing = storage.write(actor, async ({ keys }) => {
      await keys.remove(record)
      throw new RangeError('no')
    })
    await assert.rejects(failing, RangeError)
    assert.equal((await ledger.read([name], NOW)).size, 1)
    await storage.write(actor, ({ keys }) => keys.remove(record))
    assert.equal((await ledger.read([name], NOW)).size, 0)
  })

  test('a quota that never renews has a period without end; edits of the renewal take hold', async () => {
    const ledger = node(await open())
    const name = newName()
    const never = await leaseOne(ledger, wish(name, { windowMs: 0, needed: 5 }))
    assert.equal(never.endsAtMs, 0)
    const hourly = await leaseOne(ledger, wish(name, { needed: 5, having: having(never, 5) }))
    assert.deepEqual([hourly.endsAtMs, hourly.granted, hourly.period], [NOW + HOUR, 10, never.period])
    const back = await leaseOne(ledger, wish(name, { needed: 5, having: having(hourly, 5) }), NOW - 2 * HOUR)
    assert.equal(back.endsAtMs, NOW - HOUR, 'the clock went back: no further away than a window')
  })

  test('periods that ended long ago are removed, some at a time; open ones and recent ones stay', async () => {
    const ledger = node(await open())
    const old = Array.from({ length: 501 }, newName)
    const recent = newName()
    await ledger.lease(
      [...old, recent].map((name) => wish(name, { windowMs: name === recent ? 30 * HOUR : HOUR })),
      NOW,
    )
    const forever = newName()
    await leaseOne(ledger, wish(forever, { windowMs: 0 }))
    const later = NOW + 26 * HOUR
    assert.deepEqual(
      [await ledger.removeEnded(later), await ledger.removeEnded(later), await ledger.removeEnded(later)],
      [500, 1, 0],
    )
    assert.equal((await ledger.read([recent, forever], later)).size, 2)
  })

  test('leases and writes of records share commits in their order, and a failing write takes no lease along', async () => {
    const storage = await open()
    const ledger = node(storage)
    const name = newName()
    const record = aKey({ orgId: objectId() })
    const [first, failed, second] = await Promise.allSettled([
      leaseOne(ledger, wish(name, { needed: 5 })),
      storage.write(actor, async ({ keys }) => {
        await keys.insert(record, [hex32()])
        throw new RangeError('no')
      }),
      leaseOne(ledger, wish(name, { needed: 5 })),
    ])
    assert.equal(failed.status, 'rejected')
    assert.ok(first.status === 'fulfilled' && second.status === 'fulfilled')
    assert.equal(second.value.granted, 10)
    assert.equal((await ledger.read([name], NOW)).get(name)?.granted, 10)
  })

  test('a ledger whose store is closed says so', async () => {
    const storage = await open()
    const ledger = node(storage)
    await storage.close()
    await assert.rejects(leaseOne(ledger, wish(newName())), StoreUnavailableError)
  })
}
