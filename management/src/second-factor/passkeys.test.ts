import assert from 'node:assert/strict'
import { test } from 'node:test'
import { refusal, testDashboard } from '../test-dashboard.ts'

const response = {
  id: 'AAAA',
  rawId: 'AAAA',
  type: 'public-key',
  clientExtensionResults: {},
  response: { clientDataJSON: 'AAAA', authenticatorData: 'AAAA', signature: 'AAAA' },
}

test('a passkey is asked for with the host name of the configured address, and the user verified', async () => {
  const { app } = await testDashboard()
  const reply = await app.inject({ method: 'POST', url: '/login/passkey/options' })
  const { options } = reply.json()
  assert.deepEqual(
    [options.rpId, options.userVerification, options.allowCredentials],
    ['localhost', 'required', []],
  )
  assert.match(options.challenge, /^[\w-]{43}$/)
  assert.match(
    String(reply.headers['set-cookie']),
    /^tollgate-passkey=v1\.[\w-]+; Max-Age=300; Path=\/; HttpOnly/,
  )
})

test('an unknown passkey, one without a challenge and what is no passkey at all are refused alike', async () => {
  const { app } = await testDashboard()
  const send = (payload: object) => app.inject({ method: 'POST', url: '/login/passkey', payload })
  const unknown = await send({ passkey: response })
  assert.deepEqual(
    [unknown.statusCode, unknown.body],
    [401, refusal('The passkey was not accepted, please try again')],
  )
  for (const payload of [{}, { passkey: {} }, { passkey: { ...response, id: {} } }, { passkey: 7 }]) {
    assert.equal((await send(payload)).statusCode, 400)
  }
})

test('where the address is an IP, passkeys are said to be unavailable', async () => {
  const world = await testDashboard()
  Object.assign(world.deps, { dashboardUrl: 'http://127.0.0.1:3000' })
  const reply = await world.app.inject({ method: 'POST', url: '/login/passkey/options' })
  assert.match(reply.body, /TOLLGATE_DASHBOARD_URL/)
  assert.equal((await world.app.inject('/login/options')).json().passkeys, false)
})
