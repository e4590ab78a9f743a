import type { Contender } from '../contenders/contender.ts'
import { type OpenLoopResult, openLoop } from '../load/open-loop.ts'
import { closedLoop } from '../load/wrk.ts'
import { assertOursHeld } from '../measure/ours.ts'
import { contenderCpu, loadCpu } from '../measure/rounds.ts'
import { type Estimate, estimate, median, seededRandom, shuffled } from '../measure/statistics.ts'
import { movePinned } from '../pin.ts'
import { requestBytes } from '../request-bytes.ts'
import { plain } from '../workloads.ts'
import { activeConnections, names, roundsFor, type Setting } from './setting.ts'

/** Of what the contender answers at most. */
const loadShares = [0.3, 0.5, 0.7] as const
/** Each point is measured so often; the median counts. */
const repetitions = 2
const warmSeconds = 0.3
const sampleSeconds = 1
const random = seededRandom(7)

/** Times at one rate. Medians, microseconds. */
export type Point = {
  readonly name: string
  /** Of the contender's own maximum. */
  readonly share: number
  readonly perSecond: number
  readonly times: OpenLoopResult
}

/** What contenders add to the time of the upstream alone, at one rate for all. */
export type Added = {
  readonly perSecond: number
  readonly direct: OpenLoopResult
  readonly by: readonly { readonly name: string; readonly p50: Estimate; readonly p99: Estimate }[]
}

export type LatencyResult = { readonly points: readonly Point[]; readonly added: Added }

/**
 * Measures every contender in an open loop at shares of its own maximum, and what some of them add at half of ours.
 * Meanwhile the upstream is on the contenders' processor: a generator that has to share its own tells its own delays.
 */
export async function measureLatency(setting: Setting): Promise<LatencyResult> {
  movePinned(setting.upstream.pids, String(contenderCpu))
  try {
    return await measureBeside(setting)
  } finally {
    movePinned(setting.upstream.pids, String(loadCpu))
  }
}

async function measureBeside(setting: Setting): Promise<LatencyResult> {
  setting.say('open loop')
  const maxima = new Map<string, number>()
  for (const contender of setting.contenders) maxima.set(contender.name, await maximum(contender, setting))
  const most = (name: string) => maxima.get(name) ?? Number.NaN
  const points: Point[] = []
  for (const share of loadShares) {
    for (const contender of setting.contenders) {
      const perSecond = Math.round(most(contender.name) * share)
      const runs: OpenLoopResult[] = []
      for (let run = 0; run < repetitions; run++)
        runs.push(await measure(contender, perSecond, setting.share))
      points.push({ name: contender.name, share, perSecond, times: middle(runs) })
    }
  }
  setting.say('open loop, beside the upstream alone')
  return { points, added: await measureAdded(setting, Math.round(most(names.chain) / 2)) }
}

/** Requests a second that it answers at most. */
async function maximum(contender: Contender, { folder, share }: Setting): Promise<number> {
  const count = await closedLoop({
    port: contender.port,
    workload: plain,
    headers: contender.headers,
    connections: activeConnections,
    // wrk needs some of it to begin.
    seconds: Math.max(1, sampleSeconds * share),
    folder,
    cpus: String(loadCpu),
  })
  assertOursHeld(contender, count)
  return count.requests / count.seconds
}

async function measureAdded(setting: Setting, perSecond: number): Promise<Added> {
  const gates = [names.nginx, names.keyless, names.chain].map(setting.named)
  const rounds: Map<string, OpenLoopResult>[] = []
  for (let round = 0; round < roundsFor(setting.share); round++) {
    const times = new Map<string, OpenLoopResult>()
    for (const contender of shuffled([setting.upstream, ...gates], random)) {
      times.set(contender.name, await measure(contender, perSecond, setting.share))
    }
    rounds.push(times)
  }
  const timesOf = ({ name }: Contender) => rounds.flatMap((times) => times.get(name) ?? [])
  const direct = timesOf(setting.upstream)
  const by = gates.map((gate) => {
    const through = timesOf(gate)
    const added = (of: (result: OpenLoopResult) => number) =>
      estimate(
        through.map((times, round) => of(times) - of(direct[round] ?? times)),
        random,
      )
    return { name: gate.name, p50: added(({ p50 }) => p50), p99: added(({ p99 }) => p99) }
  })
  return { perSecond, direct: middle(direct), by }
}

function measure(contender: Contender, perSecond: number, share: number): Promise<OpenLoopResult> {
  const load = {
    port: contender.port,
    request: requestBytes(plain, contender.headers),
    perSecond,
    connections: activeConnections,
    warmSeconds,
    seconds: Math.max(0.3, sampleSeconds * share),
  }
  return openLoop(load, String(loadCpu))
}

function middle(results: readonly OpenLoopResult[]): OpenLoopResult {
  const of = (value: (result: OpenLoopResult) => number) => median(results.map(value))
  return {
    requests: results.reduce((sum, { requests }) => sum + requests, 0),
    p50: of(({ p50 }) => p50),
    p99: of(({ p99 }) => p99),
    p999: of(({ p999 }) => p999),
    generatorShare: of(({ generatorShare }) => generatorShare),
  }
}
