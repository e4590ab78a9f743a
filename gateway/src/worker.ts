import { parentPort, workerData } from 'node:worker_threads'
import { createHttpServer, defaultServerLimits } from '@tollgate/http1/server'
import { openCounters } from '@tollgate/limits/counter-table'
import { openKeyReader } from '@tollgate/storage/key-reader'
import { createDataPlane } from './data-plane.ts'
import { logBatch } from './log-batch.ts'
import type { FromWorker, GatewaySettings, ToWorker, WorkerSetup } from './ports.ts'

/** The thread of one worker: what `Crew` starts. It holds a data plane and the server in front of it. */
async function work(setup: WorkerSetup, port: NonNullable<typeof parentPort>): Promise<void> {
  const say = (message: FromWorker): void => port.postMessage(message)
  const log = logBatch((lines, dropped) => say({ kind: 'log', lines, dropped }))
  const reader = await openKeyReader(setup.keySource)
  const plane = createDataPlane({
    ...setup,
    counters: openCounters(setup.counterTable, setup.worker),
    reader,
    log: log.add,
    now: Date.now,
  })
  const server = createHttpServer(plane, serverLimits(setup.settings))

  async function close(graceMs: number): Promise<void> {
    await server.close(graceMs)
    plane.close()
    await reader.close()
    log.flush()
    port.close()
  }

  // Changes that came while this thread was starting wait in the port until now: they are in force before it listens.
  port.on('message', (message: ToWorker) => {
    if (message.kind === 'close') {
      void close(message.graceMs)
      return
    }
    plane.apply(message.changes)
    say({ kind: 'applied', id: message.id })
  })

  try {
    const { host, reusePort } = setup
    say({ kind: 'listening', port: await server.listen({ host, port: setup.port, reusePort }) })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    say({ kind: 'not-listening', code, message: error instanceof Error ? error.message : String(error) })
    await close(0)
  }
}

function serverLimits(settings: GatewaySettings): typeof defaultServerLimits {
  return {
    ...defaultServerLimits,
    maxHeadBytes: settings.maxHeaderBytes,
    maxHeaders: settings.maxHeaderCount,
    maxBodyBytes: settings.maxBodyBytes,
    headerMs: settings.clientHeaderTimeoutMs,
    idleMs: settings.clientIdleTimeoutMs,
    bodyProgressMs: settings.clientBodyTimeoutMs,
  }
}

if (parentPort !== null) await work(workerData, parentPort)
