/**
 * A keyless proxy of `node:http` and undici, written as the documentation of both shows it, to be measured beside others.
 * Usage: node undici-proxy.ts <port> <upstream port>
 */
import { createServer } from 'node:http'
import { Pool } from 'undici'

const [port, upstreamPort] = process.argv.slice(2)
const pool = new Pool(`http://127.0.0.1:${upstreamPort}`, { connections: 256 })
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
  'te',
  'trailer',
  'expect',
])

function endToEnd<Value>(headers: Readonly<Record<string, Value>>): Record<string, Value> {
  const kept: Record<string, Value> = {}
  for (const name in headers) {
    const value = headers[name]
    if (value !== undefined && !hopByHop.has(name)) kept[name] = value
  }
  return kept
}

const server = createServer({ keepAliveTimeout: 600_000 }, (request, response) => {
  const { method = 'GET', url: path = '/', headers } = request
  const body = method === 'GET' || method === 'HEAD' ? null : request
  pool
    .stream({ method, path, headers: endToEnd(headers), body }, (reply) => {
      response.writeHead(reply.statusCode, endToEnd(reply.headers))
      return response
    })
    .catch((error: unknown) => {
      // The client has left: nobody waits for an answer.
      if (response.destroyed) return
      process.stderr.write(`${String(error)}\n`)
      if (!response.headersSent) response.writeHead(502)
      response.end()
    })
})
server.listen(Number(port), '127.0.0.1')
