import { type IncomingMessage, request as plainRequest, type RequestOptions } from 'node:http'
import { request as tlsRequest } from 'node:https'
import { connect, type Socket } from 'node:net'
import { connect as secured } from 'node:tls'

/** The gate's own port on this machine. */
export type OwnGateway = {
  readonly host: string
  readonly port: number
  readonly tls: boolean
  /** Connections from this machine have to say first whose they are (PROXY protocol). */
  readonly introduced?: boolean
  /** By which the gate knows the program's own calls; undefined where it trusts this machine anyway. */
  readonly callSecret?: string | undefined
}

/** A request as it goes to the gate. */
export type TrialRequest = {
  readonly method: string
  /** In origin form, checked. */
  readonly target: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: string
}

/** What came back; of a longer body the beginning. */
export type TrialReply = {
  readonly status: number
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Buffer
  readonly bodyBytes: number
  readonly durationMs: number
}

/** Bytes of a reply's body that are kept. */
export const MAX_REPLY_BYTES = 65_536
/** A longer reply is cut off: it is not read to its end for nothing. */
const MAX_READ_BYTES = 4 * 1_048_576
/** From the beginning to the last byte. */
export const TRIAL_TIMEOUT_MS = 30_000

/** The gate did not answer in time. */
export class TrialTimeout extends Error {}

/** Sends the request to the gate, and nowhere else; redirects are not followed. Rejects with TrialTimeout or the system's error. */
export function sendToGateway(gateway: OwnGateway, trial: TrialRequest): Promise<TrialReply> {
  const { promise, resolve, reject } = Promise.withResolvers<TrialReply>()
  const begun = performance.now()
  const options: RequestOptions = {
    host: gateway.host,
    port: gateway.port,
    method: trial.method,
    path: trial.target,
    headers: trial.headers.flat(),
    setHost: false,
    // An agent would make the connection itself.
    ...(gateway.introduced
      ? { createConnection: () => introducedSocket(gateway, trial) }
      : { agent: false as const }),
  }
  const received = (reply: IncomingMessage): void => {
    const chunks: Buffer[] = []
    let bodyBytes = 0
    const done = (): void =>
      resolve({
        status: reply.statusCode ?? 0,
        headers: pairs(reply.rawHeaders),
        body: Buffer.concat(chunks).subarray(0, MAX_REPLY_BYTES),
        bodyBytes,
        durationMs: performance.now() - begun,
      })
    reply.on('data', (chunk: Buffer) => {
      if (bodyBytes < MAX_REPLY_BYTES) chunks.push(chunk)
      bodyBytes += chunk.length
      if (bodyBytes > MAX_READ_BYTES) {
        done()
        outgoing.destroy()
      }
    })
    reply.on('end', done)
    reply.on('error', reject)
  }
  const outgoing = gateway.tls
    ? // The connection goes to a port of our own on this machine, whatever name its certificate has.
      tlsRequest({ ...options, rejectUnauthorized: false, ...servername(trial.headers) }, received)
    : plainRequest(options, received)
  const late = setTimeout(() => outgoing.destroy(new TrialTimeout('no answer in time')), TRIAL_TIMEOUT_MS)
  outgoing.on('close', () => {
    clearTimeout(late)
    // Without effect when there was an answer.
    reject(Object.assign(new Error('closed without an answer'), { code: 'ECONNRESET' }))
  })
  outgoing.on('error', reject)
  outgoing.end(trial.body)
  return promise
}

/** A connection of our own: whose call it is the gate is told by the headers. */
function introducedSocket({ host, port, tls }: OwnGateway, { headers }: TrialRequest): Socket {
  const socket = connect({ host, port })
  socket.write('PROXY UNKNOWN\r\n')
  return tls ? secured({ socket, rejectUnauthorized: false, ...servername(headers) }) : socket
}

/** The name by which the gate chooses a certificate. */
function servername(headers: TrialRequest['headers']): { servername?: string } {
  const host = headers.find(([name]) => name.toLowerCase() === 'host')?.[1] ?? ''
  const name = host.replace(/:\d+$/, '')
  return /^[a-z0-9.-]*[a-z][a-z0-9.-]*$/i.test(name) ? { servername: name } : {}
}

function pairs(raw: readonly string[]): [string, string][] {
  const found: [string, string][] = []
  for (let i = 0; i + 1 < raw.length; i += 2) found.push([raw[i] ?? '', raw[i + 1] ?? ''])
  return found
}
