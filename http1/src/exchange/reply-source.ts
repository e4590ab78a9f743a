import { UNTIL_CLOSE } from '../syntax/message-head.ts'
import type { UpstreamConnection } from '../upstream/upstream-connection.ts'
import { BodyAccess, type BodySource } from './body-access.ts'
import type { BodyBudget } from './body-budget.ts'
import { isReplyWhole } from './exchange-rules.ts'
import { collect, collectedPieces } from './message.ts'

/** Whoever has the connection that a reply comes by. */
export interface ReplyOwner {
  /** The reply is read to its end, and the connection may serve others; or its rest is of no use, or cannot be read. */
  onReplyOver(connection: UpstreamConnection, isRead: boolean): void
}

/** The reply of an upstream of HTTP/1.1 for who wants to see its body; made where it is asked for. */
export class ReplySource implements BodySource {
  readonly access: BodyAccess
  readonly status: number
  /** Content-Length as the upstream has announced it; -1 for none. */
  readonly announcedLength: number
  /** Lines behind the body that was read. */
  trailers = ''
  readonly #owner: ReplyOwner
  #connection: UpstreamConnection | undefined
  #reading = false

  /** Without a connection there is nothing to be seen any more. */
  constructor(connection: UpstreamConnection | undefined, budget: BodyBudget, owner: ReplyOwner) {
    const { bodyLength = UNTIL_CLOSE, status = 0, announcedLength = -1 } = connection?.reply ?? {}
    this.status = status
    this.announcedLength = announcedLength
    this.access = new BodyAccess(this, budget, bodyLength)
    this.#owner = owner
    this.#connection = connection
    if (connection === undefined) this.access.lose()
  }

  startBody(): void {
    this.#reading = true
    this.onBytes()
    if (this.#reading) this.#connection?.resume()
  }

  stopBody(): void {
    this.#reading = false
    this.#connection?.pause()
  }

  dropBody(): void {
    const connection = this.#connection
    this.#reading = false
    this.#connection = undefined
    if (connection === undefined) return
    this.#owner.onReplyOver(connection, this.#isHere(connection))
  }

  /** The connection has read more, or has ended. */
  onBytes(): void {
    const connection = this.#connection
    if (!this.#reading || connection?.body === undefined) return
    const { body, input } = connection
    connection.inputPos = collect(body, input, connection.inputPos, connection.inputEnd)
    for (const piece of collectedPieces(input)) this.access.take(piece)
    const whole = isReplyWhole(connection, body)
    if (body.problem !== undefined || (connection.ended && !whole)) {
      this.onLost()
      this.#owner.onReplyOver(connection, false)
    } else if (whole) {
      this.#reading = false
      this.#connection = undefined
      this.trailers = body.trailers
      this.#owner.onReplyOver(connection, true)
      this.access.end()
    }
  }

  /** The rest will not come. */
  onLost(): void {
    this.#reading = false
    this.#connection = undefined
    this.access.lose()
  }

  /** Whether all of the body has been received, and need not be waited for. */
  #isHere(connection: UpstreamConnection): boolean {
    const { body } = connection
    if (body === undefined) return true
    connection.inputPos = collect(body, connection.input, connection.inputPos, connection.inputEnd)
    return body.done
  }
}
