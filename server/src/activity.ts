import { KeyUseRegistry } from '@tollgate/analytics/key-use-registry'
import type { KeyUses } from '@tollgate/analytics/key-uses'
import { TrafficHistory } from '@tollgate/analytics/traffic-history'
import { sampleEachSecond } from '@tollgate/analytics/traffic-sampler'
import { createTrafficTable } from '@tollgate/analytics/traffic-table'
import type { Storage } from '@tollgate/storage/storage'
import type { Log } from './log.ts'
import { errorText } from './start-failure.ts'

/** What the gate's workers do, as the rest of the program sees it. */
export type Activity = {
  /** Where the workers count. */
  readonly table: SharedArrayBuffer
  readonly traffic: TrafficHistory
  /** Takes what a worker noted of its keys. */
  keysUsed(uses: KeyUses): void
  /** When a key was last recognised, unix seconds, where that is not stored yet; else 0. */
  lastUse(keyId: string): number
  /** Stores what is not stored yet. To be called when no worker runs any more, and before the storage is closed. */
  close(): Promise<void>
}

/** How often last uses are stored, milliseconds. */
const STORE_USES_EVERY_MS = 5_000
const SYSTEM = { kind: 'system', id: 'activity' } as const

/** Watches the workers: samples their counts each second, stores last uses and first events. */
export function openActivity(storage: Storage, workers: number, log: Log): Activity {
  const table = createTrafficTable(Math.max(1, workers))
  const failed = (error: unknown) => log.error('activity is not stored', { cause: errorText(error) })
  const traffic = new TrafficHistory(table, Date.now() / 1000, (orgId, event, at) => {
    const moment = new Date(at * 1000).toISOString()
    storage.write(SYSTEM, ({ overview }) => overview.reach(orgId, event, moment)).catch(failed)
  })
  const uses = new KeyUseRegistry(
    (batch) => storage.write(SYSTEM, ({ keys }) => keys.noteUses(batch)),
    failed,
  )
  const stopSampling = sampleEachSecond((at) => traffic.sample(at))
  const storing = setInterval(() => void uses.flush(), STORE_USES_EVERY_MS)
  storing.unref()
  return {
    table,
    traffic,
    keysUsed: (noted) => uses.note(noted),
    lastUse: (keyId) => uses.lastUse(keyId),
    async close() {
      stopSampling()
      clearInterval(storing)
      await uses.close()
    },
  }
}
