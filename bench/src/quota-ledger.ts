import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LeaseRequest } from '@tollgate/limits/ledger'
import { hex32 } from '@tollgate/model/ids'
import { openStorage } from '@tollgate/storage/open'
import { table, writeReport } from './report.ts'

/**
 * How many leases a second the SQL ledger grants, by how many quotas share a transaction. On SQLite each transaction is
 * on disk before it is answered. `npm run bench quota-ledger [postgres://…]`; writes results/quota-ledger.md.
 */

const SECONDS = 2
const QUOTAS = 20_000
const BATCHES = [1, 8, 64, 500]

const folder = mkdtempSync(join(tmpdir(), 'tollgate-bench-'))
const url = process.argv[2]
const storage = await openStorage(
  url === undefined ? { kind: 'sqlite', file: join(folder, 'ledger.db') } : { kind: 'postgres', url },
)
const ledger = storage.quotaLedger({ node: 'bench', life: hex32() })
const names = Array.from({ length: QUOTAS }, () => `quota:${hex32()}`)
const request = (name: string): LeaseRequest => ({
  terms: { name, max: 1_000_000_000, windowMs: 3_600_000, calendar: undefined },
  needed: 1,
  wanted: 16,
  having: undefined,
})

type Row = {
  readonly batch: number
  readonly perSecond: number
  readonly msEach: number
  readonly cpuUs: number
}

async function measure(batch: number): Promise<Row> {
  let leases = 0
  let turns = 0
  const before = process.cpuUsage()
  const began = performance.now()
  while (performance.now() - began < SECONDS * 1000) {
    const from = (turns * batch) % (QUOTAS - batch)
    await ledger.lease(names.slice(from, from + batch).map(request), Date.now())
    leases += batch
    turns++
  }
  const elapsedMs = performance.now() - began
  const { user, system } = process.cpuUsage(before)
  return {
    batch,
    perSecond: Math.round((leases * 1000) / elapsedMs),
    msEach: elapsedMs / turns,
    cpuUs: (user + system) / leases,
  }
}

const rows: Row[] = []
for (const batch of BATCHES) {
  await measure(batch)
  rows.push(await measure(batch))
}
await storage.close()
rmSync(folder, { recursive: true, force: true })

const text = `Leases granted, one transaction at a time, each on disk when it is answered. A lease holds about a second's worth of what
a quota is asked for, so the last column is what a busy quota costs the main thread each second.

`
const figures = rows.map(({ batch, perSecond, msEach, cpuUs }) => [
  batch,
  perSecond,
  msEach.toFixed(2),
  cpuUs.toFixed(0),
])
writeReport(
  url === undefined ? 'results/quota-ledger.md' : 'results/quota-ledger-postgres.md',
  'What the ledger of quotas grants',
  text + table(['quotas in a transaction', 'leases/s', 'ms per transaction', 'CPU µs per lease'], figures),
  [url === undefined ? 'Store: SQLite, WAL, synchronous = FULL' : 'Store: PostgreSQL'],
)
