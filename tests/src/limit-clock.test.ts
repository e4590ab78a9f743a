import assert from 'node:assert/strict'
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { through } from '../support/client.ts'
import { type Api, newApi, newKey } from '../support/fixtures.ts'
import { org, server, upstream, useWorld } from '../support/world.ts'

const HOUR = 3600
const folder = mkdtempSync(join(tmpdir(), 'tollgate-clock-'))
const file = join(folder, 'ahead-ms')
const preload = new URL('../support/moved-clock.ts', import.meta.url).href

/** Sets the clock of the program and waits until it has looked. */
async function setClock(aheadSeconds: number): Promise<void> {
  writeFileSync(`${file}.new`, String(aheadSeconds * 1000))
  renameSync(`${file}.new`, file)
  await sleep(50)
}

before(() => setClock(0))
after(() => rmSync(folder, { recursive: true, force: true }))
useWorld(undefined, {
  TOLLGATE_RATE_LIMIT_RESPONSE_HEADERS: 'rate_limits',
  NODE_OPTIONS: `--import=${preload}`,
  MOVED_CLOCK_FILE: file,
})

const LIMITS = [
  { rate: 2, per: 2 * HOUR },
  { rate: 2, per: 2 * HOUR, rate_algorithm: 'sliding_window' },
  { rate: 2, per: 2 * HOUR, rate_algorithm: 'token_bucket' },
]

async function statusOf(api: Api, secret: string): Promise<number> {
  return (await through(server, api.listenPath, secret)).status
}

test('the clock of a running node jumps by hours, and no limit is exceeded', async () => {
  const api = await newApi(org, upstream.url)
  const keys = await Promise.all(LIMITS.map((limit) => newKey(org, api, limit)))
  for (const { secret } of keys)
    assert.deepEqual([await statusOf(api, secret), await statusOf(api, secret)], [200, 200])
  for (const ahead of [1, 3, -1, -24, 0]) {
    await setClock(ahead * HOUR)
    for (const { secret } of keys) {
      const { status, headers } = await through(server, api.listenPath, secret)
      assert.equal(status, 429)
      const leftSeconds = Number(headers['x-ratelimit-reset']) - (Date.now() / 1000 + ahead * HOUR)
      assert.ok(
        leftSeconds > HOUR && leftSeconds < 2 * HOUR + 2,
        `${leftSeconds} s by the clock as it is now`,
      )
    }
  }
})

test('no limit sticks for longer than its window when the clock of a running node goes back', async () => {
  const api = await newApi(org, upstream.url)
  const keys = await Promise.all(LIMITS.map((limit) => newKey(org, api, { ...limit, rate: 1, per: 1 })))
  for (const { secret } of keys) assert.equal(await statusOf(api, secret), 200)
  await setClock(-HOUR)
  for (const { secret } of keys) {
    let status = 429
    // Far less than the hour.
    for (let tries = 0; status !== 200 && tries < 300; tries++) {
      await sleep(100)
      status = await statusOf(api, secret)
    }
    assert.equal(status, 200)
  }
  await setClock(0)
})
