import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { connect, createServer as createTcpServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { createCounterTable } from '@tollgate/limits/counter-table'
import { lockBlocks, unlockBlocks } from '@tollgate/limits/testing/locked-blocks'
import { callPort, noLeases, startGate, testSettings } from '../testing/gate.ts'
import { startUpstream } from '../testing/upstream.ts'
import type { LogLine } from '../worker-protocol.ts'
import { startGateway } from './start.ts'
import { WorkerPool } from './worker-pool.ts'

test('two workers share one rate limit exactly', async () => {
  const upstream = await startUpstream()
  const gate = await startGate({ workers: 2 })
  const proxy = { listen_path: '/shared/', target_url: upstream.url }
  const api = await gate.addApi({ name: 'shared', proxy })
  const { secret } = await gate.addKey({
    rate: 25,
    per: 3600,
    access_rights: { [api.apiId]: { api_id: api.apiId } },
  })
  // A connection of its own for each, so that both workers get some.
  const replies = await Promise.all(
    Array.from({ length: 60 }, () =>
      callPort(gate.gateway.port, '/shared/', { headers: { Authorization: secret, Connection: 'close' } }),
    ),
  )
  const passed = replies.filter(({ status }) => status === 200)
  const workers = new Set(replies.map(({ headers }) => headers['x-request-id']?.split('-')[1]))
  assert.deepEqual([passed.length, upstream.received.length, workers.size], [25, 25, 2])
  assert.equal(replies.filter(({ status }) => status === 429).length, 35)
  await gate.close()
  await upstream.close()
})

test('a key that was revoked under load admits nothing that starts after the answer', async () => {
  const upstream = await startUpstream()
  const gate = await startGate({ workers: 2 })
  const proxy = { listen_path: '/revoked/', target_url: upstream.url }
  const api = await gate.addApi({ name: 'revoked', proxy })
  const { secret, record } = await gate.addKey({ access_rights: { [api.apiId]: { api_id: api.apiId } } })
  const headers = { Authorization: secret }
  let revoked = false
  const late: number[] = []
  const early: number[] = []
  const callers = Array.from({ length: 8 }, async () => {
    while (late.length < 200) {
      const into = revoked ? late : early
      into.push((await gate.call('/revoked/', { headers })).status)
    }
  })
  while (early.length < 100) await new Promise((resolve) => setTimeout(resolve, 5))
  await gate.removeKey(record)
  revoked = true
  await Promise.all(callers)
  assert.ok(early.includes(200))
  assert.deepEqual([...new Set(late)], [403])
  await gate.close()
  await upstream.close()
})

test('a worker that dies is replaced, starts from the newest records, and blocks no change', async () => {
  const upstream = await startUpstream()
  const log: LogLine[] = []
  const gate = await startGate()
  const workerPool = new WorkerPool({
    ...crewParts(),
    databaseSource: { kind: 'sqlite', file: join(gate.folder, 'records.db') },
    reusePort: true,
    workers: 2,
    log: (line) => log.push(line),
  })
  await workerPool.start()
  const proxy = { listen_path: '/alive/', target_url: upstream.url }
  const api = await gate.addApi({ name: 'alive', use_keyless: true, proxy })
  const killed = workerPool.kill(1)
  await workerPool.apply([{ revision: 1, orgId: gate.orgId, kind: 'api', id: api.id, after: api }])
  await killed
  while (!log.some(({ msg }) => msg === 'gateway worker replaced'))
    await new Promise((r) => setTimeout(r, 10))
  assert.equal(workerPool.alive(), 2)
  assert.equal(log[0]?.msg, 'gateway worker died, it is replaced')
  const workers = new Set<string | undefined>()
  for (let i = 0; i < 400 && workers.size < 2; i++) {
    const reply = await callPort(workerPool.port, '/alive/', { headers: { Connection: 'close' } })
    assert.equal(reply.status, 200)
    workers.add(reply.headers['x-request-id']?.split('-')[1])
  }
  assert.equal(workers.size, 2)
  await workerPool.close(500)
  await gate.close()
  await upstream.close()
})

test('a worker that hangs is ended and holds up no change', async () => {
  const log: LogLine[] = []
  const gate = await startGate()
  const parts = crewParts()
  const workerPool = new WorkerPool({
    ...parts,
    databaseSource: { kind: 'sqlite', file: join(gate.folder, 'records.db') },
    reusePort: true,
    workers: 1,
    log: (line) => log.push(line),
  })
  await workerPool.start()
  const api = await gate.addApi({
    name: 'slow',
    use_keyless: true,
    global_rate_limit: { rate: 1, per: 60 },
    proxy: { listen_path: '/slow/', target_url: 'http://127.0.0.1:9/' },
  })
  await workerPool.apply([{ revision: 1, orgId: gate.orgId, kind: 'api', id: api.id, after: api }])
  // Counters that nobody gives back: each request waits for them for a second, one after another.
  lockBlocks(parts.counterTable, 1_000)
  const socket = connect(workerPool.port, '127.0.0.1')
  socket.on('error', () => socket.destroy())
  await new Promise<void>((sent) => {
    socket.write('GET /slow/ HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(100), () => sent())
  })
  await new Promise((resolve) => setTimeout(resolve, 100))
  await workerPool.apply([{ revision: 2, orgId: gate.orgId, kind: 'api', id: api.id, after: undefined }])
  assert.ok(log.some(({ msg }) => msg === 'gateway worker hangs, it is ended'))
  unlockBlocks(parts.counterTable)
  while (!log.some(({ msg }) => msg === 'gateway worker replaced'))
    await new Promise((r) => setTimeout(r, 10))
  assert.equal((await callPort(workerPool.port, '/slow/')).status, 404)
  socket.destroy()
  await workerPool.close(500)
  await gate.close()
})

test('an upstream that is down, unknown or breaks off is told apart in status and text', async () => {
  const upstream = await startUpstream()
  const gate = await startGate()
  const closed = createTcpServer()
  await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve))
  const address = closed.address()
  const port = typeof address === 'object' ? address?.port : 0
  await new Promise((resolve) => closed.close(resolve))
  const keyless = { use_keyless: true }
  await gate.addApi({
    name: 'a',
    ...keyless,
    proxy: { listen_path: '/down/', target_url: `http://127.0.0.1:${port}` },
  })
  await gate.addApi({
    name: 'b',
    ...keyless,
    proxy: { listen_path: '/unknown/', target_url: 'http://nowhere.invalid' },
  })
  await gate.addApi({ name: 'c', ...keyless, proxy: { listen_path: '/broken/', target_url: upstream.url } })
  upstream.answer = (_received, response) => response.destroy()
  const errorOf = async (path: string) => {
    const { status, body } = await gate.call(path, { method: 'POST', body: 'x' })
    return [status, JSON.parse(body).error]
  }
  assert.deepEqual(await errorOf('/down/'), [500, 'There was a problem proxying the request'])
  assert.deepEqual(await errorOf('/unknown/'), [500, 'Upstream host lookup failed'])
  assert.deepEqual(await errorOf('/broken/'), [500, 'There was a problem proxying the request'])
  await gate.close()
  await upstream.close()
})

