import { createHash } from 'node:crypto'
import http from 'node:http'
import net from 'node:net'
import type { Origin } from './http.ts'

/** A request as the upstream saw it. */
type Seen = {
  readonly method: string
  readonly url: string
  readonly headers: http.IncomingHttpHeaders
  readonly rawHeaders: readonly string[]
  readonly bodyLength: number
  readonly bodySha256: string
  readonly body: string
}

/** How one request is answered; `seen` is there once the request's body has ended. */
type Respond = (request: http.IncomingMessage, response: http.ServerResponse) => void

/** A real HTTP server that records what reaches it. */
export type Upstream = {
  readonly origin: Origin
  readonly url: string
  /** Every request whose body ended, in order. */
  readonly seen: Seen[]
  /** Every byte that came on any connection, latin1. */
  bytes(): string
  /** Requests whose client went away before the reply was whole. */
  aborted(): number
  /** Sets how requests are answered from now on; without an argument, by echo. */
  respond(next?: Respond): void
  /** Forgets what was recorded. */
  forget(): void
  close(): Promise<void>
}

/** Bodies longer than this are hashed, not kept. */
const keptBodyBytes = 65_536
/** Most raw bytes kept, characters. */
const keptBytes = 4_000_000

/** Starts an upstream on a free port. By default it answers 200 with a JSON echo of the request. */
export async function startUpstream(): Promise<Upstream> {
  const seen: Seen[] = []
  let raw = ''
  let aborted = 0
  let respond: Respond | undefined
  const server = http.createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    response.on('close', () => {
      if (!response.writableFinished) aborted++
    })
    request.on('error', () => undefined)
    record(request, (entry) => {
      seen.push(entry)
      if (!respond) echo(entry, response)
    })
    respond?.(request, response)
  })
  server.on('connection', (socket: net.Socket) => {
    socket.on('data', (chunk) => {
      if (raw.length < keptBytes) raw += chunk.toString('latin1')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const port = portOf(server)
  return {
    origin: { host: '127.0.0.1', port },
    url: `http://127.0.0.1:${port}`,
    seen,
    bytes: () => raw,
    aborted: () => aborted,
    respond(next) {
      respond = next
    },
    forget() {
      seen.length = 0
      raw = ''
      aborted = 0
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function record(request: http.IncomingMessage, done: (entry: Seen) => void): void {
  const hash = createHash('sha256')
  const kept: Buffer[] = []
  let length = 0
  request.on('data', (chunk: Buffer) => {
    hash.update(chunk)
    if (length < keptBodyBytes) kept.push(chunk)
    length += chunk.length
  })
  request.on('end', () =>
    done({
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      rawHeaders: request.rawHeaders,
      bodyLength: length,
      bodySha256: hash.digest('hex'),
      body: Buffer.concat(kept).toString('utf8').slice(0, keptBodyBytes),
    }),
  )
}

function echo(entry: Seen, response: http.ServerResponse): void {
  const body = JSON.stringify(entry)
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
  response.end(body)
}

function portOf(server: net.Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a listening server has an address')
  return address.port
}

/** An upstream that is nothing but bytes: `serve` is given each connection. */
export async function startRawUpstream(
  serve: (socket: net.Socket) => void,
): Promise<{ readonly url: string; readonly origin: Origin; close(): Promise<void> }> {
  const sockets = new Set<net.Socket>()
  const server = net.createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
    serve(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const port = portOf(server)
  return {
    origin: { host: '127.0.0.1', port },
    url: `http://127.0.0.1:${port}`,
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
