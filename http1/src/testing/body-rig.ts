import {
  Agent,
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as requestHttp1,
} from 'node:http'
import {
  connect,
  createServer as createHttp2Upstream,
  type IncomingHttpHeaders as Http2Headers,
} from 'node:http2'
import { createServer as createTcp, type Socket } from 'node:net'
import type { Readable, Writable } from 'node:stream'
import { createHttpServer } from '../connection/server.ts'
import { BodyBudget } from '../exchange/body-budget.ts'
import type { Exchange, FinishResult, Handler, ReplyHead, UpstreamFailure } from '../exchange.ts'
import { createHttp2Server, defaultHttp2Limits } from '../h2/server.ts'
import { Http2Upstream } from '../h2/upstream.ts'
import { defaultPoolLimits, defaultServerLimits, type PoolLimits, type ServerLimits } from '../limits.ts'
import { endToEndLines } from '../syntax/headers.ts'
import { upstreamPool } from '../upstream/upstream-pool.ts'

export type Protocol = 'http/1.1' | 'h2'

/** What an upstream was sent, or a client answered. */
export type Received = {
  readonly status: number
  readonly headers: IncomingHttpHeaders | Http2Headers
  readonly body: Buffer
  readonly trailers: Readonly<Record<string, unknown>>
}

/** One request at the upstream, in either protocol. */
export type UpstreamRequest = Readable &
  Pick<IncomingMessage, 'method' | 'url' | 'headers' | 'trailers'> & {
    readonly answer: Writable & {
      statusCode: number
      setHeader(name: string, value: string): unknown
      addTrailers?(trailers: Record<string, string>): void
    }
  }

/** `false` = the request was answered, and does not go on. */
export type Goes = boolean | undefined

export type BodyRigOptions = {
  readonly client: Protocol
  readonly upstream: Protocol
  /** Called with each request before it goes on. */
  readonly onRequest?: (exchange: Exchange) => Goes | Promise<Goes>
  readonly onReply?: (exchange: Exchange, reply: ReplyHead) => Goes | Promise<Goes>
  /** Answers with what it was sent where it is left out. */
  readonly answer?: (request: UpstreamRequest) => void
  readonly limits?: Partial<ServerLimits>
  readonly pool?: Partial<PoolLimits>
}

const noNames: ReadonlySet<string> = new Set()

/** A gate whose user does with bodies what a test says, between a client and an upstream of either protocol. */
export async function bodyRig(t: { after(teardown: () => Promise<void>): void }, options: BodyRigOptions) {
  const received: Received[] = []
  const answer = options.answer ?? echo
  const upstream = await startUpstream(options.upstream, (request) => {
    void collect(request, received).catch(() => {})
    answer(request)
  })
  const limits = { ...defaultServerLimits, ...options.limits }
  const poolLimits = { ...defaultPoolLimits, ...options.pool }
  const origin = { host: '127.0.0.1', port: upstream.port }
  const pool =
    options.upstream === 'h2' ? new Http2Upstream(origin, poolLimits) : upstreamPool(origin, poolLimits)
  const budget = new BodyBudget(limits.maxBufferedBodyBytes)
  const handler = new BodyHandler(pool, options)
  const http1 = createHttpServer(handler, limits, undefined, budget)
  const http2 = createHttp2Server(handler, limits, defaultHttp2Limits, undefined, budget)
  const sockets = new Set<Socket>()
  const server = createTcp({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.add(socket)
    if (options.client === 'h2') http2.handleSocket(socket)
    else http1.handleSocket(socket)
  })
  const port = await listening(server)
  const client = options.client === 'h2' ? http2Client(port) : http1Client(port)
  t.after(async () => {
    client.close()
    for (const socket of sockets) socket.destroy()
    await http2.close(0)
    await new Promise((resolve) => server.close(resolve))
    pool.close()
    await upstream.close()
  })
  return { received, handler, budget, port, call: client.call, connections: () => sockets.size, pool }
}

/** The user of the engine in these tests. */
export class BodyHandler implements Handler {
  readonly results: FinishResult[] = []
  readonly failures: UpstreamFailure[] = []
  readonly problems: string[] = []
  readonly outcomes: unknown[] = []
  readonly #pool: ReturnType<typeof upstreamPool>
  readonly #options: BodyRigOptions
  #waiting: (() => void)[] = []

  constructor(pool: ReturnType<typeof upstreamPool>, options: BodyRigOptions) {
    this.#pool = pool
    this.#options = options
  }

