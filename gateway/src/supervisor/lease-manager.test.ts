import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { hex32 } from '@tollgate/model/ids'
import { openStorage } from '@tollgate/storage/open'
import type { Storage } from '@tollgate/storage/storage'
import { admitted, ask, HOUR, newQuota, startNode as startNodeOn } from '../testing/quota-node.ts'

let storage: Storage
before(async () => {
  storage = await openStorage({ kind: 'sqlite', file: ':memory:' })
})
after(() => storage.close())

const startNode = (node?: string, times?: object) => startNodeOn(storage, node, times)

test('exactly the quota is admitted, however the requests come, and refusals ask the ledger nothing', async () => {
  const node = startNode()
  const limit = newQuota(1_000)
  let sum = 0
  for (let round = 0; round < 30; round++) sum += await admitted(node, limit, 40)
  assert.equal(sum, 1_000)
  const asked = node.store.leases
  assert.equal(await admitted(node, limit, 100), 0)
  assert.equal(node.store.leases, asked)
  assert.ok(asked < 60, `${asked} leases`)
  await node.leaseManager.close()
})

test('requests that wait for one quota share a lease', async () => {
  const node = startNode()
  const limit = newQuota(1_000)
  const waiting = Array.from({ length: 200 }, () => node.leaseManager.more(limit, 1))
  assert.deepEqual([...new Set(await Promise.all(waiting))], ['granted'])
  assert.equal(node.store.leases, 1)
  assert.ok(node.cells.unspent(limit.cell, node.clock.nowMs) >= 200)
  await node.leaseManager.close()
})

test('units that are idle are given back, and all of them at the end', async () => {
  const [one, other] = [startNode(), startNode()]
  const limit = newQuota(100)
  assert.equal(await ask(one, limit), 'admitted')
  one.clock.upMs += 9_999
  one.leaseManager.lookAround()
  assert.ok(one.cells.unspent(limit.cell, one.clock.nowMs) > 0)
  assert.equal(await ask(one, limit), 'admitted')
  one.clock.upMs += 1
  one.leaseManager.lookAround()
  assert.ok(one.cells.unspent(limit.cell, one.clock.nowMs) > 0, 'one was spent meanwhile')
  one.clock.upMs += 10_000
  one.leaseManager.lookAround()
  assert.equal(one.cells.unspent(limit.cell, one.clock.nowMs), 0)
  assert.equal(await admitted(other, limit, 200), 98)
  assert.equal((await one.leaseManager.use([limit])).get(limit.name)?.used, 2)
  await other.leaseManager.close()
  await one.leaseManager.close()
  assert.deepEqual([one.log, other.log], [[], []])
})

test('after an orderly end another life goes on exactly where the first was', async () => {
  const limit = newQuota(500)
  const before = startNode('a')
  assert.equal(await admitted(before, limit, 123), 123)
  await before.leaseManager.close()
  const later = startNode('a')
  const use = (await later.leaseManager.use([limit])).get(limit.name)
  assert.deepEqual([use?.used, use?.underAdmission], [123, 0])
  assert.equal(await admitted(later, limit, 600), 377)
  await later.leaseManager.close()
})

test('what was charged afterwards is settled with the ledger: when idle, and at the end', async () => {
  const [limit, small] = [newQuota(100), newQuota(100)]
  const before = startNode('c')
  assert.equal(await admitted(before, limit, 10), 10)
  before.cells.charge([limit], 50, before.clock.nowMs)
  assert.equal(await admitted(before, small, 10), 10)
  before.cells.charge([small], 500, before.clock.nowMs)
  assert.equal(await ask(before, small), 'refused')
  await before.leaseManager.close()
  const later = startNode('c')
  const use = await later.leaseManager.use([limit, small])
  assert.deepEqual([use.get(limit.name)?.used, use.get(small.name)?.used], [60, 100])
  assert.equal(await admitted(later, limit, 100), 40)
  await later.leaseManager.close()
})

test('what a killed life held is not admitted any more, and shown as the bound', async () => {
  const limit = newQuota(500)
  const killed = startNode('b')
  assert.equal(await admitted(killed, limit, 100), 100)
  const bound = (await killed.leaseManager.use([limit])).get(limit.name)?.underAdmission ?? 0
  const later = startNode('b')
  const shown = (await later.leaseManager.use([limit])).get(limit.name)?.underAdmission ?? 0
  assert.ok(shown >= bound && shown > 0, `${bound} ${shown}`)
  const rest = await admitted(later, limit, 1_000)
  assert.ok(rest <= 400 && rest >= 400 - shown, `${rest} admitted, ${shown} stranded`)
  await later.leaseManager.close()
})

