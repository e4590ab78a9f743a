import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { errorCode } from './start-failure.ts'

/** A small httpbin on the loopback address: something to put a gate in front of. */
export type DemoUpstream = {
  readonly port: number
  close(): Promise<void>
}

const maxEchoBytes = 1024 * 1024
const maxDelaySeconds = 10
const maxStreamLines = 100
const maxRandomBytes = 1024 * 1024

/** Listens on the first of these loopback ports that is free, at last on any. */
export async function startDemoUpstream(preferredPorts: readonly number[]): Promise<DemoUpstream> {
  const server = createServer({ requestTimeout: 30_000 }, (request, response) => {
    answer(request, response).catch(() => {
      // The client left in the middle, or sent no end: there is nobody to tell.
      response.destroy()
    })
  })
  const port = await listenOnFirstFree(server, [...preferredPorts, 0])
  return {
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function listenOnFirstFree(server: Server, ports: readonly number[]): Promise<number> {
  const [port = 0, ...others] = ports
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, '127.0.0.1', () => {
        server.off('error', reject)
        resolve()
      })
    })
  } catch (error) {
    const taken = errorCode(error) === 'EADDRINUSE' || errorCode(error) === 'EACCES'
    if (taken && others.length > 0) return listenOnFirstFree(server, others)
    throw error
  }
  // A server that listens on TCP has an address of this form.
  return (server.address() as AddressInfo).port
}

type Answer = (request: IncomingMessage, response: ServerResponse, argument: string) => Promise<void>

const answers: readonly { readonly path: RegExp; readonly answer: Answer }[] = [
  { path: /^\/(?:get|anything(?:\/.*)?)$/, answer: echo },
  { path: /^\/status\/(\d{3})$/, answer: status },
  { path: /^\/delay\/(\d{1,4}(?:\.\d{1,3})?)$/, answer: delay },
  { path: /^\/stream\/(\d{1,6})$/, answer: stream },
  { path: /^\/bytes\/(\d{1,9})$/, answer: bytes },
]

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = (request.url ?? '/').split('?', 1)[0] ?? '/'
  for (const candidate of answers) {
    const match = candidate.path.exec(path)
    if (match) return candidate.answer(request, response, match[1] ?? '')
  }
  const places = ['/get', '/anything', '/status/418', '/delay/1', '/stream/3', '/bytes/16']
  request.resume()
  sendJson(response, path === '/' ? 200 : 404, { name: 'Tollgate demo upstream', try: places })
}

/** What arrived here: so a caller sees what the gate sent on. */
async function echo(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    size += chunk.length
    if (size <= maxEchoBytes) chunks.push(chunk)
  }
  if (size > maxEchoBytes) return sendJson(response, 413, { error: `more than ${maxEchoBytes} bytes` })
  const url = new URL(request.url ?? '/', 'http://demo')
  sendJson(response, 200, {
    method: request.method,
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: request.headers,
    body: Buffer.concat(chunks).toString(),
  })
}

async function status(request: IncomingMessage, response: ServerResponse, code: string): Promise<void> {
  request.resume()
  const number = Number(code)
  if (number < 200 || number > 599) return sendJson(response, 400, { error: 'a status from 200 to 599' })
  if (number === 204 || number === 304) response.writeHead(number).end()
  else sendJson(response, number, { status: number })
}

async function delay(request: IncomingMessage, response: ServerResponse, seconds: string): Promise<void> {
  const waitSeconds = Math.min(Number(seconds), maxDelaySeconds)
  await sleep(waitSeconds * 1000)
  if (!response.destroyed) await echo(request, response)
}

async function stream(request: IncomingMessage, response: ServerResponse, count: string): Promise<void> {
  request.resume()
  const lines = Math.min(Number(count), maxStreamLines)
  response.writeHead(200, { 'content-type': 'application/x-ndjson' })
  for (let line = 1; line <= lines && !response.destroyed; line++) {
    response.write(`${JSON.stringify({ line, of: lines })}\n`)
    if (line < lines) await sleep(100)
  }
  response.end()
}

async function bytes(request: IncomingMessage, response: ServerResponse, count: string): Promise<void> {
  request.resume()
  const body = randomBytes(Math.min(Number(count), maxRandomBytes))
  response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': body.length })
  response.end(body)
}

function sendJson(response: ServerResponse, statusCode: number, value: unknown): void {
  const body = `${JSON.stringify(value, null, 2)}\n`
  response.writeHead(statusCode, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  })
  response.end(body)
}
