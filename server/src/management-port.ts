import { CLAIMS, clientAddress, type TrustedPeers } from '@tollgate/gateway/pipeline/client-address'
import { AddressCount } from '@tollgate/http1/connection/address-count'
import { createHttpServer } from '@tollgate/http1/connection/server'
import type {
  Exchange,
  ForwardListener,
  Handler,
  ReplyHead,
  Upstream,
  UpstreamFailure,
} from '@tollgate/http1/exchange'
import { defaultPoolLimits, defaultServerLimits, type ServerLimits } from '@tollgate/http1/limits'
import { endToEndLines, headerValue } from '@tollgate/http1/syntax/headers'
import { upstreamPool } from '@tollgate/http1/upstream/upstream-pool'
import type { KnowsHost } from './host-names.ts'
import { openFilesLimit } from './open-files.ts'

/**
 * A port of the REST surfaces. Strangers meet the gate's own engine, which reads one request of a connection at a time,
 * and no more while its answer is not taken; what it has parsed and written anew goes through a socket to the surface
 * (docs/decisions, "The dashboard's port is served by the gate's engine").
 */

export type ManagementPortSettings = {
  readonly host: string
  readonly port: number
  /** Unix socket that the surface listens on. */
  readonly socket: string
  readonly maxConnections: number
  /** Of these from one address; 0 = no limit of its own. Trusted proxies speak for many, and are not counted. */
  readonly maxConnectionsPerAddress: number
  /** Times of clients, milliseconds: for a head, between requests, without progress of a body either way. */
  readonly headerMs: number
  readonly idleMs: number
  readonly bodyMs: number
  /** Who may say what came before it. */
  readonly trusted: TrustedPeers
  /** Which names the port answers to. */
  readonly knowsHost: KnowsHost
  /** Body of an error that the port answers itself. */
  readonly render: (message: string) => string
  /** A peer that is not trusted sent forwarding headers. */
  readonly onUntrusted: (peer: string) => void
}

export type ManagementPort = {
  readonly port: number
  /** Lets running requests finish for at most `graceMs`. */
  close(graceMs: number): Promise<void>
}

/** Of the files that the process may open at most this part goes to one such port, which takes three per connection. */
const filesPart = 8
/** Connections to the surface that are kept when nobody asks. */
const maxIdleToSurface = 16
/** A surface always answers: its longest calls (a trial call of an API) have limits of their own below this. */
const surfaceHeadMs = 120_000
/** Bytes of later requests that wait while one is handled: a client that pipelines more is not read. */
const maxPipelinedBytes = 16_384

/** Listens; the surface must listen on its socket already. */
export async function openManagementPort(settings: ManagementPortSettings): Promise<ManagementPort> {
  const limits = serverLimits(settings)
  const surface = upstreamPool(
    { host: 'localhost', port: 0, socketPath: settings.socket },
    {
      ...defaultPoolLimits,
      // One for each client: who does not take his answer keeps no other from his.
      maxConnections: limits.maxConnections,
      maxIdleConnections: maxIdleToSurface,
      headMs: surfaceHeadMs,
      bodyIdleMs: surfaceHeadMs,
    },
  )
  const server = createHttpServer(handler(settings, surface), limits, new ClientCount(settings))
  const port = await server.listen({ host: settings.host, port: settings.port, reusePort: false })
  return {
    port,
    async close(graceMs) {
      await server.close(graceMs)
      surface.close()
    },
  }
}

function serverLimits(settings: ManagementPortSettings): ServerLimits {
  const affordable = Math.max(16, Math.floor(openFilesLimit() / filesPart))
  return {
    ...defaultServerLimits,
    maxConnections: Math.min(settings.maxConnections, affordable),
    maxConnectionsPerAddress: settings.maxConnectionsPerAddress,
    maxPipelinedBytes,
    // A filter in a query may be as long as the head itself.
    maxTargetBytes: defaultServerLimits.maxHeadBytes,
    headerMs: settings.headerMs,
    idleMs: settings.idleMs,
    bodyProgressMs: settings.bodyMs,
  }
}

function handler(settings: ManagementPortSettings, surface: Upstream): Handler {
  const addressOf = clientAddress(settings.trusted, settings.onUntrusted)
  return {
    onRequest(exchange) {
      const { head, remoteAddress } = exchange
      if (!settings.knowsHost(head.host)) {
        refuse(exchange, 421, settings.render(unknownHost))
        return
      }
      const client = addressOf(remoteAddress, head)
      const proto = settings.trusted.hasPeer(remoteAddress)
        ? headerValue(head, 'x-forwarded-proto')
        : undefined
      const own = `X-Forwarded-For: ${client}\r\n${proto === undefined ? '' : `X-Forwarded-Proto: ${proto}\r\n`}`
      const lines = endToEndLines(head, CLAIMS) + own
      const relay = new Relay(exchange, settings.render)
      exchange.forward(surface, head.method, head.target, lines, relay, { headMs: surfaceHeadMs })
    },
    onFinish() {},
  }
}

const unknownHost =
  'This port does not answer to that host name; TOLLGATE_DASHBOARD_HOSTS lists the names that it does'

/** One request on its way to the surface. */
class Relay implements ForwardListener {
  readonly #exchange: Exchange
  readonly #render: ManagementPortSettings['render']

  constructor(exchange: Exchange, render: ManagementPortSettings['render']) {
    this.#exchange = exchange
    this.#render = render
  }

  onReply(reply: ReplyHead): void {
    this.#exchange.relay(reply.status, endToEndLines(reply, nothing))
  }

  onFailure(failure: UpstreamFailure): void {
    if (failure !== 'client-gone') refuse(this.#exchange, 503, this.#render(notServed))
  }
}

const nothing: ReadonlySet<string> = new Set()
const notServed = 'The request could not be served, try again later'

function refuse(exchange: Exchange, status: number, body: string): void {
  exchange.respond(status, 'Content-Type: application/json\r\nCache-Control: no-store\r\n', body)
}

/** Counts the connections of each address but those of proxies, which come for many. */
class ClientCount extends AddressCount {
  readonly #trusted: TrustedPeers

  constructor({ maxConnectionsPerAddress, trusted }: ManagementPortSettings) {
    super(maxConnectionsPerAddress)
    this.#trusted = trusted
  }

  override enter(address: string): boolean {
    return this.#trusted.hasPeer(address) || super.enter(address)
  }

  override leave(address: string): void {
    if (!this.#trusted.hasPeer(address)) super.leave(address)
  }
}
