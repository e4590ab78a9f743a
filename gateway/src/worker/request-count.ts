import type { NotedUses } from '@tollgate/analytics/key-uses'
import { trafficRecorder } from '@tollgate/analytics/traffic-recorder'
import type { Exchange, FinishResult } from '@tollgate/http1/exchange'
import type { RefusalCode } from '@tollgate/model/judge/refusals'
import type { RequestContext } from '../pipeline/request-context.ts'
import type { CompiledApi } from './snapshot.ts'

/** Counts every request when it ends, and notes which keys were recognised. */
export interface RequestCount {
  finished(context: RequestContext, result: FinishResult): void
  /** A request that never reached an API; `api` is the one that is switched off. */
  turnedAway(exchange: Exchange, api: CompiledApi | undefined, code: RefusalCode, result: FinishResult): void
}

/** Where a worker counts; without it nothing is counted. */
export type Counting = {
  readonly table: SharedArrayBuffer
  readonly worker: number
  readonly uses: NotedUses
}

/** Additions in shared memory and one entry in a map: nothing is allocated and nothing sent per request. */
export function requestCount(counting: Counting | undefined): RequestCount {
  if (counting === undefined) return { finished: () => undefined, turnedAway: () => undefined }
  const { record } = trafficRecorder(counting.table, counting.worker)
  const { uses } = counting
  return {
    finished({ api, access, refusal, exchange, nowMs }, result) {
      record(api.apiId, api.orgId, refusal?.code, performance.now() - exchange.startedAt, result)
      // A key that is refused was recognised all the same: that it is still in use is worth knowing.
      if (access !== undefined) uses.note(access.keyId, nowMs)
    },
    turnedAway(exchange, api, code, result) {
      record(api?.apiId, api?.orgId ?? '', code, performance.now() - exchange.startedAt, result)
    },
  }
}
