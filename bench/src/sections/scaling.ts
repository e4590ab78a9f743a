import type { Contender } from '../contenders/contender.ts'
import { startTollgate } from '../contenders/tollgate.ts'
import { measureRounds, type Rounds } from '../measure/rounds.ts'
import { plain } from '../workloads.ts'
import { warm } from './plain.ts'
import { roundsFor, type Setting } from './setting.ts'

/** Enough for the kernel to share them out among two workers evenly. */
export const scalingConnections = 256
const sampleSeconds = 0.6

/** One worker and two, each on both processors. */
export type ScalingResult = { readonly rounds: Rounds; readonly names: readonly [one: string, two: string] }

/** Measures two workers against one where contender, generator and upstream share all processors. */
export async function measureScaling(setting: Setting): Promise<ScalingResult> {
  setting.say('two workers against one')
  const around = { upstreamPort: setting.upstream.port, folder: setting.folder, cpus: '0,1' }
  const contenders: Contender[] = []
  try {
    for (const workers of [1, 2]) {
      const name = `Tollgate, ${workers === 1 ? 'one worker' : 'two workers'}`
      contenders.push(await startTollgate(around, { name, chain: false, workers }))
    }
    const [one, two] = contenders
    if (one === undefined || two === undefined) throw new Error('two programs were to be started')
    for (const contender of contenders) await warm(contender, setting)
    const rounds = await measureRounds({
      ...setting,
      contenders,
      workload: plain,
      rounds: roundsFor(setting.share),
      seconds: Math.max(0.3, sampleSeconds * setting.share),
      connections: scalingConnections,
      loadCpus: '0,1',
    })
    return { rounds, names: [one.name, two.name] }
  } finally {
    for (const contender of contenders) await contender.stop()
  }
}
