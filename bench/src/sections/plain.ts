import type { Contender } from '../contenders/contender.ts'
import { closedLoop } from '../load/wrk.ts'
import { assertOursHeld } from '../measure/ours.ts'
import { residentKiB } from '../measure/proc.ts'
import { loadCpu, measureRounds, type Rounds } from '../measure/rounds.ts'
import { plain } from '../workloads.ts'
import { activeConnections, roundsFor, type Setting } from './setting.ts'

/** Long enough for a JavaScript engine to have compiled what it will. */
const warmSeconds = 2
const sampleSeconds = 0.9

/** The plain request through every contender. */
export type PlainResult = {
  readonly rounds: Rounds
  /** Resident memory after it all, KiB. */
  readonly resident: ReadonlyMap<string, number>
}

/** Warms all contenders, and measures the plain request through each. */
export async function measurePlain(setting: Setting): Promise<PlainResult> {
  setting.say('warming up')
  for (const contender of setting.contenders) await warm(contender, setting)
  setting.say('plain requests')
  const rounds = await measureRounds({
    ...setting,
    workload: plain,
    rounds: roundsFor(setting.share),
    seconds: Math.max(0.3, sampleSeconds * setting.share),
    connections: activeConnections,
  })
  const resident = new Map(setting.contenders.map(({ name, pids }) => [name, residentKiB(pids)] as const))
  return { rounds, resident }
}

/** Some seconds of plain requests. */
export async function warm(contender: Contender, { folder, share }: Setting): Promise<void> {
  const count = await closedLoop({
    port: contender.port,
    workload: plain,
    headers: contender.headers,
    connections: activeConnections,
    seconds: Math.max(0.5, warmSeconds * share),
    folder,
    cpus: String(loadCpu),
  })
  assertOursHeld(contender, count)
}
