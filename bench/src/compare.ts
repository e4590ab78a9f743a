/**
 * This checkout beside an older one (and nginx), interleaved on one machine: processor time and allocated bytes per
 * request. Writes bench/results/compare.md. Usage: compare <root of the other checkout> [share of the usual time]
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Contender, Surroundings } from './contenders/contender.ts'
import { nginxPlain, startUpstream } from './contenders/nginx.ts'
import { type OwnContender, startTollgate } from './contenders/tollgate.ts'
import { closedLoop } from './load/wrk.ts'
import { allocatedBytes } from './measure/allocation.ts'
import { contenderCpu, figure, loadCpu, measureRounds, pairwise, type Rounds } from './measure/rounds.ts'
import { table, writeReport } from './report.ts'
import { warm } from './sections/plain.ts'
import { activeConnections, roundsFor, type Setting } from './sections/setting.ts'
import { installTools } from './tools.ts'
import { plain } from './workloads.ts'

/** What an API asks of the gate. */
type Kind = {
  readonly name: string
  readonly chain: boolean
  readonly definition?: Readonly<Record<string, unknown>>
}

const sampleSeconds = 0.9
const allocationSeconds = 3
const ruleCount = 200

const kinds: readonly Kind[] = [
  { name: 'keyless', chain: false },
  { name: 'whole chain', chain: true },
  { name: 'header edits, credential stripped', chain: true, definition: headerEdits() },
  { name: `${ruleCount} endpoint rules of six kinds`, chain: true, definition: endpointRules() },
]

const [other, shareText = '1'] = process.argv.slice(2)
if (other === undefined)
  throw new Error('usage: npm run bench compare -- <root of the other checkout> [share]')
const share = Number(shareText)
const say = (text: string) => process.stdout.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`)

await installTools(say)
const folder = mkdtempSync(path.join(tmpdir(), 'tollgate-compare-'))
const running: Contender[] = []
try {
  const upstream = await startUpstream({ folder, cpus: String(loadCpu) })
  running.push(upstream)
  const around: Surroundings = { upstreamPort: upstream.port, folder, cpus: String(contenderCpu) }
  const nginx = await nginxPlain(around)
  running.push(nginx)
  const ours: OwnContender[] = []
  for (const kind of kinds)
    for (const [age, checkout] of [
      ['before', path.resolve(other)],
      ['after', undefined],
    ] as const)
      ours.push(await start(around, kind, age, checkout))
  const contenders = [nginx, ...ours]
  const setting: Setting = { contenders, named: () => nginx, upstream, folder, share, say }
  for (const contender of contenders) await warm(contender, setting)
  say('processor time')
  const rounds = await measureRounds({
    ...setting,
    workload: plain,
    rounds: roundsFor(share),
    seconds: Math.max(0.3, sampleSeconds * share),
    connections: activeConnections,
  })
  say('allocation')
  const bytes = new Map<string, number>()
  for (const contender of ours) bytes.set(contender.name, await allocationOf(contender))
  report(rounds, bytes)
} finally {
  for (const contender of running.reverse()) await contender.stop()
  rmSync(folder, { recursive: true, force: true })
}

async function start(
  around: Surroundings,
  kind: Kind,
  age: string,
  checkout: string | undefined,
): Promise<OwnContender> {
  const contender = await startTollgate(around, {
    ...kind,
    name: `${kind.name}, ${age}`,
    workers: 1,
    program: { flags: ['--trace-gc'], ...(checkout !== undefined && { checkout }) },
  })
  running.push(contender)
  return contender
}

/** Bytes per request, over a few seconds of plain requests. */
async function allocationOf(contender: OwnContender): Promise<number> {
  const before = contender.output().length
  const { requests } = await closedLoop({
    ...contender,
    workload: plain,
    connections: activeConnections,
    seconds: Math.max(1, allocationSeconds * share),
    folder,
    cpus: String(loadCpu),
  })
  return allocatedBytes(contender.output().slice(before)) / requests
}

function report(rounds: Rounds, bytes: ReadonlyMap<string, number>): void {
  const rows = kinds.map(({ name }) => {
    const [before, after] = [`${name}, before`, `${name}, after`]
    const ratio = pairwise(rounds, [after, before], (sample, base) => sample.cpu / base.cpu)
    const toNginx = pairwise(rounds, [after, 'nginx'], (sample, base) => sample.cpu / base.cpu)
    const cpu = (contender: string) => figure(rounds, contender, (sample) => sample.cpu).toFixed(1)
    const allocated = (contender: string) => Math.round(bytes.get(contender) ?? Number.NaN)
    return [
      name,
      cpu(before),
      cpu(after),
      `${ratio.median.toFixed(3)} (${ratio.low.toFixed(2)}-${ratio.high.toFixed(2)})`,
      `${toNginx.median.toFixed(2)} (${toNginx.low.toFixed(2)}-${toNginx.high.toFixed(2)})`,
      allocated(before),
      allocated(after),
    ]
  })
  const head = [
    'API',
    'before, us',
    'after, us',
    'after / before',
    'after / nginx',
    'before, bytes',
    'after, bytes',
  ]
  const rules = pairwise(
    rounds,
    [`${kinds[3]?.name}, after`, `${kinds[1]?.name}, after`],
    (sample, base) => sample.cpu / base.cpu,
  )
  writeReport(
    'results/compare.md',
    'This commit beside an older one',
    `Processor time and allocated heap per request (GET, 110 bytes of reply, ${activeConnections} connections, one worker), medians of
${rounds.rounds} interleaved rounds (${rounds.disturbed} disturbed); ratios pair by pair with the bounds of 95 % of bootstrap samples.

${table(head, rows)}
${ruleCount} endpoint rules against none, this commit: ${rules.median.toFixed(3)} (${rules.low.toFixed(2)}-${rules.high.toFixed(2)}).
`,
  )
}

/** Headers set and removed in both directions, and the credential taken off. */
function headerEdits(): Kind['definition'] {
  return {
    strip_auth_data: true,
    version_data: {
      not_versioned: true,
      versions: {
        Default: {
          name: 'Default',
          global_headers: { 'X-Gate': 'tollgate', 'X-Environment': 'bench' },
          global_headers_remove: ['X-Client-Header-1', 'Accept-Language'],
          global_response_headers: { 'X-Served-By': 'bench' },
          global_response_headers_remove: ['Server'],
        },
      },
    },
  }
}

/** Rules that the request does not match: half of them plain paths, half with a placeholder. */
function endpointRules(): Kind['definition'] {
  const settings: Readonly<Record<string, object>> = {
    black_list: {},
    hard_timeouts: { timeout: 5 },
    size_limits: { size_limit: 100_000 },
    transform_headers: { add_headers: { 'X-Rule': 'yes' } },
    transform_response_headers: { add_headers: { 'X-Rule': 'yes' } },
    request_costs: { cost: 2 },
  }
  const kindNames = Object.keys(settings)
  const extended: Record<string, object[]> = {}
  for (let index = 0; index < ruleCount; index++) {
    const kind = kindNames[index % kindNames.length] ?? ''
    const rulePath = index % 2 === 0 ? `/resource-${index}/items` : `/resource-${index}/items/{id}/parts`
    extended[kind] = [...(extended[kind] ?? []), { path: rulePath, method: 'GET', ...settings[kind] }]
  }
  return {
    version_data: {
      not_versioned: true,
      versions: { Default: { name: 'Default', use_extended_paths: true, extended_paths: extended } },
    },
  }
}
