import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import net from 'node:net'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePorts } from './ports.ts'

/** The folder the bare proxy is started from. */
const repository = path.resolve(import.meta.dirname, '../..')

/** The engine with nothing around it, in a process of its own. */
export type MicroProxy = {
  readonly port: number
  readonly pid: number
  /** Whether it still runs. */
  isAlive(): boolean
  /** What it holds when all garbage is collected: heap and what hangs on it, MiB. */
  liveMiB(): Promise<number>
  stop(): Promise<void>
}

const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** Starts the bare proxy of the bench before the upstream of that port, and waits until it listens. */
export async function startMicroProxy(upstreamPort: number): Promise<MicroProxy> {
  const [port = 0] = await freePorts(1)
  const proxy = ['--expose-gc', 'bench/src/http1-proxy.ts', String(port), String(upstreamPort)]
  const child = spawn(process.execPath, proxy, { cwd: repository, stdio: ['ignore', 'pipe', 'inherit'] })
  const lines = createInterface(child.stdout)
  running.add(child)
  const ended = once(child, 'close').finally(() => running.delete(child))
  for (let tries = 0; !(await listens(port)); tries++) {
    if (child.exitCode !== null || tries > 400) throw new Error('the bare proxy did not start')
    await sleep(25)
  }
  return {
    port,
    pid: child.pid ?? -1,
    isAlive: () => child.exitCode === null && child.signalCode === null,
    async liveMiB() {
      const told = once(lines, 'line')
      child.kill('SIGUSR2')
      const [line] = await Promise.race([told, ended.then(() => ['{}'])])
      const { heapUsed, external }: Partial<NodeJS.MemoryUsage> = JSON.parse(String(line))
      return ((heapUsed ?? Number.NaN) + (external ?? Number.NaN)) / 2 ** 20
    },
    async stop() {
      child.kill('SIGKILL')
      await ended
    },
  }
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1')
    socket.on('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}
