import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { dashboardAs, through } from '../support/client.ts'
import { newApi, newOrganisation, type Organisation, sessionFor } from '../support/fixtures.ts'
import { type Server, startServer } from '../support/server.ts'
import { startUpstream, type Upstream } from '../support/upstream.ts'

let server: Server
let upstream: Upstream
let org: Organisation

before(async () => {
  server = await startServer()
  upstream = await startUpstream()
  org = await newOrganisation(server)
})
after(async () => {
  await server?.dispose()
  await upstream?.close()
})

test('kill -9 during 1,000 key creations loses no key that was answered', async () => {
  const api = await newApi(org, upstream.url)
  const body = sessionFor(api)
  const answered: string[] = []
  let asked = 0
  let killed: Promise<void> | undefined

  const client = async () => {
    while (asked < 1000 && !killed) {
      asked++
      try {
        const reply = await org.api.post('/api/keys', body)
        if (reply.status === 200) answered.push(reply.textAt('key_id'))
      } catch (error) {
        if (!killed) throw error
      }
      // In the midst of the run, with requests of every connection under way.
      if (answered.length >= 400 && !killed) killed = server.kill9()
    }
  }
  await Promise.all(Array.from({ length: 16 }, client))
  await killed
  assert.ok(killed && answered.length >= 400, `${answered.length} answered`)

  server = await server.restart()
  const statuses = await Promise.all(
    answered.map(async (secret) => (await through(server, api.listenPath, secret)).status),
  )
  assert.deepEqual(
    statuses.filter((status) => status !== 200),
    [],
  )
  const read = await dashboardAs(server, org.accessKey).get('/api/apis')
  assert.equal(read.status, 200, 'the access key survived too')
})

test('what a key was last updated to, and that it was deleted, survives kill -9', async () => {
  const api = await newApi({ ...org, api: dashboardAs(server, org.accessKey) }, upstream.url)
  const client = dashboardAs(server, org.accessKey)
  const kept = (await client.post('/api/keys', sessionFor(api))).textAt('key_id')
  const disabled = (await client.post('/api/keys', sessionFor(api))).textAt('key_id')
  const deleted = (await client.post('/api/keys', sessionFor(api))).textAt('key_id')
  assert.equal(
    (await client.put(`/api/keys/${disabled}`, sessionFor(api, { is_inactive: true }))).status,
    200,
  )
  assert.equal((await client.delete(`/api/keys/${deleted}`)).status, 200)

  await server.kill9()
  server = await server.restart()

  assert.equal((await through(server, api.listenPath, kept)).status, 200)
  assert.equal((await through(server, api.listenPath, disabled)).status, 403)
  assert.equal((await through(server, api.listenPath, deleted)).status, 403)
})
