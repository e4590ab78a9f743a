import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import type { Lease, Ledger } from '@tollgate/limits/ledger'
import { hex32 } from '@tollgate/model/ids'
import { openStorage } from '../open.ts'
import { lastingEngines } from '../testing/engines.ts'

const NOW = Date.parse('2026-03-01T12:00:00Z')

// Each node has connections of its own, as two programs have.
for (const engine of lastingEngines) {
  describe(`two nodes on one ${engine.name}`, () => {
    test('lease at once, give back and lease again: never more than the quota is out, and all of it is spent', async () => {
      const source = await engine.fresh()
      const storages = [await openStorage(source), await openStorage(source)]
      after(() => Promise.all(storages.map((storage) => storage.close())))
      const name = `quota:${hex32()}`
      const spent = await Promise.all(
        storages.map(async (storage, i) => {
          const ledger = storage.quotaLedger({ node: `node ${i}`, life: hex32() })
          await ledger.stayAlive(NOW + 60_000)
          return spendAll(ledger, name, i)
        }),
      )
      assert.equal(
        spent.reduce((sum, units) => sum + units, 0),
        500,
      )
    })
  })
}

/** Spends what it can get, and gives some of it back in between; what the other one gives back late is fetched too. */
async function spendAll(ledger: Ledger, name: string, seed: number): Promise<number> {
  let spent = 0
  let last: Lease | undefined
  for (let turn = 0; ; turn++) {
    const having = last && { period: last.period, total: last.total, unspent: 0 }
    const terms = { name, max: 500, windowMs: 3_600_000, calendar: undefined }
    const [lease] = await ledger.lease([{ terms, needed: 1, wanted: 60, having }], NOW)
    assert.ok(lease && lease.granted <= 500)
    if (lease.units === 0 && lease.elsewhere === 0) return spent
    last = lease
    const unused = (turn + seed) % 3 === 0 || lease.units === 0 ? Math.floor(lease.units / 2) : 0
    spent += lease.units - unused
    if ((turn + seed) % 3 !== 0 && lease.units > 0) continue
    await ledger.giveBack([{ name, period: lease.period, total: lease.total, units: unused }], NOW)
    last = undefined
  }
}
