import { cpuRatio, near, ranged, speedRatio } from './figures.ts'
import { figure, pairwise, type Rounds, type Sample } from './measure/rounds.ts'
import type { Results } from './measured.ts'
import { mustTable } from './must-reach.ts'
import { table, writeReport } from './report.ts'
import type { IdleResult } from './sections/idle.ts'
import type { LatencyResult } from './sections/latency.ts'
import type { PlainResult } from './sections/plain.ts'
import { type ScalingResult, scalingConnections } from './sections/scaling.ts'
import { activeConnections, names } from './sections/setting.ts'
import type { WorkloadResult } from './sections/workloads.ts'
import { toolVersions } from './tools.ts'

const cpu = ({ cpu: each }: Sample) => each
/** Writes RESULTS.md. */
export function writeResults(results: Results): void {
  const { share, minutes } = results
  const parts = [
    mustTable(results),
    contenderTable(results.plain),
    latencyTable(results.latency),
    workloadTable(results.workloads),
    idleTable(results.idle),
    scalingTable(results.scaling),
    howText(),
  ]
  const trial = share < 1 ? `**A trial with ${share} of the usual time: do not quote it.**\n\n` : ''
  const noisy = isNoisy(results) ? noisyText : ''
  writeReport('RESULTS.md', 'The gate beside others', trial + noisy + parts.join('\n'), [
    `Beside us: ${toolVersions()}`,
    `Took: ${minutes.toFixed(1)} minutes`,
    `Quiet: ${quietness(results)}`,
    `Connections that failed: none of ours (the run would have ended there); of others: ${failures(results)}`,
  ])
}

const noisyText = `**The machine was not quiet: whatever is told in time (requests a second, the open loop, ratios of speed) shows others'
work as well as ours, and is not to be quoted. Processor time per request suffers less.**

`

const allRounds = ({ plain, workloads, scaling }: Results): readonly Rounds[] => [
  plain.rounds,
  ...workloads.map(({ rounds }) => rounds),
  scaling.rounds,
]

function failures(results: Results): string {
  const all = allRounds(results).flatMap((rounds) => rounds.failures)
  return all.length === 0 ? 'none' : all.join('; ')
}

function isNoisy(results: Results): boolean {
  const all = allRounds(results)
  const sum = (of: (rounds: Rounds) => number) => all.reduce((total, rounds) => total + of(rounds), 0)
  return sum(({ disturbed }) => disturbed) > sum(({ rounds }) => rounds) / 2
}

function quietness(results: Results): string {
  const all = allRounds(results)
  const samples = all.flatMap(({ samples: byName }) => [...byName.values()].flat())
  const disturbed = all.reduce((sum, rounds) => sum + rounds.disturbed, 0)
  const counted = all.reduce((sum, { rounds }) => sum + rounds, 0)
  const stolen = samples.reduce((sum, sample) => sum + sample.stolen, 0) / samples.length
  const others = samples.reduce((sum, sample) => sum + sample.others, 0) / samples.length
  const loads = all.map(({ loadAverage }) => loadAverage)
  return [
    `${disturbed} of the ${counted} rounds counted were disturbed by others (over 0.2 processors) or by steal (over 1 %)`,
    `mean of others ${others.toFixed(2)} processors, of steal ${(stolen * 100).toFixed(2)} %`,
    `load average ${near(Math.min(...loads), 1)}-${near(Math.max(...loads), 1)}, ours included`,
  ].join('; ')
}

function contenderTable({ rounds, resident }: PlainResult): string {
  const rows = [...rounds.samples.keys()].map((name) => [
    name,
    near(figure(rounds, name, cpu), 1),
    near(
      figure(rounds, name, ({ user }) => user),
      1,
    ),
    near(
      figure(rounds, name, ({ system }) => system),
      1,
    ),
    near(
      figure(rounds, name, ({ workers }) => workers),
      1,
    ),
    ranged(pairwise(rounds, [name, names.nginx], cpuRatio), 2),
    Math.round(figure(rounds, name, ({ perSecond }) => perSecond)),
    ranged(pairwise(rounds, [name, names.nginx], speedRatio), 2),
    near((resident.get(name) ?? Number.NaN) / 1024, 0),
  ])
  const head = [
    'contender',
    'CPU us',
    'user',
    'system',
    'of it in workers',
    'CPU to nginx',
    'per second',
    'speed to nginx',
    'MiB',
  ]
  return `## The plain request: GET, ~110 B reply, ${activeConnections} connections\n\n${table(head, rows)}
CPU is that of the contender's whole process, all threads: for us with the control plane, the garbage collector and the
compiler. "Of it in workers" is what the gateway's worker threads alone used. MiB is resident memory after the run.
`
}

