import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NotedUses } from '@tollgate/analytics/key-uses'
import { TrafficHistory } from '@tollgate/analytics/traffic-history'
import { createTrafficTable, FIELD } from '@tollgate/analytics/traffic-table'
import { requestCount } from './request-count.ts'

type Finished = Parameters<ReturnType<typeof requestCount>>
const result = { status: 200, bytesIn: 1, bytesOut: 2, upstreamMs: 3, complete: true }

/** What of a request is counted. */
function context(identity?: { keyId: string }, refusal?: { code: string }, apiId = 'a'): Finished[0] {
  const exchange = { startedAt: performance.now() }
  // Only these fields are read; a whole context needs a whole gate.
  return {
    route: { api: { apiId, orgId: apiId === '' ? '' : 'o' } },
    identity,
    record: { refusal },
    exchange,
    nowMs: 5_000_000,
  } as unknown as Finished[0]
}

test('each request is counted once, under its API, and its key is noted also when it is refused', () => {
  const table = createTrafficTable(1)
  const history = new TrafficHistory(table, 100)
  const uses = new NotedUses()
  const count = requestCount({ table, worker: 1, uses })
  count(context({ keyId: 'k1' }), result)
  count(context({ keyId: 'k2' }, { code: 'key_expired' }), { ...result, status: 401 })
  count(context(), result)
  count(context(undefined, { code: 'no_route' }, ''), { ...result, status: 404 })
  history.sample(100)
  const of = (row: Float64Array) => [row[FIELD.requests], row[FIELD.s2xx], row[FIELD.refusedAuth]]
  assert.deepEqual(of(history.total({ kind: 'api', orgId: 'o', apiId: 'a' }, 'seconds', 100, 101)), [3, 2, 1])
  assert.deepEqual(of(history.total({ kind: 'everything' }, 'seconds', 100, 101)), [4, 2, 1])
  assert.deepEqual(
    [...(uses.take() ?? [])],
    [
      ['k1', 5000],
      ['k2', 5000],
    ],
  )
})

test('without a table nothing is counted', () => {
  const count = requestCount(undefined)
  assert.doesNotThrow(() => count(context({ keyId: 'k' }), result))
})
