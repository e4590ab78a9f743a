/**
 * A keyless proxy of Fastify and its proxy plugin, to be measured beside others.
 * Usage: node fastify-proxy.ts <port> <upstream port>
 */
import proxy from '@fastify/http-proxy'
import { fastify } from 'fastify'

const [port, upstreamPort] = process.argv.slice(2)
const app = fastify({ keepAliveTimeout: 600_000 })
await app.register(proxy, { upstream: `http://127.0.0.1:${upstreamPort}`, undici: { connections: 256 } })
await app.listen({ port: Number(port), host: '127.0.0.1' })
