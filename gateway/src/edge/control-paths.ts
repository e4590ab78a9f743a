import type {
  Exchange,
  Finishing,
  ForwardListener,
  ReplyHead,
  Upstream,
  UpstreamFailure,
} from '@tollgate/http1/exchange'
import { endToEndLines } from '@tollgate/http1/syntax/headers'
import { CLAIMS } from '../pipeline/client-address.ts'
import { relayReply, requestIdLine } from './answer.ts'

/**
 * The control API lives in the main thread; its paths on the gateway's port go there. They are reserved: no listen
 * path can shadow them.
 * @param healthAlone the control API has a port of its own: here it answers for the node's health alone
 */
export function isControlPath(path: string, healthAlone = false): boolean {
  // Most paths differ in the first letter already.
  const second = path.charCodeAt(1)
  if (second === 0x74) return !healthAlone && (path === '/tyk' || path.startsWith('/tyk/'))
  if (second === 0x68) return path === '/hello' || path === '/hello/'
  return second === 0x72 && (path === '/ready' || path === '/ready/')
}

/** The control API must hear of the client only what the gate itself vouches for. */
const REPLACED: ReadonlySet<string> = new Set([...CLAIMS, 'x-request-id'])
const NO_TIMEOUT_OF_ITS_OWN = { headMs: 0 }

/** One request for the control API. */
export class ControlRequest implements ForwardListener, Finishing {
  readonly #exchange: Exchange
  readonly #requestId: string
  readonly #failed: (failure: UpstreamFailure) => void

  /** @param failed answers the client when the control API cannot be reached */
  constructor(exchange: Exchange, requestId: string, failed: (failure: UpstreamFailure) => void) {
    this.#exchange = exchange
    this.#requestId = requestId
    this.#failed = failed
  }

  forward(control: Upstream, path: string, clientIp: string): void {
    const { head } = this.#exchange
    const target = head.query === '' ? path : `${path}?${head.query}`
    const own = `X-Forwarded-For: ${clientIp}\r\n${requestIdLine(this.#requestId)}`
    const lines = endToEndLines(head, REPLACED) + own
    this.#exchange.forward(control, head.method, target, lines, this, NO_TIMEOUT_OF_ITS_OWN)
  }

  onReply(reply: ReplyHead): void {
    relayReply(this.#exchange, reply, this.#requestId)
  }

  onFailure(failure: UpstreamFailure): void {
    if (failure !== 'client-gone') this.#failed(failure)
  }

  finish(): void {
    // The control API writes its own log.
  }
}
