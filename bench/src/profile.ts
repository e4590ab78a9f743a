/**
 * Where a gateway worker spends its time: runs one workload through the real program with the processor profiler on, and
 * prints the functions with the most time of their own. Usage: profile [workload, default W1] [keyless] [seconds=N]
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startUpstream } from './contenders/nginx.ts'
import { startTollgate } from './contenders/tollgate.ts'
import { closedLoop } from './load/wrk.ts'
import { assertOursHeld } from './measure/ours.ts'
import { cpuTimes } from './measure/proc.ts'
import { contenderCpu, loadCpu } from './measure/rounds.ts'
import { table } from './report.ts'
import { activeConnections } from './sections/setting.ts'
import { installTools } from './tools.ts'
import { plain, workloads } from './workloads.ts'

/** As V8 writes it. */
type CpuProfile = {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }
    readonly positionTicks?: readonly { readonly line: number; readonly ticks: number }[]
  }[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

const repository = path.resolve(import.meta.dirname, '../..')
const intervalMicros = 250
const rowsShown = 40
const options = process.argv.slice(2)
const workload = [plain, ...workloads].find(({ name }) => options.includes(name)) ?? workloads[0] ?? plain
const chain = !options.includes('keyless')
const seconds = Number(options.find((option) => option.startsWith('seconds='))?.slice(8) ?? 6)

/** Time of their own of all functions in the profile's last seconds, microseconds, the most first; idle time left out. */
function selfTimes(profile: CpuProfile, lastSeconds: number): { what: string; micros: number }[] {
  const byId = new Map(profile.nodes.map((node) => [node.id, node] as const))
  const times = new Map<string, number>()
  const whole = profile.timeDeltas.reduce((sum, delta) => sum + delta, 0)
  let at = 0
  profile.samples.forEach((id, index) => {
    at += profile.timeDeltas[index] ?? 0
    if (at < whole - lastSeconds * 1e6) return
    const node = byId.get(id)
    if (node === undefined || node.callFrame.functionName === '(idle)') return
    const { functionName, url, lineNumber } = node.callFrame
    const file = url.replace(`file://${repository}/`, '')
    const what = `${functionName || '(anonymous)'} ${file === '' ? '' : `${file}:${lineNumber + 1}`}`
    times.set(what, (times.get(what) ?? 0) + (profile.timeDeltas[index] ?? 0))
  })
  return [...times]
    .map(([what, micros]) => ({ what, micros }))
    .sort((one, other) => other.micros - one.micros)
}

/** The profile of the gateway's worker: the one in which the engine's server ran. */
function workerProfile(folder: string): CpuProfile {
  const profiles = readdirSync(folder)
    .filter((file) => file.endsWith('.cpuprofile'))
    .map((file): CpuProfile => JSON.parse(readFileSync(path.join(folder, file), 'utf8')))
  const worker = profiles.find(({ nodes }) =>
    nodes.some(({ callFrame }) => callFrame.url.endsWith('http1/src/connection/client-connection.ts')),
  )
  if (worker === undefined) throw new Error(`no profile of a worker in ${folder}`)
  return worker
}

await installTools((text) => process.stdout.write(`${text}\n`))
const folder = mkdtempSync(path.join(tmpdir(), 'tollgate-profile-'))
const upstream = await startUpstream({ folder, cpus: String(loadCpu) })
try {
  const around = { upstreamPort: upstream.port, folder, cpus: String(contenderCpu) }
  const profiler = `--cpu-prof --cpu-prof-interval=${intervalMicros} --cpu-prof-dir=${folder}`
  const name = chain ? 'whole chain' : 'keyless'
  const settings = { NODE_OPTIONS: profiler }
  const gate = await startTollgate(around, { name, chain, workers: 1, settings })
  const load = {
    ...{ port: gate.port, workload, folder, cpus: String(loadCpu), connections: activeConnections },
    headers: (workload.limited ? gate.limitedHeaders : undefined) ?? gate.headers,
  }
  await closedLoop({ ...load, seconds: 1 })
  const before = cpuTimes(gate.pids)
  const count = await closedLoop({ ...load, seconds })
  assertOursHeld(gate, count)
  const { requests } = count
  const after = cpuTimes(gate.pids)
  const loadEnd = performance.now()
  await gate.stop()
  const stopSeconds = (performance.now() - loadEnd) / 1000
  const threads = [...after.byThread]
    .map(([thread, nanos]) => ({ thread, micros: (nanos - (before.byThread.get(thread) ?? 0)) / 1000 }))
    .filter(({ micros }) => micros / requests >= 0.05)
    .sort((one, other) => other.micros - one.micros)
  const times = selfTimes(workerProfile(folder), seconds + stopSeconds)
  const all = times.reduce((sum, { micros }) => sum + micros, 0)
  process.stdout.write(`${workload.name} (${workload.what}), ${name}, ${requests} requests, profiler on\n\n`)
  process.stdout.write(
    `${table(
      ['thread', 'CPU us per request'],
      threads.map(({ thread, micros }) => [thread, (micros / requests).toFixed(2)]),
    )}\n`,
  )
  process.stdout.write(
    table(
      ['share of the worker', 'function'],
      times
        .slice(0, rowsShown)
        .map(({ what, micros }) => [`${((micros / all) * 100).toFixed(1)} %`, what.replaceAll('|', '\\|')]),
    ),
  )
} finally {
  await upstream.stop()
  rmSync(folder, { recursive: true, force: true })
}
