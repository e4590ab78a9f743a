import assert from 'node:assert/strict'
import { test } from 'node:test'
import { traceWords } from '@tollgate/model/judge/trace-words'
import type { RefusedRecord } from './request-record.ts'
import { shortRecord } from './short-record.ts'

test('long paths and steps are cut, and the step that decided stays', () => {
  const decided = { step: 'rate', code: 'counters_full' } as const
  const long = { step: 'route', code: 'api', args: { name: 'x'.repeat(5_000) } } as const
  const record: RefusedRecord = {
    requestId: 'r1',
    atMs: 5,
    orgId: 'o',
    apiId: 'a',
    version: '',
    keyId: 'k',
    method: 'GET',
    path: `/${'p'.repeat(50_000)}`,
    status: 429,
    code: 'rate_limited',
    message: '',
    trace: [...Array.from({ length: 50 }, () => long), decided],
    limit: undefined,
    clientAddress: '127.0.0.1',
    bytesIn: 0,
    bytesOut: 0,
    totalMs: 1,
    upstreamMs: -1,
    upstreamOrigin: '',
    complete: true,
    fault: '',
  }
  const short = shortRecord(record)
  assert.equal(short.path.length, 501)
  assert.equal(short.trace.length, 12)
  assert.equal(short.trace[0] && traceWords(short.trace[0]).length, 501)
  assert.deepEqual(short.trace.at(-1), decided)
  assert.ok(JSON.stringify(short).length < 10_000)
  assert.deepEqual(shortRecord({ ...record, path: '/x', trace: [decided] }), {
    ...record,
    path: '/x',
    trace: [decided],
  })
})
