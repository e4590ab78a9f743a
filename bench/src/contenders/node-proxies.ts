import path from 'node:path'
import { type Contender, freePort, type Surroundings, startPinned } from './contender.ts'

const folder = path.resolve(import.meta.dirname, '../proxies')

/** `node:http` in front, undici behind. */
export const undiciProxy = (around: Surroundings): Promise<Contender> =>
  nodeProxy('http + undici', 'undici-proxy.ts', around)

/** Fastify with its proxy plugin. */
export const fastifyProxy = (around: Surroundings): Promise<Contender> =>
  nodeProxy('@fastify/http-proxy', 'fastify-proxy.ts', around)

async function nodeProxy(name: string, file: string, around: Surroundings): Promise<Contender> {
  const port = await freePort()
  const command = [process.execPath, path.join(folder, file), `${port}`, `${around.upstreamPort}`]
  const { pid, stop } = await startPinned(around.cpus, command, port)
  return { name, port, pids: [pid], headers: [], stop }
}
