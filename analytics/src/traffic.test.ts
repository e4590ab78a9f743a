import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RowPool } from './row-pool.ts'
import { API_CHUNKS, type FirstEvent, TrafficHistory } from './traffic-history.ts'
import { trafficRecorder } from './traffic-recorder.ts'
import { emptyRow, TrafficSeries } from './traffic-series.ts'
import { createTrafficTable, FIELD, MAX_SLOTS } from './traffic-table.ts'

const ok = { status: 200, bytesIn: 10, bytesOut: 1000, upstreamMs: 3 }
const refused = { status: 429, bytesIn: 0, bytesOut: 40, upstreamMs: -1 }
const T = 1_800_000_000

const field = (row: Float64Array | undefined, name: keyof typeof FIELD) => row?.[FIELD[name]] ?? 0

test('what two workers count is added up for the API, its organisation and everything', () => {
  const table = createTrafficTable(2)
  const history = new TrafficHistory(table, T)
  const [one, two] = [trafficRecorder(table, 1), trafficRecorder(table, 2)]
  one.record('orders', 'acme', undefined, 4, ok)
  two.record('orders', 'acme', 'rate_limited', 1, refused)
  two.record('other', 'foreign', undefined, 4, ok)
  one.record(undefined, '', 'no_route', 1, { ...refused, status: 404 })
  history.sample(T)

  const api = history.total({ kind: 'api', orgId: 'acme', apiId: 'orders' }, 'seconds', T, T + 1)
  assert.deepEqual(
    [field(api, 'requests'), field(api, 's2xx'), field(api, 's4xx'), field(api, 'refusedRate')],
    [2, 1, 1, 1],
  )
  assert.deepEqual(
    [
      field(api, 'bytesOut'),
      field(api, 'latencyMs'),
      field(api, 'upstreamAnswers'),
      field(api, 'upstreamMs'),
    ],
    [1040, 5, 1, 3],
  )
  const organisation = history.total({ kind: 'organisation', orgId: 'acme' }, 'minutes', T - 60, T + 60)
  assert.equal(field(organisation, 'requests'), 2)
  const everything = history.total({ kind: 'everything' }, 'seconds', T, T + 1)
  assert.deepEqual([field(everything, 'requests'), field(everything, 'refusedOther')], [4, 1])
  const unknown = history.total({ kind: 'api', orgId: 'foreign', apiId: 'orders' }, 'seconds', T, T + 1)
  assert.equal(field(unknown, 'requests'), 0, 'an API is found under its own organisation only')
})

test('a request is counted in the second and the minute in which it was sampled, and once', () => {
  const table = createTrafficTable(1)
  const history = new TrafficHistory(table, T)
  const recorder = trafficRecorder(table, 1)
  for (const at of [T, T + 1, T + 61]) {
    recorder.record('a', 'o', undefined, 1, ok)
    history.sample(at)
    history.sample(at)
  }
  const points = history.points({ kind: 'everything' }, 'seconds', { from: T, to: T + 4, step: 2 })
  assert.deepEqual(
    points.map(({ at, row }) => [at, field(row, 'requests')]),
    [
      [T, 2],
      [T + 2, 0],
    ],
  )
  const minutes = history.points({ kind: 'everything' }, 'minutes', { from: T, to: T + 120, step: 60 })
  assert.deepEqual(
    minutes.map(({ row }) => field(row, 'requests')),
    [2, 1],
  )
  assert.deepEqual(
    history.byApi('o', T, T + 60).map(({ apiId, row }) => [apiId, field(row, 'requests')]),
    [['a', 2]],
  )
  assert.deepEqual(history.byApi('foreign', T, T + 60), [])
})

test('a worker that takes the place of a dead one goes on with its numbers', () => {
  const table = createTrafficTable(1)
  const history = new TrafficHistory(table, T)
  trafficRecorder(table, 1).record('a', 'o', undefined, 1, ok)
  history.sample(T)
  const successor = trafficRecorder(table, 1)
  successor.record('b', 'o', undefined, 1, ok)
  successor.record('a', 'o', undefined, 1, ok)
  history.sample(T + 1)
  const requests = (apiId: string) =>
    field(history.total({ kind: 'api', orgId: 'o', apiId }, 'seconds', T, T + 2), 'requests')
  assert.deepEqual([requests('a'), requests('b')], [2, 1])
})

test('APIs beyond the slots, and ids that fit no line, are counted together', () => {
  const table = createTrafficTable(1)
  const history = new TrafficHistory(table, T)
  const recorder = trafficRecorder(table, 1)
  recorder.record('x'.repeat(65), 'o', undefined, 1, ok)
  recorder.record('ünïcode', 'o', undefined, 1, ok)
  for (let i = 0; i < MAX_SLOTS + 10; i++) recorder.record(`api-${i}`, 'o', undefined, 1, ok)
  history.sample(T)
  assert.equal(field(history.total({ kind: 'everything' }, 'seconds', T, T + 1), 'requests'), MAX_SLOTS + 12)
  // Each has a slot, but history has room for fewer.
  assert.equal(history.byApi('o', T, T + 60).length, API_CHUNKS)
})

test('the first success and the first refusal by a limit are told once per organisation', () => {
  const told: [string, FirstEvent, number][] = []
  const table = createTrafficTable(1)
  const history = new TrafficHistory(table, T, (...event) => told.push(event))
  const recorder = trafficRecorder(table, 1)
  recorder.record('a', 'o', 'key_unknown', 1, { ...refused, status: 403 })
  history.sample(T)
  assert.deepEqual(told, [])
  for (const at of [T + 1, T + 2]) {
    recorder.record('a', 'o', undefined, 1, ok)
    recorder.record('a', 'o', 'quota_exceeded', 1, { ...refused, status: 403 })
    history.sample(at)
  }
  assert.deepEqual(told, [
    ['o', 'first_200', T + 1],
    ['o', 'first_limit_hit', T + 1],
  ])
})

test('history ends: seconds after a quarter of an hour, minutes after a day', () => {
  const table = createTrafficTable(1)
  const history = new TrafficHistory(table, T)
  const recorder = trafficRecorder(table, 1)
  recorder.record('a', 'o', undefined, 1, ok)
  history.sample(T)
  const day = 86_400
  history.sample(T + 2 * day)
  assert.deepEqual(history.byApi('o', T, T + 60), [])
  recorder.record('a', 'o', undefined, 1, ok)
  history.sample(T + 2 * day)
  assert.equal(field(history.total({ kind: 'everything' }, 'minutes', T, T + 60), 'requests'), 0)
})

test('when there are no more chunks the series that was begun first gives way', () => {
  const pool = new RowPool(2)
  const series = () => new TrafficSeries({ rowSeconds: 1, keepSeconds: 900, pool })
  const row = emptyRow()
  row[FIELD.requests] = 1
  const [a, b, c] = [series(), series(), series()]
  for (const one of [a, b, c]) one.add(row, T)
  const counted = [a, b, c].map((one) => {
    const total = emptyRow()
    one.sum(total, T, T + 1)
    return total[FIELD.requests]
  })
  assert.deepEqual(counted, [0, 1, 1])
})
