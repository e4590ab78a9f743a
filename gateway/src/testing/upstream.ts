import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What the upstream was asked. */
export type Received = {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** A real upstream that records what it receives. */
export type TestUpstream = {
  readonly url: string
  readonly received: Received[]
  /** Answers the next requests; echoes what was received unless told otherwise. */
  answer: (received: Received, response: ServerResponse) => void
  close(): Promise<void>
}

/** Starts an upstream on a free port. */
export async function startUpstream(): Promise<TestUpstream> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const received = toReceived(request, Buffer.concat(chunks).toString())
      upstream.received.push(received)
      upstream.answer(received, response)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // A TCP server's address is an object.
  const { port } = server.address() as AddressInfo
  const upstream: TestUpstream = {
    url: `http://127.0.0.1:${port}`,
    received: [],
    answer: (received, response) => {
      response.setHeader('Content-Type', 'application/json')
      response.end(JSON.stringify(received))
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return upstream
}

function toReceived(request: IncomingMessage, body: string): Received {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(request.headers)) headers[name] = String(value)
  return { method: request.method ?? '', url: request.url ?? '', headers, body }
}
