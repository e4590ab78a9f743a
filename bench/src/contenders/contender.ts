import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import net from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { pinned } from '../pin.ts'

/** A gate that is running, to be measured. */
export type Contender = {
  readonly name: string
  readonly port: number
  /** Whether it is what this repository is about: then no connection may fail. */
  readonly ours?: true
  /** Processes whose time and memory are counted. */
  readonly pids: readonly number[]
  /** Header lines that each request needs: the key. */
  readonly headers: readonly string[]
  /** The same for the workload whose key has a small rate; undefined where that is the gate's own business. */
  readonly limitedHeaders?: readonly string[]
  stop(): Promise<void>
  /** The end of what it has logged, where that is kept. */
  said?(): string
}

/** What a contender is put in front of, and where it may write. */
export type Surroundings = {
  readonly upstreamPort: number
  readonly folder: string
  /** Processors of the contender, as taskset takes them. */
  readonly cpus: string
}

/** A port that nobody has at the moment. */
export async function freePort(): Promise<number> {
  const server = net.createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return address.port
}

/** A process on the given processors. Its errors are shown, its other output is not. */
export type Pinned = { readonly pid: number; stop(): Promise<void> }

/**
 * Starts a program by taskset and waits until the port takes connections.
 * @throws when it ends before, or does not within 10 s
 */
export async function startPinned(
  cpus: string,
  command: readonly string[],
  port: number,
  environment: Readonly<Record<string, string>> = {},
): Promise<Pinned> {
  const child = spawn(...pinned(cpus, command), {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...environment },
  })
  const { pid } = child
  if (pid === undefined) throw new Error(`${command[0]} cannot be started`)
  const stop = () => end(child)
  for (let tries = 0; tries < 200; tries++) {
    if (child.exitCode !== null) throw new Error(`${command.join(' ')} ended with ${child.exitCode}`)
    if (await takesConnections(port)) return { pid, stop }
    await sleep(50)
  }
  await stop()
  throw new Error(`${command.join(' ')} does not listen after 10 s`)
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const closed = once(child, 'close')
  child.kill('SIGTERM')
  await closed
}

function takesConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
