import { parseArgs } from 'node:util'
import { residentMiB } from '../support/memory.ts'
import { startMicroProxy } from '../support/micro-proxy.ts'
import { fuzz } from './fuzz.ts'
import { knownFindings } from './known-findings.ts'
import { NginxReference } from './nginx-reference.ts'
import { NodeReference } from './node-reference.ts'
import { TaggingUpstream } from './tagging-upstream.ts'

/**
 * The long form of the differential fuzz: `node tests/fuzz/run.ts --minutes 60 --seed 1 [--nginx]`. Each minute has a
 * seed of its own, which is printed, so that any of them can be run again alone. Ends with 1 when something failed.
 */
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    nginx: { type: 'boolean', default: false },
  },
})

/**
 * What is alive may grow so much after the first minute, MiB, whatever the length of the run. (Resident memory, which is told
 * beside it, grows and shrinks with the garbage that waits for its collection.)
 */
const maxGrowthMiB = 8

const print = (line: string) => process.stdout.write(`${line}\n`)
const upstream = await new TaggingUpstream().start()
const node = await new NodeReference().start()
const nginx = values.nginx ? await NginxReference.start() : undefined
const proxy = await startMicroProxy(upstream.port)
const minutes = Number(values.minutes)
const findings = new Map<string, { count: number; example: string }>()
let failed = 0
let firstMiB = 0
for (let minute = 0; minute < minutes; minute++) {
  const seed = Number(values.seed) + minute * 1_000_000
  const report = await fuzz({
    port: proxy.port,
    upstream,
    seed,
    until: { ms: Math.min(60_000, (minutes - minute) * 60_000) },
    concurrency: 32,
    readers: { node, ...(nginx && { nginx }) },
    isAlive: proxy.isAlive,
  })
  const resident = await residentMiB(proxy.pid)
  const memory = await proxy.liveMiB()
  if (minute < 1) firstMiB = memory
  print(
    `seed ${seed}: ${report.streams} streams, ${report.accepted} requests accepted, ${report.lost} lost, ${memory.toFixed(1)} MiB alive, ${Math.round(resident)} MiB resident, ${report.failures.length} failures`,
  )
  for (const failure of report.failures) print(`FAILED ${failure}`)
  failed += report.failures.length
  for (const [key, { count, example }] of report.findings) {
    const known = findings.get(key)
    if (known === undefined && !knownFindings.has(key)) print(`UNKNOWN ${key}: ${example}`)
    findings.set(key, { count: (known?.count ?? 0) + count, example: known?.example ?? example })
  }
  if (memory - firstMiB > maxGrowthMiB) {
    failed++
    print(`FAILED: memory grew from ${firstMiB.toFixed(1)} to ${memory.toFixed(1)} MiB`)
  }
}
for (const [key, { count, example }] of findings) {
  print(`${key}, ${count} times: ${knownFindings.get(key) ?? `UNKNOWN: ${example}`}`)
  // nginx is compared by eye: it takes a dialect of its own.
  if (!knownFindings.has(key) && !key.includes('nginx')) failed++
}
await proxy.stop()
await nginx?.stop()
await node.stop()
await upstream.stop()
process.exitCode = failed > 0 ? 1 : 0