test('a store that is down is said to be down while nothing is granted, and asked again by the next request', async () => {
  const node = startNode()
  const limit = newQuota(1_000)
  node.store.isDown = true
  assert.equal(await ask(node, limit), 'unavailable')
  node.store.isDown = false
  assert.equal(await ask(node, limit), 'admitted')
  node.store.isDown = true
  // What is leased may still be spent.
  assert.equal(await ask(node, limit), 'admitted')
  assert.match(JSON.stringify(node.log), /cannot be used/)
  await node.leaseManager.close()
})

test('an answer that is lost costs what it granted, never more than the quota is admitted', async () => {
  const node = startNode()
  const limit = newQuota(200)
  node.store.losesAnswers = true
  assert.equal(await ask(node, limit), 'unavailable')
  node.store.losesAnswers = false
  const sum = await admitted(node, limit, 300)
  const shown = (await node.leaseManager.use([limit])).get(limit.name)?.underAdmission ?? 0
  assert.ok(sum <= 200 && sum >= 200 - shown && shown > 0, `${sum} ${shown}`)
  await node.leaseManager.close()
})

test('a lowered quota refuses at once, a raised one admits at once; consumption stays', async () => {
  const node = startNode()
  const keyId = hex32()
  assert.equal(await admitted(node, newQuota(100, { keyId }), 60), 60)
  assert.equal(await ask(node, newQuota(50, { keyId })), 'refused')
  assert.equal(await admitted(node, newQuota(61, { keyId }), 10), 1)
  assert.equal(await admitted(node, newQuota(200, { keyId }), 300), 139)
  await node.leaseManager.close()
})

test('a reset starts a new period at once; a deleted key is not brought back by a request under way', async () => {
  const node = startNode()
  const keyId = hex32()
  const [limit, golden] = [newQuota(100, { keyId }), newQuota(100, { keyId, suffix: ':gold' })]
  assert.equal(await admitted(node, limit, 150), 100)
  await node.leaseManager.reset([limit])
  assert.equal(await admitted(node, limit, 150), 100)
  assert.equal(await ask(node, golden), 'admitted')
  const [late] = await Promise.all([
    node.leaseManager.more(limit, 1),
    node.leaseManager.forgetKey(keyId, [limit]),
  ])
  assert.ok(late === 'granted' || late === 'exhausted')
  assert.equal(await node.leaseManager.more(golden, 1), 'exhausted')
  assert.equal(node.cells.unspent(golden.cell, node.clock.nowMs), 0, 'its other quotas end too')
  const use = await node.leaseManager.use([limit, golden])
  assert.deepEqual([use.get(limit.name)?.used, use.get(golden.name)?.used], [0, 0])
  await node.leaseManager.close()
})

test('what other nodes give back is fetched after a while, also when it was used up here', async () => {
  const [one, other] = [startNode(), startNode()]
  const limit = newQuota(100)
  assert.equal(await ask(one, limit), 'admitted')
  const sum = await admitted(other, limit, 200)
  assert.ok(sum < 99)
  assert.equal(await ask(other, limit), 'refused')
  await one.leaseManager.close()
  while ((await ask(other, limit)) !== 'admitted') await new Promise((resolve) => setTimeout(resolve, 10))
  assert.equal(sum + 1 + (await admitted(other, limit, 200)), 99)
  await other.leaseManager.close()
})

test('a period ends with its window, and with the window that an edit makes shorter', async () => {
  const node = startNode()
  const keyId = hex32()
  const limit = newQuota(10, { keyId })
  assert.equal(await admitted(node, limit, 20), 10)
  node.clock.nowMs += HOUR - 1
  assert.equal(await ask(node, limit), 'refused')
  node.clock.nowMs += 1
  assert.equal(await admitted(node, limit, 20), 10)
  const short = newQuota(10, { keyId, windowMs: HOUR / 4 })
  assert.equal(await ask(node, short), 'refused')
  node.clock.nowMs += HOUR / 4
  assert.equal(await admitted(node, short, 20), 10)
  await node.leaseManager.close()
})

test('a clock that goes back ends no quota’s period later than a window from then', async () => {
  const node = startNode()
  const limit = newQuota(10)
  assert.equal(await admitted(node, limit, 6), 6)
  node.clock.nowMs -= HOUR
  assert.equal(await admitted(node, limit, 20), 4, 'nothing is admitted twice')
  node.clock.nowMs += HOUR
  assert.equal(await admitted(node, limit, 20), 10)
  await node.leaseManager.close()
})

test('no more leases are held than the setting allows', async () => {
  const node = startNode(hex32(), { maxLeases: 10 })
  const limits = Array.from({ length: 30 }, () => newQuota(100))
  for (const limit of limits) assert.equal(await ask(node, limit), 'admitted')
  const held = limits.filter((limit) => node.cells.unspent(limit.cell, node.clock.nowMs) > 0)
  assert.equal(held.length, 10)
  for (const limit of limits) assert.equal(await admitted(node, limit, 120), 99)
  await node.leaseManager.close()
})
