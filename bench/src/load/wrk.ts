import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { pinned } from '../pin.ts'
import type { Workload } from '../workloads.ts'

const run = promisify(execFile)

/** What wrk counted. */
export type Count = {
  readonly requests: number
  readonly seconds: number
  /** Replies that are neither 2xx nor 3xx. */
  readonly refused: number
  /** Processor time of wrk itself, nanoseconds. */
  readonly cpuNanos: number
  /** What wrk tells of connections that failed; empty when none did. Requests that only took long are no failure. */
  readonly socketErrors: string
}

export type ClosedLoop = {
  readonly port: number
  readonly workload: Workload
  readonly headers: readonly string[]
  readonly connections: number
  readonly seconds: number
  /** Where the script of a workload with a body is put. */
  readonly folder: string
  /** Processors to run on, as taskset takes them. */
  readonly cpus: string
}

/**
 * As many requests as are answered, each connection sending the next one when it has the reply.
 * @throws when a reply was not of the kind that the workload is about
 */
export async function closedLoop(load: ClosedLoop): Promise<Count> {
  const { workload, seconds } = load
  const script = workload.body === undefined ? [] : ['-s', scriptFile(load.folder, workload.body)]
  const headers = [...workload.headers, ...load.headers].flatMap((header) => ['-H', header])
  const url = `http://127.0.0.1:${load.port}${workload.path}`
  // wrk takes whole seconds only: the signal ends it as the last of them would.
  const wrk = [
    ...['timeout', '-s', 'INT', `${seconds}`],
    ...['wrk', '-t1', `-c${load.connections}`, '-d60s', ...script, ...headers, url],
  ]
  // `times` of the shell tells what its children used.
  const shell = ['sh', '-c', '"$@"; times', 'sh', ...wrk]
  const { stdout } = await run(...pinned(load.cpus, shell), { maxBuffer: 2 ** 20 })
  return checked(stdout, workload)
}

function scriptFile(folder: string, body: string): string {
  const file = path.join(folder, 'post.lua')
  writeFileSync(
    file,
    `wrk.method = "POST"\nwrk.headers["Content-Type"] = "text/plain"\nwrk.body = "${body}"\n`,
  )
  return file
}

function checked(output: string, workload: Workload): Count {
  const [, requests, seconds, unit] = /(\d+) requests in ([\d.]+)(ms|s|m)/.exec(output) ?? []
  const times = [...output.matchAll(/(\d+)m([\d.]+)s/g)].slice(-2)
  if (requests === undefined || times.length < 2) throw new Error(`wrk said:\n${output}`)
  const failed = /Socket errors: (.*)/.exec(output)?.[1] ?? ''
  const refused = Number(/Non-2xx or 3xx responses: (\d+)/.exec(output)?.[1] ?? 0)
  if (refused > 0 && !workload.mayRefuse) throw new Error(`wrk, ${workload.name}: ${refused} refused`)
  return {
    requests: Number(requests),
    seconds: Number(seconds) * (unit === 'ms' ? 0.001 : unit === 'm' ? 60 : 1),
    refused,
    socketErrors: /^connect 0, read 0, write 0,/.test(failed) ? '' : failed,
    cpuNanos: times.reduce((sum, [, minutes, rest]) => sum + (Number(minutes) * 60 + Number(rest)) * 1e9, 0),
  }
}
