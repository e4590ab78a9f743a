import assert from 'node:assert/strict'
import { Agent } from 'node:http'
import { join } from 'node:path'
import { test } from 'node:test'
import { createCounterTable } from '@tollgate/limits/counter-table'
import { callPort, noLeases, startGate, testSettings } from '../testing/gate.ts'
import { startUpstream } from '../testing/upstream.ts'
import type { LogLine } from '../worker-protocol.ts'
import { WorkerPool } from './worker-pool.ts'

/** One client that calls without pause on one connection at a time. */
type Caller = { readonly workers: Set<string>; readonly failures: { worker: string }[]; passed: number }

test('a worker that dies under load takes its own connections with it and no other', async (t) => {
  const upstream = await startUpstream()
  const gate = await startGate()
  const log: LogLine[] = []
  const proxy = { listen_path: '/load/', target_url: upstream.url }
  const api = await gate.addApi({ name: 'load', use_keyless: true, proxy })
  const workerPool = new WorkerPool({
    workers: 2,
    host: '127.0.0.1',
    port: 0,
    reusePort: true,
    counterTable: createCounterTable({ cells: 4_096 }),
    databaseSource: { kind: 'sqlite', file: join(gate.folder, 'records.db') },
    pepper: '00'.repeat(32),
    controlSocket: '/nowhere',
    apis: [api],
    policies: [],
    revision: 0,
    settings: { ...testSettings, logRequests: 'none' },
    ticketKeys: new Uint8Array(48),
    log: (line) => log.push(line),
    leases: noLeases,
  })
  await workerPool.start()
  t.after(async () => {
    await workerPool.close(100)
    await gate.close()
    await upstream.close()
  })

  let over = false
  async function call(): Promise<Caller> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const caller: Caller = { workers: new Set(), failures: [], passed: 0 }
    let worker = ''
    while (!over) {
      try {
        const reply = await callPort(workerPool.port, '/load/', {}, agent)
        assert.equal(reply.status, 200)
        worker = reply.headers['x-request-id']?.split('-')[1] ?? ''
        caller.workers.add(worker)
        caller.passed++
      } catch {
        caller.failures.push({ worker })
      }
    }
    agent.destroy()
    return caller
  }
  const pending = Array.from({ length: 24 }, call)
  await new Promise((resolve) => setTimeout(resolve, 300))
  await workerPool.kill(1)
  while (!log.some(({ msg }) => msg === 'gateway worker replaced'))
    await new Promise((resolve) => setTimeout(resolve, 10))
  over = true
  const callers = await Promise.all(pending)

  const failures = callers.flatMap((caller) => caller.failures)
  assert.ok(failures.length > 0, 'the dead worker had connections')
  assert.deepEqual([...new Set(failures.map(({ worker }) => worker))], ['1'])
  for (const caller of callers) {
    assert.ok(caller.failures.length <= 1, 'each of its connections fails once, the next one is served')
    assert.ok(caller.passed > 0)
  }
  assert.match(String(log.find(({ level }) => level === 'error')?.msg), /worker died/)
})
