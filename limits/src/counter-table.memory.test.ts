import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const MEGABYTE = 1_000_000

test('a million counters take less than 64 MB, and give their room to others once their windows are over', {
  skip: process.platform === 'linux' ? false : 'resident memory is read from /proc',
}, (context) => {
  const child = fileURLToPath(new URL('./counter-table.memory.ts', import.meta.url))
  const { taken, one, two, anew, newBlocks } = JSON.parse(
    execFileSync(process.execPath, [child], { encoding: 'utf8' }),
  )
  context.diagnostic(`resident: ${one} bytes for 1,000,000 counters, ${two} for 2,000,000, ${anew} later`)
  assert.deepEqual(taken, [1e6, 1e6, 1e6])
  assert.ok(one < 64 * MEGABYTE, `${one} bytes for one counter a key`)
  assert.ok(two < 128 * MEGABYTE, `${two} bytes for two counters a key`)
  assert.ok(newBlocks < 500, `${newBlocks} new blocks for keys that came after`)
  assert.ok(anew < two + 4 * MEGABYTE, `${anew} bytes for keys that came after`)
})
