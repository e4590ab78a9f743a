import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { type Contender, freePort, type Surroundings, startPinned } from './contender.ts'

/** HAProxy as a plain proxy, one thread. */
export async function haproxy(around: Surroundings): Promise<Contender> {
  const port = await freePort()
  const file = path.join(around.folder, 'haproxy.cfg')
  writeFileSync(file, config(port, around.upstreamPort))
  const { pid, stop } = await startPinned(around.cpus, ['/usr/sbin/haproxy', '-db', '-f', file], port)
  return { name: 'HAProxy', port, pids: [pid], headers: [], stop }
}

const config = (port: number, upstreamPort: number) => `
global
  nbthread 1
  maxconn 4000
defaults
  mode http
  option http-keep-alive
  timeout connect 5s
  timeout client 600s
  timeout server 600s
  timeout http-keep-alive 600s
frontend in
  bind 127.0.0.1:${port}
  default_backend out
backend out
  http-reuse always
  server one 127.0.0.1:${upstreamPort} pool-max-conn 256
`
