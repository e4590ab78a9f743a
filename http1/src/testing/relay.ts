import { createHttpServer, type HttpServer } from '../connection/server.ts'
import type { Exchange, FinishResult, ForwardListener, Handler, Upstream } from '../exchange.ts'
import {
  defaultPoolLimits,
  defaultServerLimits,
  type PoolLimits,
  type ServerLimits,
  type UpstreamOrigin,
} from '../limits.ts'
import { endToEndLines } from '../syntax/headers.ts'
import type { ReplyHead } from '../syntax/message-head.ts'
import type { UpstreamFailure } from '../upstream/upstream-failure.ts'
import { upstreamPool } from '../upstream/upstream-pool.ts'
import { type RawPeer, RawUpstream, rawClient } from './raw-peer.ts'

const noNames: ReadonlySet<string> = new Set()

/** The smallest user of the engine: relays everything, answers failures with 502, and notes what it was told. */
export class RelayHandler implements Handler {
  readonly pool: Upstream
  readonly results: FinishResult[] = []
  readonly failures: UpstreamFailure[] = []
  readonly protocolErrors: string[] = []
  requests = 0
  readonly #relayAs: number | undefined
  readonly #onFinished: (() => void)[] = []

  /** `relayAs`: the status of every reply, instead of its own. */
  constructor(pool: Upstream, relayAs?: number) {
    this.pool = pool
    this.#relayAs = relayAs
  }

  onRequest(exchange: Exchange): void {
    this.requests++
    const { head } = exchange
    exchange.forward(
      this.pool,
      head.method,
      head.target,
      endToEndLines(head, noNames),
      this.#listener(exchange),
      {
        headMs: 0,
      },
    )
  }

  onFinish(_exchange: Exchange, result: FinishResult): void {
    this.results.push(result)
    for (const resolve of this.#onFinished.splice(0)) resolve()
  }

  onProtocolError(reason: string): undefined {
    this.protocolErrors.push(reason)
  }

  async finished(count: number): Promise<void> {
    while (this.results.length < count) await new Promise<void>((resolve) => this.#onFinished.push(resolve))
  }

  #listener(exchange: Exchange): ForwardListener {
    return {
      onReply: (reply: ReplyHead) =>
        exchange.relay(this.#relayAs ?? reply.status, endToEndLines(reply, noNames)),
      onFailure: (failure: UpstreamFailure) => {
        this.failures.push(failure)
        if (failure !== 'client-gone') exchange.respond(502, '', `${failure}\n`)
      },
    }
  }
}

export type Rig = {
  readonly upstream: RawUpstream
  readonly handler: RelayHandler
  readonly server: HttpServer
  readonly port: number
  client(): RawPeer
}

/** What a test may want to be other than usual. */
export type RigOptions = {
  readonly server?: Partial<ServerLimits>
  readonly pool?: Partial<PoolLimits>
  readonly origin?: Partial<UpstreamOrigin>
  readonly relayAs?: number
}

/** A relay before a raw upstream; torn down when the test ends. */
export async function rig(
  t: { after(teardown: () => Promise<void>): void },
  onPeer: (peer: RawPeer, index: number) => void,
  options: RigOptions = {},
): Promise<Rig> {
  const upstream = await new RawUpstream(onPeer).start()
  const pool = upstreamPool(
    { host: '127.0.0.1', port: upstream.port, ...options.origin },
    { ...defaultPoolLimits, ...options.pool },
  )
  const handler = new RelayHandler(pool, options.relayAs)
  const server = createHttpServer(handler, { ...defaultServerLimits, ...options.server })
  const port = await server.listen({ host: '127.0.0.1', port: 0, reusePort: false })
  const clients: RawPeer[] = []
  t.after(async () => {
    for (const client of clients) client.socket.destroy()
    await server.close(0)
    pool.close()
    await upstream.stop()
  })
  const client = () => {
    const peer = rawClient(port)
    clients.push(peer)
    return peer
  }
  return { upstream, handler, server, port, client }
}
