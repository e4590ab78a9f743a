import type { OnReadOpts, Socket } from 'node:net'
import type { PoolLimits, UpstreamOrigin } from '../limits.ts'
import { UpstreamPool } from '../upstream/upstream-pool.ts'
import { Http1Socket } from './http1-socket.ts'
import { Http2Sessions } from './sessions.ts'

/**
 * An upstream that speaks HTTP/2, with prior knowledge or, over TLS, by ALPN. Exchanges of HTTP/2 run on its streams; to
 * those of HTTP/1.1 it is a pool like any other, whose connections are translators.
 */
export class Http2Upstream extends UpstreamPool {
  declare readonly sessions: Http2Sessions

  constructor(origin: UpstreamOrigin, limits: PoolLimits) {
    const sessions = new Http2Sessions(origin, limits)
    const { host, port } = origin
    // A socket to all that the engine asks of one without a tunnel, and an upgrade is never offered to HTTP/2.
    const open = (onread: OnReadOpts) => new Http1Socket(sessions, limits, onread) as unknown as Socket
    super({ host, port, open }, limits, sessions)
  }

  override close(): void {
    super.close()
    this.sessions.close()
  }
}
