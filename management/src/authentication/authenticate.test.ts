import assert from 'node:assert/strict'
import { test } from 'node:test'
import { refusal, testDashboard } from '../test-dashboard.ts'

test('an access key is taken raw or as Bearer, in any case, and other credentials beside it are ignored', async () => {
  const { app, member, deps } = await testDashboard()
  const { accessKey, userId } = await member()
  const credentials: Record<string, string>[] = [
    { authorization: accessKey },
    { Authorization: `Bearer ${accessKey}` },
    { authorization: `bearer ${accessKey}` },
    { authorization: accessKey, 'admin-auth': 'irrelevant', cookie: 'authorisation=junk' },
  ]
  for (const headers of credentials) {
    const reply = await app.inject({ method: 'GET', url: '/api/users/me', headers })
    assert.equal(reply.json().id, userId, JSON.stringify(headers))
  }
  const admin = { 'admin-auth': deps.adminSecret, authorization: 'irrelevant' }
  assert.equal((await app.inject({ method: 'GET', url: '/admin/hello/', headers: admin })).statusCode, 200)
})

test('no credential, a wrong one and one of another surface are 401', async () => {
  const { app, member, deps } = await testDashboard()
  const { accessKey } = await member()
  const wrong: Record<string, string>[] = [
    {},
    { authorization: '' },
    { authorization: 'f'.repeat(32) },
    { authorization: `Basic ${accessKey}` },
    { 'admin-auth': deps.adminSecret },
    { 'x-tyk-authorization': deps.controlSecret },
    { cookie: `authorisation=${accessKey}` },
    { cookie: `authorisation=${'0'.repeat(64)}` },
  ]
  for (const headers of wrong) {
    const reply = await app.inject({ method: 'GET', url: '/api/users/me', headers })
    assert.deepEqual(
      [reply.statusCode, reply.body],
      [401, refusal('Not authorised')],
      JSON.stringify(headers),
    )
  }
  const keyOnly = { authorization: accessKey, 'admin-auth': `${deps.adminSecret}x` }
  assert.equal((await app.inject({ method: 'GET', url: '/admin/hello', headers: keyOnly })).statusCode, 401)
})

test('a proxy in front may ask for Basic authentication; the session counts then', async () => {
  const { app, admin } = await testDashboard()
  const orgId = (await admin('POST', '/admin/organisations', {})).body.Meta
  await admin('POST', '/admin/users', { email_address: 'a@b', password: 'long enough', org_id: orgId })
  const login = await app.inject({
    method: 'POST',
    url: '/login',
    payload: { username: 'a@b', password: 'long enough' },
  })
  const cookie = String(login.headers['set-cookie']).split(';')[0] ?? ''
  const headers = { cookie, authorization: 'Basic dTpw' }
  assert.equal((await app.inject({ method: 'GET', url: '/api/users/me', headers })).statusCode, 200)
})

test('the permissions of a group count instead of the own; a group that is gone or off opens nothing', async () => {
  const { member, admin, as } = await testDashboard()
  const { ask, orgId } = await member()
  const group = (await ask('POST', '/api/usergroups', { name: 'G', user_permissions: { keys: 'read' } })).body
    .Meta
  const user = { email_address: 'm@b', org_id: orgId, group_id: group, user_permissions: { apis: 'write' } }
  const inGroup = as((await admin('POST', '/admin/users', user)).body.Message)

  assert.equal((await inGroup('GET', '/api/apis/keys')).status, 200)
  assert.equal((await inGroup('GET', '/api/apis')).status, 403)
  await ask('PUT', `/api/usergroups/${group}`, { active: false })
  assert.equal((await inGroup('GET', '/api/apis/keys')).status, 403)
  await ask('PUT', `/api/usergroups/${group}`, { active: true, user_permissions: {} })
  assert.equal((await inGroup('GET', '/api/apis/keys')).status, 403)
  await ask('DELETE', `/api/usergroups/${group}`)
  for (const path of ['/api/apis/keys', '/api/apis', '/api/users']) {
    assert.equal((await inGroup('GET', path)).status, 403, path)
  }
})
