import { randomBytes } from 'node:crypto'
import { createServer } from 'node:net'
import type { KeyUses } from '@tollgate/analytics/key-uses'
import type { RefusedRecord } from '@tollgate/analytics/request-record'
import type { Leases } from '@tollgate/limits/leases'
import type { ApiEvent } from '@tollgate/model/definition/api-events'
import { checkTlsSettings, TICKET_KEY_BYTES } from '../edge/tls-certificates.ts'
import type { Gateway } from '../gateway.ts'
import type { LogLine, WorkerSetup } from '../worker-protocol.ts'
import { WorkerPool } from './worker-pool.ts'

/** What the data plane is started with. */
export type GatewayOptions = Omit<WorkerSetup, 'worker' | 'reusePort' | 'ticketKeys'> & {
  /** Worker threads; one is used where the system cannot share a port among several. */
  readonly workers: number
  /** Gets every line of the data plane's log: requests, workers' deaths, what could not be compiled. */
  readonly log: (line: LogLine) => void
  /** Where units of quotas come from: the lease manager. */
  readonly leases: Leases
  /** Gets, about once a second, which keys were recognised; only with a `trafficTable`. */
  readonly keysUsed?: (uses: KeyUses) => void
  /** Gets the records of requests that were refused or failed; `dropped` more came too fast. */
  readonly onRefused?: (records: readonly RefusedRecord[], dropped: number) => void
  /** Gets what happened at APIs whose definitions have handlers for it; `dropped` more happened too fast. */
  readonly onEvents?: (events: readonly ApiEvent[], dropped: number) => void
}

/**
 * Starts the workers and resolves when all of them listen. With port 0 the first one's port is taken by the rest.
 * Rejects with the system's error (`code` EADDRINUSE, EACCES, …) when the port cannot be had.
 */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const reusePort = await canSharePort(options.host)
  // Sharing would let a second program take the port of a first without a word: ask for it alone, once.
  if (reusePort && options.port !== 0) await bindOnce(options.host, options.port, false)
  const ticketKeys = randomBytes(TICKET_KEY_BYTES)
  // Bad certificates are said before there is a thread to fail.
  if (options.settings.tls !== undefined) checkTlsSettings(options.settings.tls)
  const workers = reusePort ? Math.max(1, options.workers) : 1
  const workerPool = new WorkerPool({ ...options, reusePort, ticketKeys, workers })
  await workerPool.start()
  return {
    port: workerPool.port,
    apply: (changes) => workerPool.apply(changes),
    async replaceCertificates(tls) {
      const before = options.settings.tls
      if (before === undefined) throw new Error('the gateway was started without TLS')
      if (tls.clientCertificates !== before.clientCertificates)
        throw new Error('whether clients present certificates cannot be changed without a restart')
      checkTlsSettings(tls)
      await workerPool.replaceCertificates(tls)
    },
    close: (graceMs) => workerPool.close(graceMs),
  }
}

async function canSharePort(host: string): Promise<boolean> {
  try {
    await bindOnce(host, 0, true)
    return true
  } catch (error) {
    // ENOTSUP and its like: the system has no shared ports. Whatever else is wrong shows when the worker listens.
    return error instanceof Error && 'code' in error && error.code === 'EADDRNOTAVAIL'
  }
}

function bindOnce(host: string, port: number, reusePort: boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen({ host, port, reusePort }, () => server.close(() => resolve()))
  })
}
