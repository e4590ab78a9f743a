import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fuzz } from '../fuzz/fuzz.ts'
import { knownFindings } from '../fuzz/known-findings.ts'
import { NodeReference } from '../fuzz/node-reference.ts'
import { TaggingUpstream } from '../fuzz/tagging-upstream.ts'
import { databaseKind } from '../support/database.ts'
import { startMicroProxy } from '../support/micro-proxy.ts'

/** Batches of streams: by number, so that every machine sends the same; tests/fuzz/run.ts is the long form. */
const warmUp = { batches: 2 }
const main = { batches: 12 }
/** Of what is alive when all garbage is collected. */
const maxGrowthMiB = 8
/** The same messages in every run, so that a failure is the change's; the long form looks elsewhere. */
const seed = 1
const skip = databaseKind === 'postgres' ? 'the engine has no database: it ran with the other one' : false

test('spoilt and sound messages: no desync, hang, crash or leak, and nothing accepted that Node refuses', {
  skip,
}, async (t) => {
  const upstream = await new TaggingUpstream().start()
  const node = await new NodeReference().start()
  const proxy = await startMicroProxy(upstream.port)
  t.after(async () => {
    await proxy.stop()
    await node.stop()
    await upstream.stop()
  })
  const { port, isAlive } = proxy
  const shared = { port, upstream, concurrency: 32, readers: { node }, isAlive }
  const first = await fuzz({ ...shared, seed, until: warmUp })
  const before = await proxy.liveMiB()
  const report = await fuzz({ ...shared, seed: seed + 1_000_000, until: main })
  const growth = (await proxy.liveMiB()) - before

  assert.deepEqual([...first.failures, ...report.failures], [])
  const findings = [...first.findings, ...report.findings]
  assert.deepEqual(
    findings.filter(([key]) => !knownFindings.has(key)),
    [],
  )
  assert.ok(report.accepted > 100, `only ${report.accepted} requests were accepted`)
  assert.ok(!(growth > maxGrowthMiB), `memory grew by ${growth} MiB`)
})
