import { parentPort, workerData } from 'node:worker_threads'
import { createHttp2Server, defaultHttp2Limits } from '@tollgate/http1/h2/server'
import { createHttpServer, defaultServerLimits } from '@tollgate/http1/server'
import { openCounters } from '@tollgate/limits/counter-table'
import { openKeyReader } from '@tollgate/storage/key-reader'
import { createDataPlane, type DataPlane } from './data-plane.ts'
import { createEntrance, type Entrance } from './entrance.ts'
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
  const server = entrance(setup, plane)

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
    if (message.kind === 'apply') plane.apply(message.changes)
    else server.replaceCertificates(message.tls)
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

function entrance(setup: WorkerSetup, plane: DataPlane): Entrance {
  const { settings } = setup
  const limits = serverLimits(settings)
  return createEntrance({
    http1: createHttpServer(plane, limits),
    http2: settings.http2 === false ? undefined : createHttp2Server(plane, limits, defaultHttp2Limits),
    tls: settings.tls,
    ticketKeys: setup.ticketKeys,
    maxConnections: limits.maxConnections,
    handshakeMs: limits.headerMs,
    drainMs: settings.drainMs ?? DEFAULT_DRAIN_MS,
    onProtocolError: (reason, remoteAddress) => plane.onProtocolError?.(reason, remoteAddress),
  })
}

/** Long enough for whatever was on its way when the gate was told to stop. */
const DEFAULT_DRAIN_MS = 500

function serverLimits(settings: GatewaySettings): typeof defaultServerLimits {
  const usual = defaultServerLimits
  return {
    ...usual,
    maxConnections: settings.maxConnections ?? usual.maxConnections,
    maxConnectionsPerAddress: settings.maxConnectionsPerAddress ?? usual.maxConnectionsPerAddress,
    maxRequestsPerConnection: settings.maxRequestsPerConnection ?? usual.maxRequestsPerConnection,
    minBodyBytesPerSecond: settings.minBodyBytesPerSecond ?? usual.minBodyBytesPerSecond,
    exchangeMs: settings.exchangeTimeoutMs ?? usual.exchangeMs,
    tunnelIdleMs: settings.tunnelIdleTimeoutMs ?? usual.tunnelIdleMs,
    maxHeadBytes: settings.maxHeaderBytes,
    maxHeaders: settings.maxHeaderCount,
    maxBodyBytes: settings.maxBodyBytes,
    headerMs: settings.clientHeaderTimeoutMs,
    idleMs: settings.clientIdleTimeoutMs,
    bodyProgressMs: settings.clientBodyTimeoutMs,
  }
}

if (parentPort !== null) await work(workerData, parentPort)
