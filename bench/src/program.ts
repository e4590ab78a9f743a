import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const repository = path.resolve(import.meta.dirname, '../..')

/** The program under measurement, in a process of its own on an empty folder. */
export type Program = {
  readonly dashboardPort: number
  readonly gatewayPort: number
  readonly adminSecret: string
  /** Resident memory, MiB. */
  residentMiB(): Promise<number>
  /** Processor time used so far, user and system, seconds. */
  cpuSeconds(): Promise<number>
  stop(): Promise<void>
}

async function freePort(): Promise<number> {
  const server = net.createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as net.AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** Starts the program with embedded SQLite and waits until both ports answer. */
export async function startProgram(settings: Readonly<Record<string, string>> = {}): Promise<Program> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'tollgate-bench-'))
  const [dashboardPort, gatewayPort, demoPort] = [await freePort(), await freePort(), await freePort()]
  const adminSecret = randomBytes(16).toString('hex')
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('TOLLGATE_'))
  const child = spawn(process.execPath, ['server/src/main.ts', 'start'], {
    cwd: repository,
    env: {
      ...Object.fromEntries(inherited),
      TOLLGATE_DATA_DIR: dataDir,
      TOLLGATE_DASHBOARD_PORT: String(dashboardPort),
      TOLLGATE_GATEWAY_PORT: String(gatewayPort),
      TOLLGATE_DEMO_PORT: String(demoPort),
      TOLLGATE_ADMIN_SECRET: adminSecret,
      ...settings,
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const { pid } = child
  if (pid === undefined) throw new Error('the program did not start')
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM')
      await once(child, 'close')
    }
    await rm(dataDir, { recursive: true, force: true })
  }
  for (let tries = 0; tries < 400; tries++) {
    if (child.exitCode !== null) throw new Error(`the program ended with ${child.exitCode}`)
    if ((await answers(dashboardPort, '/hello')) && (await answers(gatewayPort, '/ready'))) {
      return {
        dashboardPort,
        gatewayPort,
        adminSecret,
        residentMiB: () => residentMiB(pid),
        cpuSeconds: () => cpuSeconds(pid),
        stop,
      }
    }
    await sleep(50)
  }
  await stop()
  throw new Error('the program is not ready after 20 s')
}

async function answers(port: number, at: string): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}${at}`)).ok
  } catch {
    return false
  }
}

async function residentMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024
}

/** Clock ticks per second of /proc, which Linux fixes at 100 for all user space. */
const ticksPerSecond = 100

async function cpuSeconds(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8')
  // Fields 14 and 15, counted behind the name, which may hold blanks.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}