test('paths of the control API go to its socket, whatever APIs listen to', async () => {
  const seen: [string | undefined, string | undefined][] = []
  const control = createServer((request, response) => {
    seen.push([request.url, String(request.headers['x-forwarded-for'])])
    response.end('control')
  })
  const upstream = await startUpstream()
  const gate = await startGate()
  await new Promise<void>((resolve) => control.listen(join(gate.folder, 'control.sock'), resolve))
  await gate.addApi({
    name: 'root',
    use_keyless: true,
    proxy: { listen_path: '/', target_url: upstream.url },
  })
  for (const path of ['/hello', '/ready/', '/tyk/keys?x=1', '/tyk']) {
    const reply = await gate.call(path, { headers: { 'X-Forwarded-For': '9.9.9.9' } })
    assert.equal(reply.body, 'control', path)
  }
  assert.equal((await gate.call('/tykx')).status, 200)
  assert.deepEqual(seen, [
    ['/hello', '9.9.9.9'],
    ['/ready/', '9.9.9.9'],
    ['/tyk/keys?x=1', '9.9.9.9'],
    ['/tyk', '9.9.9.9'],
  ])
  assert.equal(upstream.received.length, 1)
  await gate.close()
  await upstream.close()
  await new Promise((resolve) => control.close(resolve))
})

test('a port that is in use is said, also when its owner would share it', async () => {
  const gate = await startGate()
  const options = {
    ...crewParts(),
    port: gate.gateway.port,
    databaseSource: { kind: 'sqlite', file: join(gate.folder, 'records.db') } as const,
    workers: 1,
    log: () => {},
  }
  await assert.rejects(startGateway(options), { code: 'EADDRINUSE' })
  await gate.close()
})

test('requests under way are finished when the gateway closes', async () => {
  const upstream = await startUpstream()
  const gate = await startGate()
  await gate.addApi({
    name: 'slow',
    use_keyless: true,
    proxy: { listen_path: '/slow/', target_url: upstream.url },
  })
  const arrived = Promise.withResolvers<() => void>()
  upstream.answer = (_received, response) => arrived.resolve(() => response.end('done'))
  const reply = gate.call('/slow/')
  const answer = await arrived.promise
  const closed = gate.gateway.close(5_000)
  answer()
  assert.equal((await reply).body, 'done')
  await closed
  await gate.close()
  await upstream.close()
})

function crewParts() {
  return {
    host: '127.0.0.1',
    port: 0,
    counterTable: createCounterTable({ cells: 4_096 }),
    pepper: '00'.repeat(32),
    controlSocket: '/nowhere',
    apis: [],
    policies: [],
    revision: 0,
    settings: testSettings,
    ticketKeys: new Uint8Array(48),
    leases: noLeases,
  }
}
