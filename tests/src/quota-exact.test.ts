import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type CountingUpstream, startCountingUpstream } from '../support/counting-upstream.ts'
import { expectStatus, newApi, newKey, newOrganisation, type Organisation } from '../support/fixtures.ts'
import { type Answered, flood, statuses, times } from '../support/flood.ts'
import { type Server, startServer } from '../support/server.ts'

// Whatever the number of workers and connections: a limit admits what it says, and not one request more.
let server: Server
let upstream: CountingUpstream
let org: Organisation

before(async () => {
  server = await startServer({ TOLLGATE_RATE_LIMIT_RESPONSE_HEADERS: 'rate_limits' })
  upstream = await startCountingUpstream()
  org = await newOrganisation(server)
})
after(async () => {
  await server?.dispose()
  await upstream?.close()
})

/** A flood until enough of it was refused with that status; how many requests reached the upstream meanwhile. */
async function passedUntil(status: number, path: string, secret: string): Promise<number> {
  const before = upstream.count()
  const answers = await flood(server, path, secret, times(status, 500))
  const { 200: ok, [status]: refused, ...others } = statuses(answers)
  assert.deepEqual([ok, others], [upstream.count() - before, {}], JSON.stringify(statuses(answers)))
  assert.ok(refused !== undefined && refused >= 500)
  return upstream.count() - before
}

test('a quota of 10,000 admits exactly 10,000 of the requests of 64 connections', async () => {
  const api = await newApi(org, upstream.url)
  const key = await newKey(org, api, { rate: -1, quota_max: 10_000, quota_renewal_rate: 3600 })
  assert.equal(await passedUntil(403, api.listenPath, key.secret), 10_000)
  const read = expectStatus(await org.api.get(`/api/keys/${key.hash}`))
  assert.equal(read.at('data', 'quota_remaining'), 0)
})

test('a rate of 500 each second admits 500 in each window', async () => {
  const api = await newApi(org, upstream.url)
  const key = await newKey(org, api, { rate: 500, per: 1 })
  // Windows are a second long, so the second in which one ends names it.
  const windows = new Map<string, { passed: number; refused: number }>()
  const note = ({ status, headers }: Answered) => {
    const name = String(headers['x-ratelimit-reset'])
    const window = windows.get(name) ?? { passed: 0, refused: 0 }
    if (status === 200) window.passed++
    else window.refused++
    windows.set(name, window)
    return windows.size > 4
  }
  const before = upstream.count()
  const answers = await flood(server, api.listenPath, key.secret, note)
  assert.deepEqual(Object.keys(statuses(answers)), ['200', '429'])
  assert.equal(statuses(answers)[200], upstream.count() - before)
  const full = [...windows.values()].filter(({ refused }) => refused > 0)
  assert.ok(full.length > 0, 'a machine this slow cannot use the rate up')
  for (const { passed } of full) assert.equal(passed, 500)
  for (const { passed } of windows.values()) assert.ok(passed <= 500, `${passed}`)
})

test('of five limits at once the tightest admits what it says, and what it refuses consumes none of the others', async () => {
  const api = await newApi(org, upstream.url, { global_rate_limit: { rate: 2_000, per: 3600 } })
  const key = await newKey(org, api, {
    rate: 5_000,
    per: 3600,
    rates: [
      { rate: 4_000, per: 7200, algorithm: 'sliding_window' },
      { rate: 3_000, per: 86_400 },
    ],
    max_concurrency: 1_000,
    quota_max: 2_500,
    quota_renewal_rate: 3600,
  })
  assert.equal(await passedUntil(429, api.listenPath, key.secret), 2_000)
  const effective = expectStatus(await org.api.get(`/api/keys/${key.hash}/effective`))
  const used = (...path: string[]) => effective.at('apis', 0, ...path, 'used')
  assert.deepEqual([used('rate'), used('quota'), used('api_rate')], [2_000, 2_000, 2_000])
  assert.equal(effective.at('apis', 0, 'concurrency', 'used'), 0)
  assert.deepEqual(
    [0, 1].map((index) => effective.at('apis', 0, 'further_rates', index, 'used')),
    [2_000, 2_000],
  )
})
