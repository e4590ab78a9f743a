import { createHash } from 'node:crypto'
import { createServer, type Server, type Socket } from 'node:net'
import { readMessages } from '../strictness/wire.ts'

/** Of a body: its length and a hash, to be compared. */
export function digest(body: string): string {
  return `${body.length}:${createHash('sha1').update(body, 'latin1').digest('hex').slice(0, 12)}`
}

/**
 * An upstream that says in each reply what it has read (`X-Method`, `X-Seen`: target, `X-Body`: digest), and reads as strictly as
 * the suite: whatever a proxy sends that could be misread is kept in `problems`. A request for `/reply-<id>` is answered
 * with the bytes that were laid down for it.
 */
export class TaggingUpstream {
  port = 0
  readonly problems: string[] = []
  /** Replies to come, by id. */
  readonly replies = new Map<string, { readonly pieces: readonly string[]; readonly ends: boolean }>()
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  constructor() {
    this.#server = createServer({ noDelay: true }, (socket) => this.#accept(socket))
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    const address = this.#server.address()
    this.port = typeof address === 'object' && address !== null ? address.port : 0
    return this
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket)
    let text = ''
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1')
      const { messages, rest } = readMessages(text, { kind: 'request', ended: false })
      for (const { start, body, problems, complete } of messages) {
        for (const problem of problems)
          this.problems.push(`${problem} in ${JSON.stringify(text.slice(0, 500))}`)
        if (!complete) return
        const [method = '', target = ''] = start.split(' ')
        this.#answer(socket, method, target, body)
      }
      // Whole messages are done with; a message that is not whole is read again with what follows.
      text = rest
    })
    socket.on('error', () => socket.destroy())
    socket.on('close', () => this.#sockets.delete(socket))
  }

  #answer(socket: Socket, method: string, target: string, body: string): void {
    const laid = this.replies.get(/^\/reply-([0-9a-z]+)$/.exec(target)?.[1] ?? '')
    if (laid === undefined) {
      socket.write(
        `HTTP/1.1 200 OK\r\nX-Method: ${method}\r\nX-Seen: ${target}\r\nX-Body: ${digest(body)}\r\nContent-Length: 2\r\n\r\nok`,
        'latin1',
      )
      return
    }
    for (const piece of laid.pieces) socket.write(piece, 'latin1')
    if (laid.ends) socket.end()
  }
}
