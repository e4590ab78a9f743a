import assert from 'node:assert/strict'
import { test } from 'node:test'
import { through } from '../support/client.ts'
import {
  apiBody,
  expectStatus,
  newApi,
  newKey,
  newPolicy,
  rightsTo,
  sessionFor,
} from '../support/fixtures.ts'
import { objectOf } from '../support/http.ts'
import { org, server, upstream, useWorld } from '../support/world.ts'

useWorld()

/** Calls on many connections without pause while `change` runs; answers the statuses of calls begun after it. */
async function underLoad(path: string, secret: string, change: () => Promise<unknown>): Promise<number[]> {
  let changed = false
  let over = false
  const late: number[] = []
  let early = 0
  const client = async () => {
    while (!over) {
      const begunAfter = changed
      const { status } = await through(server, path, secret)
      if (begunAfter) late.push(status)
      else early++
    }
  }
  const clients = Array.from({ length: 12 }, client)
  while (early < 100) await new Promise((resolve) => setImmediate(resolve))
  await change()
  changed = true
  while (late.length < 300) await new Promise((resolve) => setImmediate(resolve))
  over = true
  await Promise.all(clients)
  return late
}

const only = (statuses: readonly number[]) => [...new Set(statuses)]

test('after a key is deleted no call that begins later is let in, under load on many connections', async () => {
  const api = await newApi(org, upstream.url)
  const { secret } = await newKey(org, api, { rate: -1 })

  const late = await underLoad(api.listenPath, secret, async () =>
    expectStatus(await org.api.delete(`/api/keys/${secret}`)),
  )

  assert.deepEqual(only(late), [403])
})

test('after a key is disabled no call that begins later is let in, and after it is enabled every one', async () => {
  const api = await newApi(org, upstream.url)
  const { secret } = await newKey(org, api, { rate: -1 })
  const update = (more: object) => async () =>
    expectStatus(await org.api.put(`/api/keys/${secret}`, sessionFor(api, { rate: -1, ...more })))

  assert.deepEqual(only(await underLoad(api.listenPath, secret, update({ is_inactive: true }))), [403])
  assert.deepEqual(only(await underLoad(api.listenPath, secret, update({ is_inactive: false }))), [200])
})

test('a key that was refused as unknown a moment ago works once it is made', async () => {
  const api = await newApi(org, upstream.url)
  const name = 'made-a-moment-later'

  const late = await underLoad(api.listenPath, name, async () =>
    expectStatus(await org.api.post(`/api/keys/${name}`, sessionFor(api, { rate: -1 }))),
  )

  assert.deepEqual(only(late), [200])
})

test('an edit of a policy is in force for existing keys when it is answered', async () => {
  const api = await newApi(org, upstream.url)
  const rights = rightsTo(api)
  const policyId = await newPolicy(org, { access_rights: rights, rate: -1, per: 1 })
  const key = expectStatus(await org.api.post('/api/keys', { apply_policies: [policyId] })).textAt('key_id')
  const edit = (more: object) => async () => {
    const policy = objectOf(expectStatus(await org.api.get(`/api/portal/policies/${policyId}`)).json)
    return expectStatus(await org.api.put(`/api/portal/policies/${policyId}`, { ...policy, ...more }))
  }

  assert.deepEqual(only(await underLoad(api.listenPath, key, edit({ is_inactive: true }))), [403])
  assert.deepEqual(only(await underLoad(api.listenPath, key, edit({ is_inactive: false }))), [200])
  await edit({ rate: 2, per: 3600 })()
  const limited = [1, 2, 3].map(() => through(server, api.listenPath, key))
  assert.deepEqual((await Promise.all(limited)).map((reply) => reply.status).sort(), [200, 200, 429])
})

test('a deleted policy takes its rights from the keys that hung on it alone', async () => {
  const api = await newApi(org, upstream.url)
  const policyId = await newPolicy(org, { access_rights: rightsTo(api), rate: -1 })
  const key = expectStatus(await org.api.post('/api/keys', { apply_policies: [policyId] })).textAt('key_id')
  assert.equal((await through(server, api.listenPath, key)).status, 200)

  const late = await underLoad(api.listenPath, key, async () =>
    expectStatus(await org.api.delete(`/api/portal/policies/${policyId}`)),
  )

  assert.deepEqual(only(late), [403])
})

test('an API is served the moment its creation is answered, changed when changed, gone when gone', async () => {
  for (let round = 0; round < 10; round++) {
    const body = apiBody(upstream.url, { use_keyless: true })
    const proxy = objectOf(body.api_definition.proxy)
    const path = String(proxy.listen_path)
    const before = await through(server, path)
    assert.equal(before.status, 404)
    assert.equal(before.text, 'Not Found')

    const id = expectStatus(await org.api.post('/api/apis', body)).textAt('ID')
    const replies = await Promise.all([1, 2, 3, 4].map(() => through(server, path)))
    assert.deepEqual(only(replies.map((reply) => reply.status)), [200])

    const wrapper = objectOf(expectStatus(await org.api.get(`/api/apis/${id}`)).json)
    const definition = objectOf(wrapper.api_definition)
    const update = (change: object) =>
      org.api.put(`/api/apis/${id}`, { ...wrapper, api_definition: { ...definition, ...change } })
    expectStatus(await update({ active: false }))
    assert.deepEqual(
      only(await Promise.all([1, 2, 3, 4].map(async () => (await through(server, path)).status))),
      [404],
    )
    expectStatus(await update({ active: true, use_keyless: false, use_standard_auth: true }))
    assert.deepEqual(
      only(await Promise.all([1, 2, 3, 4].map(async () => (await through(server, path)).status))),
      [401],
    )
    expectStatus(await org.api.delete(`/api/apis/${id}`))
    assert.deepEqual(
      only(await Promise.all([1, 2, 3, 4].map(async () => (await through(server, path)).status))),
      [404],
    )
  }
})

test('a new secret of a user is in force, and the old one over, when the reset is answered', async () => {
  const before = org.accessKey
  expectStatus(await org.api.put(`/api/users/${org.userId}/actions/key/reset`))

  assert.equal((await org.api.get('/api/apis')).status, 401)
  assert.match(before, /^[0-9a-f]{32}$/)
})
