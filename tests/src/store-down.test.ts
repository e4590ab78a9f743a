import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { through } from '../support/client.ts'
import { databaseKind, dropDatabase } from '../support/database.ts'
import { newApi, newKey, newOrganisation, type Organisation } from '../support/fixtures.ts'
import { type Server, startServer } from '../support/server.ts'
import { startUpstream, type Upstream } from '../support/upstream.ts'

const skip = databaseKind === 'postgres' ? false : 'an embedded database does not go away'

let server: Server
let upstream: Upstream
let org: Organisation

before(async () => {
  if (skip) return
  server = await startServer()
  upstream = await startUpstream()
  org = await newOrganisation(server)
})
after(async () => {
  await server?.dispose()
  await upstream?.close()
})

test('a database that is gone is said to be gone: never an unknown key, never an open gate', {
  skip,
}, async () => {
  const api = await newApi(org, upstream.url)
  const open = await newApi(org, upstream.url, { use_keyless: true })
  const known = await newKey(org, api)
  const unseen = await newKey(org, api)
  const limited = await newKey(org, api, { rate: -1, quota_max: 100, quota_renewal_rate: 3600 })
  // Until each worker has looked the key up once.
  const warm = await Promise.all(
    Array.from({ length: 64 }, () =>
      through(server, api.listenPath, known.secret, { headers: { connection: 'close' } }),
    ),
  )
  assert.ok(warm.every((reply) => reply.status === 200))

  assert.equal((await through(server, api.listenPath, limited.secret)).status, 200)

  await dropDatabase(server.env.TOLLGATE_DATABASE_URL ?? '')

  const statuses = async (secret?: string, path = api.listenPath) => [
    ...new Set(
      await Promise.all(Array.from({ length: 12 }, async () => (await through(server, path, secret)).status)),
    ),
  ]
  assert.deepEqual(await statuses(unseen.secret), [503])
  assert.deepEqual(await statuses('never-made'), [503])
  assert.deepEqual(await statuses(known.secret), [200], 'a key that was seen goes on')
  assert.deepEqual(await statuses(undefined, open.listenPath), [200], 'traffic that needs no store goes on')
  assert.deepEqual(await statuses(), [401])
  // What was leased may be spent; then the quota is neither open nor said to be used up.
  const asked = Array.from({ length: 100 }, () =>
    through(server, api.listenPath, limited.secret, { headers: { connection: 'close' } }),
  )
  const answers = (await Promise.all(asked)).map(({ status }) => status)
  assert.ok(answers.every((status) => status === 200 || status === 503))
  assert.ok(answers.filter((status) => status === 503).length >= 50, answers.join(' '))
  const management = await org.api.get('/api/apis')
  assert.ok(management.status >= 500 && management.status < 600, `${management.status} ${management.text}`)
  assert.match(management.text, /^\{"Status":"Error","Message":".+","Meta":null\}$/)
  assert.doesNotThrow(() => process.kill(server.pid, 0), 'the program still runs')
})
