import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startGate, type TestGate } from '../testing/gate.ts'
import { startUpstream, type TestUpstream } from '../testing/upstream.ts'

let upstream: TestUpstream
let gate: TestGate

before(async () => {
  upstream = await startUpstream()
  gate = await startGate({ settings: { logRequests: 'none' } })
})
after(async () => {
  await gate.close()
  await upstream.close()
})

/** The records of so many refused requests, when the worker has handed them over. */
async function refused(count: number) {
  while (gate.refused.length < count) await new Promise((resolve) => setTimeout(resolve, 5))
  return gate.refused
}

test('a refused request is recorded with its trace and what refused it, whatever is logged', async () => {
  const proxy = { listen_path: '/orders/', target_url: upstream.url }
  const { apiId } = await gate.addApi({ name: 'orders', proxy })
  const right = { [apiId]: { api_id: apiId, versions: ['Default'] } }
  const { secret, record } = await gate.addKey({ rate: 1, per: 60, access_rights: right })
  const headers = { authorization: secret }
  assert.equal((await gate.call('/orders/1', { headers })).status, 200)
  const reply = await gate.call('/orders/2', { headers })
  assert.equal(reply.status, 429)
  const nowhere = await gate.call('/nowhere')

  const [limited, lost, ...others] = await refused(2)
  assert.deepEqual(others, [], 'what passed is not handed over')
  assert.deepEqual(
    [limited?.requestId, limited?.apiId, limited?.keyId, limited?.version, limited?.path, limited?.code],
    [reply.headers['x-request-id'], apiId, record.id, 'Default', '/orders/2', 'rate_limited'],
  )
  assert.deepEqual(
    limited?.trace.map(({ step }) => step),
    ['route', 'version', 'credential', 'rate'],
  )
  assert.deepEqual([limited?.limit?.used, limited?.limit?.max, limited?.status], [1, 1, 429])
  assert.equal(limited?.upstreamMs, -1)
  assert.deepEqual(
    [lost?.requestId, lost?.orgId, lost?.code, lost?.clientAddress],
    [nowhere.headers['x-request-id'], '', 'no_route', '127.0.0.1'],
  )
  assert.deepEqual(gate.log, [])
})

test('a request that failed behind the gate names the upstream that it was sent to', async () => {
  await gate.addApi({
    name: 'dead',
    use_keyless: true,
    proxy: { listen_path: '/dead/', target_url: 'http://127.0.0.1:9' },
  })
  const seen = gate.refused.length
  assert.equal((await gate.call('/dead/')).status, 500)
  const record = (await refused(seen + 1)).at(-1)
  assert.deepEqual([record?.code, record?.upstreamOrigin], ['upstream_failed', 'http://127.0.0.1:9'])
})
