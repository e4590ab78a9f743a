import type { NotedUses } from '@tollgate/analytics/key-uses'
import { trafficRecorder } from '@tollgate/analytics/traffic-recorder'
import type { RecordReaders } from './recording.ts'

/** Where a worker counts; without it nothing is counted. */
export type Counting = {
  readonly table: SharedArrayBuffer
  readonly worker: number
  readonly uses: NotedUses
}

/**
 * Counts every request when it ends, and notes which keys were recognised: additions in shared memory and one entry in a
 * map, so that nothing is allocated and nothing sent per request.
 */
export function requestCount(counting: Counting | undefined): RecordReaders['count'] {
  if (counting === undefined) return () => {}
  const { record } = trafficRecorder(counting.table, counting.worker)
  const { uses } = counting
  return ({ route, identity, record: { refusal }, exchange, nowMs }, result) => {
    const { apiId, orgId } = route.api
    const ms = performance.now() - exchange.startedAt
    record(apiId === '' ? undefined : apiId, orgId, refusal?.code, ms, result)
    // A key that is refused was recognised all the same: that it is still in use is worth knowing.
    if (identity !== undefined && identity.keyId !== '') uses.note(identity.keyId, nowMs)
  }
}
