import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import { type CountingUpstream, startCountingUpstream } from '../support/counting-upstream.ts'
import { databaseKind } from '../support/database.ts'
import { newApi, newKey, newOrganisation } from '../support/fixtures.ts'
import { flood, times } from '../support/flood.ts'
import { freshSettings, launch, type Server, startServer } from '../support/server.ts'

const skip = databaseKind === 'postgres' ? false : 'an embedded database belongs to one program'

let first: Server
let second: Server
let upstream: CountingUpstream

before(async () => {
  if (skip) return
  first = await startServer({ TOLLGATE_PEPPER: randomBytes(32).toString('hex') })
  upstream = await startCountingUpstream()
})
after(async () => {
  await second?.dispose()
  await first?.dispose()
  await upstream?.close()
})

test('two programs on one database admit a quota once between them, to the request', { skip }, async () => {
  const org = await newOrganisation(first)
  const api = await newApi(org, upstream.url)
  const key = await newKey(org, api, { rate: -1, quota_max: 4_000, quota_renewal_rate: 3600 })
  const settings = await freshSettings()
  const { TOLLGATE_DATABASE_URL = '', TOLLGATE_PEPPER = '' } = first.env
  // What a second node does not do yet (changes, rates) is not what this is about.
  const shared = { TOLLGATE_DATABASE_URL, TOLLGATE_PEPPER, TOLLGATE_UNSAFE_SECOND_NODE: '1' }
  second = await launch({ ...settings.env, ...shared }, settings.remove)
  await Promise.all(
    [first, second].map((server) => flood(server, api.listenPath, key.secret, times(403, 300))),
  )
  assert.equal(upstream.count(), 4_000)
})
