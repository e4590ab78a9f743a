import { createHash } from 'node:crypto'
import http from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/** A server that accepts WebSocket handshakes and sends each text message back; everything else gets 404. */
export type EchoServer = {
  readonly url: string
  readonly sockets: ReadonlySet<Duplex>
  close(): Promise<void>
}

const opcodeText = 1
const opcodeClose = 8

/** Starts it on a free port; frames of up to 125 bytes, which is all that the tests need. */
export async function startEchoServer(): Promise<EchoServer> {
  const sockets = new Set<Duplex>()
  const connections = new Set<Socket>()
  const server = http.createServer((_request, response) => response.writeHead(404).end())
  server.on('connection', (socket) => {
    connections.add(socket)
    socket.on('close', () => connections.delete(socket))
  })
  server.on('upgrade', (request, socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    const accept = createHash('sha1')
      .update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest('base64')
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    )
    echo(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    sockets,
    async close() {
      for (const socket of connections) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function echo(socket: Duplex): void {
  let bytes = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk])
    // Frames of a client: two bytes of head, four of mask, the payload.
    while (bytes.length >= 6) {
      const length = (bytes[1] ?? 0) & 0x7f
      if (bytes.length < 6 + length) return
      const opcode = (bytes[0] ?? 0) & 0x0f
      const mask = bytes.subarray(2, 6)
      const payload = Buffer.from(bytes.subarray(6, 6 + length).map((byte, at) => byte ^ (mask[at % 4] ?? 0)))
      bytes = bytes.subarray(6 + length)
      if (opcode !== opcodeText && opcode !== opcodeClose) continue
      socket.write(Buffer.concat([Buffer.from([0x80 | opcode, length]), payload]))
      if (opcode === opcodeClose) socket.end()
    }
  })
  socket.on('end', () => socket.end())
}
