import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readableLine } from './log.ts'

test('a log line for a terminal has the time, the level, the message and its details', () => {
  const json = JSON.stringify({
    level: 'info',
    time: '2026-01-02T03:04:05.678Z',
    status: 403,
    path: '/a b',
    key: 'x1',
    msg: 'request',
  })

  assert.equal(readableLine(json), '03:04:05 info  request status=403 path="/a b" key=x1')
})
