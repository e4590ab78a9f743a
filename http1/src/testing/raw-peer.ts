import { connect, createServer, type Server, type Socket } from 'node:net'

/** One end of a TCP connection, for tests that care for every byte. Text is latin1. */
export class RawPeer {
  readonly socket: Socket
  /** All that was received. */
  text = ''
  /** The other side has ended or reset; which of the two, or '' when neither. */
  closedBy: '' | 'end' | 'reset' = ''
  #waiting: (() => void)[] = []

  constructor(socket: Socket) {
    this.socket = socket
    socket.on('data', (bytes) => {
      this.text += bytes.toString('latin1')
      this.#wake()
    })
    socket.on('end', () => this.#close('end'))
    socket.on('error', () => this.#close('reset'))
    socket.on('close', () => this.#close('end'))
  }

  send(text: string): void {
    this.socket.write(text, 'latin1')
  }

  /** Resolves when the received text holds the marker; fails when the connection ends before. */
  async until(marker: string | RegExp): Promise<string> {
    while (!(typeof marker === 'string' ? this.text.includes(marker) : marker.test(this.text))) {
      if (this.closedBy !== '')
        throw new Error(`closed before ${String(marker)}, after ${JSON.stringify(this.text)}`)
      await this.#next()
    }
    return this.text
  }

  /** Resolves with the whole text when the other side has closed. */
  async closed(): Promise<string> {
    while (this.closedBy === '') await this.#next()
    return this.text
  }

  #close(by: 'end' | 'reset'): void {
    if (this.closedBy === '') this.closedBy = by
    this.#wake()
  }

  #next(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}

/** A client connection to a local port. */
export function rawClient(port: number): RawPeer {
  return new RawPeer(connect({ port, host: '127.0.0.1', allowHalfOpen: true }))
}

/** An upstream that answers as the test says, and keeps every connection it had. */
export class RawUpstream {
  readonly server: Server
  readonly peers: RawPeer[] = []
  port = 0
  #waiting: (() => void)[] = []

  constructor(onPeer: (peer: RawPeer, index: number) => void) {
    this.server = createServer({ allowHalfOpen: true }, (socket) => {
      const peer = new RawPeer(socket)
      this.peers.push(peer)
      onPeer(peer, this.peers.length - 1)
      for (const resolve of this.#waiting.splice(0)) resolve()
    })
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve))
    const address = this.server.address()
    this.port = typeof address === 'object' && address !== null ? address.port : 0
    return this
  }

  /** The connection of that number, when it has come. */
  async peer(index: number): Promise<RawPeer> {
    for (;;) {
      const peer = this.peers[index]
      if (peer !== undefined) return peer
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
  }

  /** Everything that any connection received. */
  get text(): string {
    return this.peers.map((peer) => peer.text).join('')
  }

  async stop(): Promise<void> {
    for (const peer of this.peers) peer.socket.destroy()
    await new Promise((resolve) => this.server.close(resolve))
  }
}

/** Answers each head-only request on the connection with the same bytes. */
export function answering(reply: string): (peer: RawPeer) => void {
  return (peer) => {
    let seen = 0
    peer.socket.on('data', () => {
      for (let at = peer.text.indexOf('\r\n\r\n', seen); at >= 0; at = peer.text.indexOf('\r\n\r\n', seen)) {
        seen = at + 4
        peer.send(reply)
      }
    })
  }
}
