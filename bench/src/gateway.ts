/**
 * The gate beside others: processor time per request, requests a second, times at given rates, memory. Writes
 * bench/RESULTS.md. Usage: gateway [share of the usual time, default 1]
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { checkAnswers } from './check-answers.ts'
import type { Contender, Surroundings } from './contenders/contender.ts'
import { haproxy } from './contenders/haproxy.ts'
import { nginxLua, nginxPlain, startUpstream } from './contenders/nginx.ts'
import { fastifyProxy, undiciProxy } from './contenders/node-proxies.ts'
import { tollgateChain, tollgateKeyless } from './contenders/tollgate.ts'
import { contenderCpu, loadCpu } from './measure/rounds.ts'
import { writeResults } from './results.ts'
import { measureIdle } from './sections/idle.ts'
import { measureLatency } from './sections/latency.ts'
import { measurePlain } from './sections/plain.ts'
import { measureScaling } from './sections/scaling.ts'
import type { Setting } from './sections/setting.ts'
import { measureWorkloads } from './sections/workloads.ts'
import { installTools } from './tools.ts'

const share = Number(process.argv[2] ?? 1)
const say = (text: string) => process.stdout.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`)

await installTools(say)
const startedAt = performance.now()
const folder = mkdtempSync(path.join(tmpdir(), 'tollgate-bench-'))
const running: Contender[] = []
try {
  const upstream = await startUpstream({ folder, cpus: String(loadCpu) })
  running.push(upstream)
  const around: Surroundings = { upstreamPort: upstream.port, folder, cpus: String(contenderCpu) }
  const starts = [nginxPlain, haproxy, nginxLua, undiciProxy, fastifyProxy, tollgateKeyless, tollgateChain]
  for (const start of starts) running.push(await start(around))
  const contenders = running.slice(1)
  const named = (name: string): Contender => {
    const found = contenders.find((contender) => contender.name === name)
    if (found === undefined) throw new Error(`no contender named ${name}`)
    return found
  }
  await checkAnswers(contenders)
  const setting: Setting = { contenders, named, upstream, folder, share, say }

  const plain = await measurePlain(setting)
  const latency = await measureLatency(setting)
  const workloads = await measureWorkloads(setting)
  const idle = await measureIdle(setting)
  const scaling = await measureScaling(setting)
  const minutes = (performance.now() - startedAt) / 60_000
  writeResults({ plain, latency, workloads, idle, scaling, minutes, share })
} finally {
  for (const contender of running.reverse()) await contender.stop()
  rmSync(folder, { recursive: true, force: true })
}
