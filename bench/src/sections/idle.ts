import { setTimeout as sleep } from 'node:timers/promises'
import type { Contender } from '../contenders/contender.ts'
import { nginxPlain } from '../contenders/nginx.ts'
import { tollgateChain, tollgateKeyless } from '../contenders/tollgate.ts'
import { holdConnections } from '../load/idle-connections.ts'
import { residentKiB } from '../measure/proc.ts'
import { contenderCpu, loadCpu } from '../measure/rounds.ts'
import { requestBytes } from '../request-bytes.ts'
import { plain } from '../workloads.ts'
import { warm } from './plain.ts'
import type { Setting } from './setting.ts'

/** Connections of the goal. */
const idleConnections = 10_000
const settleMs = 1_500

/** Resident memory without and with idle connections, KiB. */
export type IdleResult = {
  readonly name: string
  readonly before: number
  readonly after: number
  /** KiB for each connection. */
  readonly each: number
}

/**
 * Opens idle connections to contenders that have not had so many before, and sees how their memory grows: what a process
 * has once taken it seldom gives back. The kernel's own part is not in it.
 */
export async function measureIdle(setting: Setting): Promise<readonly IdleResult[]> {
  setting.say('memory of idle connections')
  const around = { upstreamPort: setting.upstream.port, folder: setting.folder, cpus: String(contenderCpu) }
  const results: IdleResult[] = []
  for (const start of [nginxPlain, tollgateKeyless, tollgateChain]) {
    const contender = await start(around)
    try {
      results.push(await measure(contender, setting))
    } finally {
      await contender.stop()
    }
  }
  return results
}

async function measure(contender: Contender, setting: Setting): Promise<IdleResult> {
  const { name, pids, port, headers } = contender
  await warm(contender, setting)
  await sleep(settleMs)
  const before = residentKiB(pids)
  const holder = await holdConnections(port, idleConnections, requestBytes(plain, headers), String(loadCpu))
  await sleep(settleMs)
  const after = residentKiB(pids)
  await holder.letGo()
  return { name, before, after, each: (after - before) / idleConnections }
}