function latencyTable({ points, added }: LatencyResult): string {
  const rows = points.map(({ name, share, perSecond, times }) => [
    name,
    `${share * 100} %`,
    perSecond,
    near(times.p50, 0),
    near(times.p99, 0),
    near(times.p999, 0),
    near(times.generatorShare, 2),
  ])
  const head = ['contender', 'load', 'per second', 'p50 us', 'p99 us', 'p99.9 us', 'generator']
  const addedRows = added.by.map(({ name, p50, p99 }) => [name, ranged(p50, 0), ranged(p99, 0)])
  return `## Times in an open loop

The generator has processor 1 to itself, and the upstream shares processor 0 with whoever is measured: what is told of a gate is
thus an upper bound, and its maximum is that of gate and upstream on one processor.

What is added to the time of the upstream alone (p50 ${near(added.direct.p50, 0)} us, p99 ${near(added.direct.p99, 0)} us), all at ${added.perSecond} requests
a second, half of what our whole chain answers at most; medians of the differences, run by run.

${table(['contender', 'added to p50, us', 'added to p99, us'], addedRows)}
Each at shares of its own maximum; generator is the share of its processor that the generator used.

${table(head, rows)}`
}

function workloadTable(results: readonly WorkloadResult[]): string {
  const rows = results.flatMap(({ workload, rounds }) =>
    [...rounds.samples.keys()].map((name, place) => [
      place === 0 ? `${workload.name}: ${workload.what}` : '',
      name,
      near(figure(rounds, name, cpu), 1),
      near(
        figure(rounds, name, ({ user }) => user),
        1,
      ),
      near(
        figure(rounds, name, ({ system }) => system),
        1,
      ),
      ranged(pairwise(rounds, [name, names.nginx], cpuRatio), 2),
      Math.round(figure(rounds, name, ({ perSecond }) => perSecond)),
      ranged(pairwise(rounds, [name, names.nginx], speedRatio), 2),
    ]),
  )
  const head = [
    'workload',
    'contender',
    'CPU us',
    'user',
    'system',
    'CPU to nginx',
    'per second',
    'speed to nginx',
  ]
  return `## Workloads\n\n${table(head, rows)}
In W8 nginx limits by \`limit_req\`, the others by the key's rate; nginx and we write a log line for each refusal, nginx +
Lua writes none.
`
}

function idleTable(results: readonly IdleResult[]): string {
  const rows = results.map(({ name, before, after, each }) => [
    name,
    near(before / 1024, 1),
    near(after / 1024, 1),
    near(each, 2),
  ])
  return `## Memory of 10,000 idle keep-alive connections\n\n${table(['contender', 'MiB before', 'MiB with them', 'KiB each'], rows)}
Resident memory of the process, one request answered on each connection; the kernel's buffers are not in it.
`
}

function scalingTable({ rounds, names: [one, two] }: ScalingResult): string {
  const rows = [one, two].map((name) => [
    name,
    Math.round(figure(rounds, name, ({ perSecond }) => perSecond)),
    near(figure(rounds, name, cpu), 1),
  ])
  const speed = pairwise(rounds, [two, one], speedRatio)
  const cost = pairwise(rounds, [one, two], cpuRatio)
  return `## Two workers against one, ${scalingConnections} connections\n\n${table(['program', 'per second', 'CPU us'], rows)}
Two workers answer ${ranged(speed, 2)} times as many requests, with generator and upstream on the same two processors: this
machine has no core free for the load, so the goal cannot be seen directly. A request costs one worker
${ranged(cost, 2)} times what it costs two: at 1 or more, nothing is lost by sharing the port.
`
}

function howText(): string {
  return `## How it was measured

- \`npm run bench\` runs all of it. Each contender has one process or one worker, pinned to processor 0; the upstream (nginx,
  answers from memory) and the generator are on processor 1.
- CPU per request: processor time of the contender's process by schedstat, all threads, over the requests that wrk counted,
  as many as are answered in the time of a round; user and system are split as /proc says. Contenders take turns, in an order of
  chance in every round; the first round is thrown away. A ratio is the median of the rounds' own ratios, with the interval
  in which 95 % of its bootstrap samples lie.
- Disturbed rounds are run again, but at most a quarter as many again; when the quiet ones are too few, disturbed ones
  count, and are told at the top.
- The open loop sends by a fixed schedule; a time is counted from the moment at which the request was to be sent. Our own
  generator (bench/src/load) looks at its sockets at least every 50 us; direct and through the contender alike.
- nginx + Lua does by hand what the whole chain does: key, right, rate, counting quota, counters, all in shared memory.
- One key is used: the hot one is in every cache.
`
}
