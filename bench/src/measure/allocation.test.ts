import assert from 'node:assert/strict'
import { test } from 'node:test'
import { allocatedBytes } from './allocation.ts'

test('what was allocated is what each collection found above what the one before it in that thread left', () => {
  const trace = `[7:0xa0] 21 ms: Scavenge 10.0 (12.0) -> 4.0 (12.0) MB, pooled: 0.0 MB, 1.2 / 0.0 ms (average mu = 1) task;
[7:0xb0] 22 ms: Scavenge 30.0 (32.0) -> 20.0 (32.0) MB, pooled: 0.0 MB, 1.2 / 0.0 ms task;
a line of something else
[7:0xa0] 31 ms: Mark-Compact 9.5 (12.0) -> 3.0 (12.0) MB, pooled: 0.0 MB, 1.2 / 0.0 ms task;
[7:0xb0] 32 ms: Scavenge 22.0 (32.0) -> 20.0 (32.0) MB, pooled: 0.0 MB, 1.2 / 0.0 ms task;
`
  assert.equal(allocatedBytes(trace), (5.5 + 2) * 2 ** 20)
  assert.equal(allocatedBytes(''), 0)
})
