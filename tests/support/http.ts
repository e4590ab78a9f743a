import assert from 'node:assert/strict'
import http from 'node:http'
import net from 'node:net'

/** Where a request goes: all servers under test listen on the loopback address. */
export type Origin = { readonly host: string; readonly port: number }

/** One request as a test writes it. A body that is no string or Buffer is sent as JSON text. */
export type Call = {
  readonly method?: string
  readonly path: string
  readonly headers?: http.OutgoingHttpHeaders
  readonly body?: unknown
  readonly timeoutMs?: number
}

/** What came back, read to its end. */
export class Reply {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly bytes: Buffer

  constructor(status: number, headers: http.IncomingHttpHeaders, bytes: Buffer) {
    this.status = status
    this.headers = headers
    this.bytes = bytes
  }

  get text(): string {
    return this.bytes.toString('utf8')
  }

  /** The body as JSON; the whole reply is in the message when it is not. */
  get json(): unknown {
    try {
      return JSON.parse(this.text)
    } catch {
      throw new Error(`not JSON: ${this.status} ${this.text.slice(0, 400)}`)
    }
  }

  /** The value under a path of keys and indexes, undefined where the path ends early. */
  at(...path: readonly (string | number)[]): unknown {
    return at(this.json, ...path)
  }

  /** The same, asserted to be a string. */
  textAt(...path: readonly (string | number)[]): string {
    const value = this.at(...path)
    assert.equal(typeof value, 'string', `${path.join('.')} in ${this.status} ${this.text.slice(0, 400)}`)
    return String(value)
  }
}

/** The value under a path of keys and indexes of any JSON value. */
export const at = (value: unknown, ...path: readonly (string | number)[]): unknown =>
  path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null
        ? (inner as Record<string | number, unknown>)[key]
        : undefined,
    value,
  )

/** An object of a JSON value; fails the test when it is something else. */
export function objectOf(value: unknown): Record<string, unknown> {
  assert.ok(
    typeof value === 'object' && value !== null && !Array.isArray(value),
    `an object: ${JSON.stringify(value)}`,
  )
  return value as Record<string, unknown>
}

/** An array of a JSON value; fails the test when it is something else. */
export function arrayOf(value: unknown): unknown[] {
  assert.ok(Array.isArray(value), `an array: ${JSON.stringify(value)}`)
  return value
}

const agent = new http.Agent({ keepAlive: true, maxSockets: 64, scheduling: 'lifo' })

/** Most time any reply may take before the test fails: a hang is a defect, not a wait. */
const replyTimeoutMs = 20_000

const bodyBytes = (body: unknown): Buffer | undefined => {
  if (body === undefined) return undefined
  if (Buffer.isBuffer(body)) return body
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
}

/** Sends one request and reads the whole reply. No header is added but Host, Connection and Content-Length. */
export function send(origin: Origin, call: Call, using: http.Agent | false = agent): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const body = bodyBytes(call.body)
    const headers: http.OutgoingHttpHeaders = { ...call.headers }
    if (body && headers['transfer-encoding'] === undefined) headers['content-length'] = body.length
    const request = http.request({
      ...origin,
      method: call.method ?? 'GET',
      path: call.path,
      headers,
      agent: using,
    })
    const name = `${call.method ?? 'GET'} ${call.path}`
    const timer = setTimeout(() => {
      request.destroy(new Error(`no whole reply within ${call.timeoutMs ?? replyTimeoutMs} ms: ${name}`))
    }, call.timeoutMs ?? replyTimeoutMs)
    request.on('error', (error) => {
      clearTimeout(timer)
      reject(new Error(`${name}: ${error.message}`, { cause: error }))
    })
    request.on('response', (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        clearTimeout(timer)
        resolve(new Reply(response.statusCode ?? 0, response.headers, Buffer.concat(chunks)))
      })
    })
    request.end(body)
  })
}

/** Writes bytes on a fresh connection and gathers what comes until the peer closes or `until` is satisfied. */
export function sendRaw(
  origin: Origin,
  bytes: string | Buffer,
  until: (received: string) => boolean = () => false,
  timeoutMs = 5000,
): Promise<{ readonly text: string; readonly closed: boolean }> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(origin.port, origin.host)
    let text = ''
    const finish = (closed: boolean) => {
      clearTimeout(timer)
      socket.destroy()
      resolve({ text, closed })
    }
    const timer = setTimeout(() => finish(false), timeoutMs)
    socket.on('connect', () => socket.write(bytes))
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
      if (until(text)) finish(false)
    })
    socket.on('close', () => finish(true))
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNRESET' || error.code === 'EPIPE') return finish(true)
      clearTimeout(timer)
      reject(error)
    })
  })
}
