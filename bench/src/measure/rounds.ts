import os from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Contender } from '../contenders/contender.ts'
import { closedLoop } from '../load/wrk.ts'
import type { Workload } from '../workloads.ts'
import { assertOursHeld } from './ours.ts'
import { type CpuTimes, cpuTimes, machineTimes } from './proc.ts'
import { type Estimate, estimate, median, seededRandom, shuffled } from './statistics.ts'

/** The processor that contenders have to themselves, and that of generator and upstream. */
export const contenderCpu = 0
export const loadCpu = 1

/** More of a processor's time than that by anybody else, or taken by the hypervisor, and a pair is measured again. */
const disturbedByOthers = 0.2
const disturbedBySteal = 0.01

/** Rounds at most, for each that is asked. */
const mostRounds = 1.25

/** One contender under load for a moment. Times in microseconds of processor per request, all threads. */
export type Sample = {
  readonly perSecond: number
  readonly cpu: number
  readonly user: number
  readonly system: number
  /** Those of `cpu` that the gateway's worker threads used; all of it where there are none. */
  readonly workers: number
  /** Processors' worth of time that neither contender nor load used, as far as it is known. */
  readonly others: number
  /** Share of the time that the hypervisor took. */
  readonly stolen: number
  /** Of the contender's connections under load; empty when none failed. */
  readonly socketErrors: string
}

/** How a section measures. */
export type Plan = {
  readonly contenders: readonly Contender[]
  readonly workload: Workload
  /** Counted rounds; one more is run before and thrown away. */
  readonly rounds: number
  readonly seconds: number
  readonly connections: number
  readonly upstream: Contender
  readonly folder: string
  /** Processors of the generator. */
  readonly loadCpus?: string
}

/** Samples of all contenders, round by round, and how many rounds were disturbed and yet had to be taken. */
export type Rounds = {
  readonly samples: ReadonlyMap<string, readonly Sample[]>
  readonly rounds: number
  readonly disturbed: number
  readonly loadAverage: number
  /** Connections of others that failed, in words; such a round counts as disturbed. */
  readonly failures: readonly string[]
}

const random = seededRandom(20260101)

/**
 * Measures all contenders, one after the other in an order of chance, as often as asked. A disturbed round is run again,
 * but not more than a quarter as many again; when quiet ones are too few, disturbed ones count, and are told.
 */
export async function measureRounds(plan: Plan): Promise<Rounds> {
  const quiet: Sample[][] = []
  const noisy: Sample[][] = []
  const failures: string[] = []
  for (let round = 0; round <= plan.rounds * mostRounds && quiet.length < plan.rounds; round++) {
    await untilQuiet()
    const byName = new Map<string, Sample>()
    for (const contender of shuffled(plan.contenders, random)) {
      try {
        const sample = await measure(contender, plan)
        byName.set(contender.name, sample)
        assertOursHeld(contender, sample)
        if (sample.socketErrors !== '')
          failures.push(`${contender.name}, ${plan.workload.name}: ${sample.socketErrors}`)
      } catch (cause) {
        throw new Error(`${contender.name} failed; its log ends: ${contender.said?.() ?? 'not kept'}`, {
          cause,
        })
      }
    }
    if (round === 0) continue
    const row = plan.contenders.flatMap(({ name }) => byName.get(name) ?? [])
    const isDisturbed = row.some(
      ({ others, stolen, socketErrors }) =>
        others > disturbedByOthers || stolen > disturbedBySteal || socketErrors !== '',
    )
    ;(isDisturbed ? noisy : quiet).push(row)
  }
  const rows = [...quiet, ...noisy.slice(0, plan.rounds - quiet.length)]
  return {
    samples: new Map(
      plan.contenders.map(({ name }, place) => [name, rows.flatMap((row) => row[place] ?? [])] as const),
    ),
    rounds: rows.length,
    disturbed: rows.length - quiet.length,
    failures,
    loadAverage: os.loadavg()[0] ?? Number.NaN,
  }
}

/** Seconds that a whole run may wait for others to be done. */
const patienceSeconds = 30
let waitedSeconds = 0
const glanceMs = 150

/** Waits while others are busy, but in a whole run not longer than its patience. */
async function untilQuiet(): Promise<void> {
  while (waitedSeconds < patienceSeconds) {
    const before = machineTimes()
    const startedAt = performance.now()
    await sleep(glanceMs)
    const ms = performance.now() - startedAt
    if ((sum(machineTimes().busy) - sum(before.busy)) / (ms * 1e6) <= disturbedByOthers) return
    waitedSeconds += ms / 1000
  }
}

async function measure(contender: Contender, plan: Plan): Promise<Sample> {
  const headers = plan.workload.limited ? (contender.limitedHeaders ?? contender.headers) : contender.headers
  const machineBefore = machineTimes()
  const upstreamBefore = cpuTimes(plan.upstream.pids)
  const before = cpuTimes(contender.pids)
  const startedAt = performance.now()
  const { requests, seconds, cpuNanos, socketErrors } = await closedLoop({
    port: contender.port,
    workload: limitedPath(contender, plan.workload),
    headers,
    connections: plan.connections,
    seconds: plan.seconds,
    folder: plan.folder,
    cpus: plan.loadCpus ?? String(loadCpu),
  })
  const nanos = (performance.now() - startedAt) * 1e6
  const after = cpuTimes(contender.pids)
  const upstream = cpuTimes(plan.upstream.pids).nanos - upstreamBefore.nanos
  const machine = machineTimes()
  const busy = machine.busy.map((now, cpu) => now - (machineBefore.busy[cpu] ?? 0))
  const used = after.nanos - before.nanos
  const user = after.userTicks - before.userTicks
  const system = after.systemTicks - before.systemTicks
  const cpu = used / 1000 / requests
  return {
    perSecond: requests / seconds,
    cpu,
    user: (cpu * user) / (user + system),
    system: (cpu * system) / (user + system),
    workers: workerNanos(before, after) / 1000 / requests,
    others: (sum(busy) - used - upstream - cpuNanos) / nanos,
    socketErrors,
    stolen: (machine.stolen - machineBefore.stolen) / (machine.all - machineBefore.all),
  }
}

/** nginx limits by place, not by key. */
function limitedPath(contender: Contender, workload: Workload): Workload {
  if (!workload.limited || contender.name !== 'nginx') return workload
  return { ...workload, path: workload.path.replace('/bench/', '/limited/') }
}

function workerNanos(before: CpuTimes, after: CpuTimes): number {
  const workers = [...after.byThread].filter(([name]) => name.startsWith('gateway-'))
  if (workers.length === 0) return after.nanos - before.nanos
  return sum(workers.map(([name, nanos]) => nanos - (before.byThread.get(name) ?? 0)))
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

/** The median of one figure of a contender. */
export function figure({ samples }: Rounds, name: string, of: (sample: Sample) => number): number {
  return median((samples.get(name) ?? []).map(of))
}

/** The median of the differences or ratios of two contenders, pair by pair. */
export function pairwise(
  { samples }: Rounds,
  [name, base]: readonly [string, string],
  of: (sample: Sample, base: Sample) => number,
): Estimate {
  const bases = samples.get(base) ?? []
  const pairs = (samples.get(name) ?? []).flatMap((sample, round) => {
    const other = bases[round]
    return other === undefined ? [] : [of(sample, other)]
  })
  return estimate(pairs, random)
}
