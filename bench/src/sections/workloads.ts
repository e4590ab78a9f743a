import type { Contender } from '../contenders/contender.ts'
import { holdConnections, type IdleConnections } from '../load/idle-connections.ts'
import { loadCpu, measureRounds, type Rounds } from '../measure/rounds.ts'
import { requestBytes } from '../request-bytes.ts'
import { plain, type Workload, workloads } from '../workloads.ts'
import { activeConnections, names, roundsFor, type Setting } from './setting.ts'

const sampleSeconds = 0.5

/** One workload through those contenders that do the work meant. */
export type WorkloadResult = { readonly workload: Workload; readonly rounds: Rounds }

/** Measures W1 to W8. */
export async function measureWorkloads(setting: Setting): Promise<readonly WorkloadResult[]> {
  const results: WorkloadResult[] = []
  for (const workload of workloads) {
    setting.say(`${workload.name}: ${workload.what}`)
    const holders = await hold(setting, workload)
    try {
      results.push({ workload, rounds: await measure(setting, workload) })
    } finally {
      for (const holder of holders) await holder.letGo()
    }
  }
  return results
}

function measure(setting: Setting, workload: Workload): Promise<Rounds> {
  return measureRounds({
    ...setting,
    contenders: contendersOf(setting, workload),
    workload,
    rounds: roundsFor(setting.share),
    seconds: Math.max(0.3, sampleSeconds * setting.share),
    connections: activeConnections,
  })
}

/** Our two kinds beside nginx; nginx + Lua where its work differs most from that of plain nginx. */
function contendersOf({ named }: Setting, { name, limited }: Workload): Contender[] {
  // Without a key there is no rate of its own.
  const ours = limited ? [names.chain] : [names.keyless, names.chain]
  const lua = limited || name === 'W1' ? [names.lua] : []
  return [names.nginx, ...lua, ...ours].map(named)
}

async function hold(setting: Setting, workload: Workload): Promise<IdleConnections[]> {
  const count = workload.idleConnections
  if (count === undefined) return []
  const holders: IdleConnections[] = []
  for (const { port, headers } of contendersOf(setting, workload)) {
    const request = requestBytes(plain, headers)
    holders.push(await holdConnections(port, count, request, String(loadCpu)))
  }
  return holders
}