  onRequest(exchange: Exchange): void {
    const { onRequest } = this.#options
    const outcome = onRequest?.(exchange)
    if (outcome instanceof Promise)
      void outcome
        .then((goesOn) => this.#forward(exchange, goesOn))
        .catch((error) => this.#crash(exchange, error))
    else this.#forward(exchange, outcome)
  }

  onFinish(_exchange: Exchange, result: FinishResult): void {
    this.results.push(result)
    for (const resolve of this.#waiting.splice(0)) resolve()
  }

  onProtocolError(reason: string): undefined {
    this.problems.push(reason)
  }

  async finished(count: number): Promise<void> {
    while (this.results.length < count) await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  #forward(exchange: Exchange, goesOn: Goes): void {
    if (goesOn === false) return
    const { head } = exchange
    const listener = {
      onReply: (reply: ReplyHead) => this.#onReply(exchange, reply),
      onFailure: (failure: UpstreamFailure) => {
        this.failures.push(failure)
        if (failure !== 'client-gone') exchange.respond(502, '', failure)
      },
    }
    exchange.forward(this.#pool, head.method, head.target, endToEndLines(head, noNames), listener, {
      headMs: 0,
    })
  }

  #onReply(exchange: Exchange, reply: ReplyHead): void {
    const relay = (goesOn: Goes) => {
      if (goesOn !== false) exchange.relay(reply.status, endToEndLines(reply, noNames))
    }
    const outcome = this.#options.onReply?.(exchange, reply)
    if (outcome instanceof Promise) void outcome.then(relay).catch((error) => this.#crash(exchange, error))
    else relay(outcome)
  }

  #crash(exchange: Exchange, error: unknown): void {
    this.outcomes.push(error)
    exchange.respond(500, '', 'crash')
  }
}

/** Answers with the body that it was sent. */
export function echo(request: UpstreamRequest): void {
  request.answer.setHeader('x-length', String(request.headers['content-length'] ?? 'none'))
  request.pipe(request.answer)
}

async function collect(request: UpstreamRequest, received: Received[]): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const { headers, trailers } = request
  received.push({ status: 0, headers, body: Buffer.concat(chunks), trailers })
}

async function startUpstream(protocol: Protocol, onRequest: (request: UpstreamRequest) => void) {
  const sockets = new Set<Socket>()
  const server = protocol === 'h2' ? createHttp2Upstream() : createServer({ keepAliveTimeout: 60_000 })
  server.on('request', (request: Readable, answer: Writable) => {
    answer.on('error', () => {})
    // Both protocols' requests have the same few properties; their types share no name for that.
    onRequest(Object.assign(request, { answer }) as UpstreamRequest)
  })
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
  })
  const port = await listening(server)
  const close = async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  }
  return { port, close }
}

async function listening(server: {
  listen(port: number, host: string, done: () => void): unknown
  address(): unknown
}): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return typeof address === 'object' && address !== null && 'port' in address ? Number(address.port) : 0
}

export type Call = {
  readonly method?: string
  readonly path?: string
  readonly body?: Buffer | string
  /** The body goes without a Content-Length. */
  readonly chunked?: boolean
  readonly headers?: Record<string, string>
}

function http1Client(port: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const call = ({ method = 'POST', path = '/', body = '', chunked = false, headers = {} }: Call) =>
    new Promise<Received>((resolve, reject) => {
      const framing: Record<string, string> = chunked
        ? { 'transfer-encoding': 'chunked' }
        : body.length > 0
          ? { 'content-length': String(Buffer.byteLength(body)) }
          : {}
      const request = requestHttp1(
        { port, host: '127.0.0.1', method, path, agent, headers: { ...framing, ...headers } },
        (reply) => {
          const chunks: Buffer[] = []
          reply.on('data', (chunk: Buffer) => chunks.push(chunk))
          reply.on('error', reject)
          reply.on('end', () => {
            const { statusCode: status = 0, headers: got, trailers } = reply
            resolve({ status, headers: got, body: Buffer.concat(chunks), trailers })
          })
        },
      )
      request.on('error', reject)
      request.end(body)
    })
  return { call, close: () => agent.destroy() }
}

function http2Client(port: number) {
  const session = connect(`http://127.0.0.1:${port}`)
  session.on('error', () => {})
  const call = ({ method = 'POST', path = '/', body = '', chunked = false, headers = {} }: Call) =>
    new Promise<Received>((resolve, reject) => {
      const length: Record<string, string> =
        chunked || body.length === 0 ? {} : { 'content-length': String(Buffer.byteLength(body)) }
      const head = {
        ':method': method,
        ':path': path,
        ':authority': 'h',
        te: 'trailers',
        ...length,
        ...headers,
      }
      const stream = session.request(head, { endStream: body.length === 0 && !chunked })
      const chunks: Buffer[] = []
      let got: Http2Headers = {}
      let trailers: Record<string, unknown> = {}
      stream.on('response', (reply) => {
        got = reply
      })
      stream.on('trailers', (late) => {
        trailers = late
      })
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('error', reject)
      // An answer may be whole before its request is: Node tells of the close only when both are.
      stream.on('end', () =>
        process.nextTick(() => {
          const status = Number(got[':status'] ?? 0)
          if (stream.rstCode === 0) resolve({ status, headers: got, body: Buffer.concat(chunks), trailers })
          else reject(new Error(`reset ${stream.rstCode}`))
        }),
      )
      stream.on('close', () => reject(new Error(`closed ${stream.rstCode}`)))
      if (body.length > 0 || chunked) stream.end(body)
    })
  return { call, close: () => session.destroy() }
}
