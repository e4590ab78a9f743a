import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { pinned } from '../pin.ts'

const run = promisify(execFile)

/** What is to be sent, and when. */
export type OpenLoop = {
  readonly port: number
  /** The bytes of each request. */
  readonly request: string
  readonly perSecond: number
  readonly connections: number
  /** At the start, not counted. */
  readonly warmSeconds: number
  readonly seconds: number
}

/** Times from the moment at which each request was to be sent, microseconds. */
export type OpenLoopResult = {
  readonly requests: number
  readonly p50: number
  readonly p99: number
  readonly p999: number
  /** Processor time of the generator as a share of the time that passed: near 1 it measures itself. */
  readonly generatorShare: number
}

/** Sends requests by a fixed schedule, whatever becomes of those before, from a process of its own. */
export async function openLoop(load: OpenLoop, cpus: string): Promise<OpenLoopResult> {
  const generator = path.join(import.meta.dirname, 'open-loop-generator.ts')
  const { stdout } = await run(...pinned(cpus, [process.execPath, generator, JSON.stringify(load)]))
  return JSON.parse(stdout) as OpenLoopResult
}
