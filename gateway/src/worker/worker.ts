import { parentPort, workerData } from 'node:worker_threads'
import { NotedUses } from '@tollgate/analytics/key-uses'
import type { RefusedRecord } from '@tollgate/analytics/request-record'
import { shortRecord } from '@tollgate/analytics/short-record'
import { AddressCount } from '@tollgate/http1/connection/address-count'
import { createHttpServer } from '@tollgate/http1/connection/server'
import { BodyBudget } from '@tollgate/http1/exchange/body-budget'
import { createHttp2Server, defaultHttp2Limits } from '@tollgate/http1/h2/server'
import { defaultServerLimits } from '@tollgate/http1/limits'
import { openSteadyCounters } from '@tollgate/limits/counter-table'
import type { ApiEvent } from '@tollgate/model/definition/api-events'
import { openKeyReader } from '@tollgate/storage/keys/key-reader'
import { createListener, type GatewayListener } from '../edge/listener.ts'
import { trustedPeers } from '../pipeline/client-address.ts'
import type { GatewaySettings } from '../settings.ts'
import type { FromWorker, LogLine, ToWorker, WorkerSetup } from '../worker-protocol.ts'
import { createDataPlane, type DataPlane } from './data-plane.ts'
import { remoteLeases } from './leases.ts'
import { outbox } from './outbox.ts'

/** The thread of one worker: what `WorkerPool` starts. It holds a data plane and the server in front of it. */
async function work(setup: WorkerSetup, port: NonNullable<typeof parentPort>): Promise<void> {
  const post = (message: FromWorker): void => port.postMessage(message)
  const log = outbox<LogLine>(MAX_LINES_PER_SECOND, (lines, dropped) => post({ kind: 'log', lines, dropped }))
  const events = outbox<ApiEvent>(MAX_EVENTS_PER_SECOND, (events, dropped) =>
    post({ kind: 'events', events, dropped }),
  )
  const refused = outbox<RefusedRecord>(setup.settings.explainedPerSecond, (records, dropped) =>
    post({ kind: 'refused', records, dropped }),
  )
  const uses = new NotedUses()
  const reportUses = (): void => {
    const noted = uses.take()
    if (noted !== undefined) post({ kind: 'key-uses', uses: noted })
  }
  const reporting = setInterval(reportUses, USES_EVERY_MS)
  const reader = await openKeyReader(setup.databaseSource)
  const leases = remoteLeases((wishes) => post({ kind: 'lease', wishes }), {
    waitMs: setup.settings.quotaWaitMs,
    maxWaiting: setup.settings.maxQuotaWaiting,
  })
  const plane = createDataPlane({
    ...setup,
    counters: openSteadyCounters(setup.counterTable, setup.worker),
    leases,
    reader,
    log: log.add,
    onRefused:
      setup.settings.explainedPerSecond > 0 ? (record) => refused.add(shortRecord(record)) : undefined,
    onEvent: events.add,
    ...(setup.trafficTable && { counting: { table: setup.trafficTable, worker: setup.worker, uses } }),
    now: Date.now,
  })
  const server = listener(setup, plane, log.add)
  if (setup.settings.tls) server.useApis(plane.tls())

  async function close(graceMs: number): Promise<void> {
    await server.close(graceMs)
    leases.close()
    plane.close()
    await reader.close()
    log.flush()
    events.flush()
    refused.flush()
    clearInterval(reporting)
    reportUses()
    port.close()
  }

  // Changes that came while this thread was starting wait in the port until now: they are in force before it listens.
  port.on('message', (message: ToWorker) => {
    if (message.kind === 'close') {
      void close(message.graceMs)
      return
    }
    if (message.kind === 'leased') {
      leases.answered(message.answers)
      return
    }
    if (message.kind === 'apply') {
      plane.apply(message.changes)
      if (setup.settings.tls && message.changes.some(({ kind }) => kind === 'api' || kind === 'certificate'))
        server.useApis(plane.tls())
    } else server.replaceCertificates(message.tls)
    post({ kind: 'applied', id: message.id })
  })

  try {
    const { host, reusePort } = setup
    post({ kind: 'listening', port: await server.listen({ host, port: setup.port, reusePort }) })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    post({ kind: 'not-listening', code, message: error instanceof Error ? error.message : String(error) })
    await close(0)
  }
}

function listener(setup: WorkerSetup, plane: DataPlane, log: (line: LogLine) => void): GatewayListener {
  const { settings } = setup
  const limits = serverLimits(settings)
  // A client has its connections in either protocol, but not twice as many.
  const addresses = new AddressCount(limits.maxConnectionsPerAddress)
  const bodies = new BodyBudget(limits.maxBufferedBodyBytes)
  return createListener({
    http1: createHttpServer(plane, limits, addresses, bodies),
    http2: settings.http2
      ? createHttp2Server(plane, limits, defaultHttp2Limits, addresses, bodies)
      : undefined,
    tls: settings.tls,
    ticketKeys: setup.ticketKeys,
    maxConnections: limits.maxConnections,
    handshakeMs: limits.headerMs,
    proxyProtocolFrom: settings.proxyProtocol ? trustedPeers(settings.trustedProxies) : undefined,
    drainMs: settings.drainMs,
    onProtocolError: (reason, remoteAddress) => plane.onProtocolError?.(reason, remoteAddress, 0),
    onUnusableCertificate: (pair, error) =>
      log({
        level: 'error',
        msg: 'certificate cannot be used for handshakes',
        certificate: 'id' in pair ? pair.id : '',
        error,
      }),
  })
}

/** Log lines and events per second that one worker may send. */
const MAX_LINES_PER_SECOND = 2_000
const MAX_EVENTS_PER_SECOND = 2_000
/** How often the main thread is told which keys were used, milliseconds. */
const USES_EVERY_MS = 1_000

function serverLimits(settings: GatewaySettings): typeof defaultServerLimits {
  return {
    ...defaultServerLimits,
    maxConnections: settings.maxConnections,
    maxConnectionsPerAddress: settings.maxConnectionsPerAddress,
    maxRequestsPerConnection: settings.maxRequestsPerConnection,
    minBodyBytesPerSecond: settings.minBodyBytesPerSecond,
    exchangeMs: settings.exchangeTimeoutMs,
    tunnelIdleMs: settings.tunnelIdleTimeoutMs,
    maxHeadBytes: settings.maxHeaderBytes,
    maxHeaders: settings.maxHeaderCount,
    maxBodyBytes: settings.maxBodyBytes,
    maxBufferedBodyBytes: settings.maxBufferedBodyBytes,
    headerMs: settings.clientHeaderTimeoutMs,
    idleMs: settings.clientIdleTimeoutMs,
    bodyProgressMs: settings.clientBodyTimeoutMs,
  }
}

if (parentPort !== null) await work(workerData, parentPort)
