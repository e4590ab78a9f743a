import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import os, { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from './contenders/contender.ts'
import { cpuSeconds, residentKiB } from './measure/proc.ts'
import { pinned } from './pin.ts'

/** Of whatever machine. */
const allCpus = `0-${os.cpus().length - 1}`
const repository = path.resolve(import.meta.dirname, '../..')

/** The program under measurement, in a process of its own on an empty folder. */
export type Program = {
  readonly pid: number
  readonly dashboardPort: number
  readonly gatewayPort: number
  readonly adminSecret: string
  /** Resident memory, MiB. */
  residentMiB(): number
  /** Processor time used so far, user and system, seconds. */
  cpuSeconds(): number
  stop(): Promise<void>
  /** The end of its log. */
  said(): string
  /** What Node wrote to the program's output so far; with `--trace-gc`, a line for each collection. */
  output(): string
}

/** Which program is started, and how. */
export type ProgramOptions = {
  /** Processors to run on, as taskset takes them; all of them when left out. */
  readonly cpus?: string
  /** Root of the checkout that is run; this one when left out. */
  readonly checkout?: string
  /** Flags of Node. */
  readonly flags?: readonly string[]
}

/**
 * Starts the program with embedded SQLite and waits until both ports answer.
 * @param settings of its environment
 */
export async function startProgram(
  settings: Readonly<Record<string, string>> = {},
  { cpus = allCpus, checkout = repository, flags = [] }: ProgramOptions = {},
): Promise<Program> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'tollgate-bench-'))
  const [dashboardPort, gatewayPort, demoPort] = [await freePort(), await freePort(), await freePort()]
  const adminSecret = randomBytes(16).toString('hex')
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('TOLLGATE_'))
  const command = [process.execPath, ...flags, 'server/src/main.ts', 'start']
  // A line for each refusal: to a file, as others write theirs, not to a terminal.
  const logFile = path.join(dataDir, 'bench.log')
  const log = openSync(logFile, 'w')
  const outputFile = path.join(dataDir, 'output.log')
  const output = openSync(outputFile, 'w')
  const child = spawn(...pinned(cpus, command), {
    cwd: checkout,
    env: {
      ...Object.fromEntries(inherited),
      TOLLGATE_DATA_DIR: dataDir,
      TOLLGATE_DASHBOARD_PORT: String(dashboardPort),
      TOLLGATE_GATEWAY_PORT: String(gatewayPort),
      TOLLGATE_DEMO_PORT: String(demoPort),
      TOLLGATE_DASHBOARD: 'off',
      TOLLGATE_ADMIN_SECRET: adminSecret,
      ...settings,
    },
    stdio: ['ignore', output, log],
  })
  closeSync(log)
  closeSync(output)
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
    if (child.exitCode !== null) throw new Error(`the program ended with ${child.exitCode}: ${tail(logFile)}`)
    if ((await answers(dashboardPort, '/hello')) && (await answers(gatewayPort, '/ready'))) {
      return {
        pid,
        dashboardPort,
        gatewayPort,
        adminSecret,
        residentMiB: () => residentKiB([pid]) / 1024,
        cpuSeconds: () => cpuSeconds(pid),
        stop,
        said: () => tail(logFile),
        output: () => readFileSync(outputFile, 'utf8'),
      }
    }
    await sleep(50)
  }
  const said = tail(logFile)
  await stop()
  throw new Error(`the program is not ready after 20 s: ${said}`)
}

/** The last lines of a log. */
function tail(file: string): string {
  return readFileSync(file, 'utf8').slice(-2_000)
}

async function answers(port: number, at: string): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}${at}`)).ok
  } catch {
    return false
  }
}
