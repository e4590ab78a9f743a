import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { databaseKind, freshPostgres } from './database.ts'
import { type Origin, send } from './http.ts'
import { freePorts } from './ports.ts'

/** The folder the program is started from. */
const repository = path.resolve(import.meta.dirname, '../..')

/** Most time a start may take, milliseconds. */
const startTimeoutMs = 30_000
/** Most output kept of one process, characters. */
const outputLimit = 1_000_000

/** A running program. */
export type Server = {
  readonly dashboard: Origin
  readonly gateway: Origin
  readonly adminSecret: string
  readonly gatewaySecret: string
  readonly dataDir: string
  readonly env: Readonly<Record<string, string>>
  readonly pid: number
  /** What it has written so far, stdout and stderr together. */
  output(): string
  /** Asks it to stop; resolves with its exit code. */
  stop(): Promise<number>
  /** Ends it without a chance to tidy. */
  kill9(): Promise<void>
  /** Starts it again on the same folder, ports and database. */
  restart(): Promise<Server>
  /** Stops it and removes folder and database. */
  dispose(): Promise<void>
}

const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) killGroup(child)
})

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}

/** The environment of a child: ours without any TOLLGATE_ name, and what the test gives. */
function childEnv(given: Readonly<Record<string, string>>): Record<string, string> {
  const env: Record<string, string> = {}
  for (const [name, value] of Object.entries(process.env)) {
    if (!name.startsWith('TOLLGATE_') && name !== 'NODE_TEST_CONTEXT' && value !== undefined)
      env[name] = value
  }
  return { ...env, ...given }
}

/** Runs the command line to its end. */
export async function runTollgate(
  args: readonly string[],
  given: Readonly<Record<string, string>>,
  timeoutMs = startTimeoutMs,
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  const child = spawn(process.execPath, ['server/src/main.ts', ...args], {
    cwd: repository,
    env: childEnv(given),
    detached: true,
  })
  running.add(child)
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk) => {
    stdout += chunk
  })
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  const timer = setTimeout(() => killGroup(child), timeoutMs)
  const [code] = await once(child, 'close')
  clearTimeout(timer)
  running.delete(child)
  return { code: typeof code === 'number' ? code : null, stdout, stderr }
}

/** Settings of a fresh installation: an empty folder, free ports, known secrets, the database of this run. */
export async function freshSettings(): Promise<{ env: Record<string, string>; remove(): Promise<void> }> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'tollgate-test-'))
  const [dashboardPort, gatewayPort, demoPort] = await freePorts(3)
  const database = databaseKind === 'postgres' ? await freshPostgres() : undefined
  return {
    env: {
      TOLLGATE_DATA_DIR: dataDir,
      TOLLGATE_HOST: '127.0.0.1',
      TOLLGATE_DASHBOARD_PORT: String(dashboardPort),
      TOLLGATE_GATEWAY_PORT: String(gatewayPort),
      TOLLGATE_DEMO_PORT: String(demoPort),
      TOLLGATE_WORKERS: '2',
      TOLLGATE_DASHBOARD: 'off',
      // A first start looks at 120 MB of Node; the suite starts a hundred times.
      TOLLGATE_UNVERIFIED_NODE: '1',
      TOLLGATE_ADMIN_SECRET: randomBytes(16).toString('hex'),
      TOLLGATE_GATEWAY_SECRET: randomBytes(16).toString('hex'),
      ...(database && { TOLLGATE_DATABASE_URL: database.url }),
    },
    async remove() {
      await rm(dataDir, { recursive: true, force: true })
      await database?.drop()
    },
  }
}

/** Starts the program on an empty folder and waits until both ports answer. */
export async function startServer(extra: Readonly<Record<string, string>> = {}): Promise<Server> {
  const settings = await freshSettings()
  try {
    return await launch({ ...settings.env, ...extra }, settings.remove)
  } catch (error) {
    await settings.remove()
    throw error
  }
}

/** Starts the program with exactly these settings. */
export async function launch(
  env: Readonly<Record<string, string>>,
  remove: () => Promise<void>,
): Promise<Server> {
  const child = spawn(process.execPath, ['server/src/main.ts', 'start'], {
    cwd: repository,
    env: childEnv(env),
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.add(child)
  let output = ''
  const gather = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-outputLimit)
  }
  child.stdout.on('data', gather)
  child.stderr.on('data', gather)
  const ended = once(child, 'close').then(([code]) => {
    running.delete(child)
    return typeof code === 'number' ? code : -1
  })
  const setting = (name: string) => env[name] ?? ''
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
    return ended
  }
  const server: Server = {
    dashboard: { host: '127.0.0.1', port: Number(setting('TOLLGATE_DASHBOARD_PORT')) },
    gateway: { host: '127.0.0.1', port: Number(setting('TOLLGATE_GATEWAY_PORT')) },
    adminSecret: setting('TOLLGATE_ADMIN_SECRET'),
    gatewaySecret: setting('TOLLGATE_GATEWAY_SECRET'),
    dataDir: setting('TOLLGATE_DATA_DIR'),
    env,
    pid: child.pid ?? -1,
    output: () => output,
    stop,
    async kill9() {
      killGroup(child)
      await ended
    },
    async restart() {
      await stop()
      return launch(env, remove)
    },
    async dispose() {
      const timer = setTimeout(() => killGroup(child), 15_000)
      await stop()
      clearTimeout(timer)
      await remove()
    },
  }
  try {
    await untilReady(server, ended)
  } catch (error) {
    killGroup(child)
    throw error
  }
  return server
}

async function untilReady(server: Server, ended: Promise<number>): Promise<void> {
  const over = ended.then((code) => ({ code }))
  const deadline = Date.now() + startTimeoutMs
  while (Date.now() < deadline) {
    const state = await Promise.race([over, answers(server)])
    if (typeof state === 'object')
      throw new Error(`the program ended with ${state.code}:\n${server.output()}`)
    if (state) return
    await sleep(25)
  }
  throw new Error(`the program is not ready after ${startTimeoutMs} ms:\n${server.output()}`)
}

async function answers(server: Server): Promise<boolean> {
  try {
    const hello = await send(server.dashboard, { path: '/hello' }, false)
    if (hello.status !== 200) return false
    // A gateway that speaks TLS is there before the dashboard's port is.
    if (server.env.TOLLGATE_TLS_CERT_FILE !== undefined) return true
    return (await send(server.gateway, { path: '/ready' }, false)).status === 200
  } catch {
    return false
  }
}
