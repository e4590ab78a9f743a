/**
 * A keyless proxy made of nothing but the engine, to be measured beside nginx, and tested without a gateway.
 * Usage: node http1-proxy.ts <port> <upstream port> [upstream host]
 */

import { createHttpServer } from '@tollgate/http1/connection/server'
import type { Exchange, ForwardListener, Handler, ReplyHead, UpstreamFailure } from '@tollgate/http1/exchange'
import { defaultPoolLimits, defaultServerLimits } from '@tollgate/http1/limits'
import { endToEndLines, headerValue } from '@tollgate/http1/syntax/headers'
import { normalisePath } from '@tollgate/http1/syntax/path'
import { upstreamPool } from '@tollgate/http1/upstream/upstream-pool'

const [port, upstreamPort, host = '127.0.0.1'] = process.argv.slice(2)
const pool = upstreamPool({ host, port: Number(upstreamPort) }, defaultPoolLimits)
const timeouts = { headMs: 0 }
const noNames: ReadonlySet<string> = new Set()

/** Relays whatever comes. */
class Relay implements ForwardListener {
  readonly exchange: Exchange

  constructor(exchange: Exchange) {
    this.exchange = exchange
  }

  onReply(reply: ReplyHead): void {
    this.exchange.relay(reply.status, endToEndLines(reply, noNames))
  }

  onFailure(failure: UpstreamFailure): void {
    if (failure !== 'client-gone') this.exchange.respond(502, 'Content-Type: text/plain\r\n', `${failure}\n`)
  }
}

const handler: Handler = {
  onRequest(exchange) {
    const { head } = exchange
    const path = normalisePath(head.path)
    if (path === undefined) {
      exchange.respond(400, 'Content-Type: text/plain\r\n', 'ambiguous path\n')
      return
    }
    // HTTP/1.0 knows requests without Host; 1.1, which is spoken to the upstream, does not.
    const hostLine = headerValue(head, 'host') === undefined ? `Host: ${host}:${upstreamPort}\r\n` : ''
    const lines = hostLine + endToEndLines(head, noNames)
    const target = path === head.path ? head.target : head.query === '' ? path : `${path}?${head.query}`
    exchange.forward(pool, head.method, target, lines, new Relay(exchange), timeouts)
  },
  onFinish() {},
}

const server = createHttpServer(handler, defaultServerLimits)
await server.listen({ host: '127.0.0.1', port: Number(port), reusePort: false })
// Tells what memory is left when all garbage is collected; needs --expose-gc.
process.on('SIGUSR2', () => {
  const { gc } = globalThis
  if (gc === undefined) throw new Error('started without --expose-gc')
  gc()
  gc()
  process.stdout.write(`${JSON.stringify(process.memoryUsage())}\n`)
})
// An orderly end, so that --cpu-prof writes its file.
process.once('SIGINT', () => {
  pool.close()
  void server.close(100)
})
