import assert from 'node:assert/strict'
import { test } from 'node:test'
import { done, refusal, testDashboard } from '../test-dashboard.ts'

const email = 'ann@example.com'
const updated = done('User password updated')

/** Ann, an administrator who may reset the passwords of others, with or without a password of her own. */
async function withAnn(password?: string) {
  const world = await testDashboard()
  const orgId = (await world.admin('POST', '/admin/organisations', {})).body.Meta
  const { body } = await world.admin('POST', '/admin/users', {
    email_address: email,
    org_id: orgId,
    password,
  })
  const ask = world.as(body.Message)
  const id = body.Meta.id as string
  const reset = (sent: object | string, whose = id) => ask('POST', `/api/users/${whose}/actions/reset`, sent)
  const signsIn = async (given: string) => {
    const payload = { username: email, password: given }
    const reply = await world.app.inject({
      method: 'POST',
      url: '/login',
      payload,
      remoteAddress: '10.9.9.9',
    })
    return reply.statusCode === 200
  }
  return { ...world, orgId, id, ask, reset, signsIn }
}

test('the first own reset needs no current password, whether there is none or another chose it', async () => {
  for (const given of [undefined, 'given by an admin']) {
    const { reset, signsIn } = await withAnn(given)
    assert.equal(
      (await reset({ new_password: 'my own one', user_permissions: { IsAdmin: 'admin' } })).text,
      updated,
    )
    assert.equal(await signsIn('my own one'), true)
    if (given) assert.equal(await signsIn(given), false)
  }
})

test('after that the current password is required, and has to be right', async () => {
  const { reset, signsIn } = await withAnn()
  await reset({ new_password: 'my own one' })
  for (const current_password of [undefined, '', 'wrong']) {
    const reply = await reset({ new_password: 'the next one', current_password })
    assert.deepEqual([reply.status, reply.text], [403, refusal('Current password is incorrect')])
  }
  assert.equal((await reset({ new_password: 'the next one', current_password: 'my own one' })).text, updated)
  assert.equal(await signsIn('the next one'), true)
})

test('guessing at the current password locks as wrong sign-ins do', async () => {
  const { reset } = await withAnn()
  await reset({ new_password: 'my own one' })
  for (let i = 0; i < 10; i++) await reset({ new_password: 'the next one', current_password: `wrong${i}` })
  const reply = await reset({ new_password: 'the next one', current_password: 'my own one' })
  assert.equal(reply.text, refusal('Locked after too many wrong sign-ins, try again later'))
})

test('a password has ten characters, is not one of the commonest, and not one that its owner used before', async () => {
  const { reset } = await withAnn()
  const short = await reset({ new_password: 'short' })
  assert.deepEqual([short.status, short.text], [400, refusal('Password must be at least 10 characters long')])
  for (const common of ['password123', 'PassWord123', '1qaz2wsx3edc', email]) {
    const refused = await reset({ new_password: common })
    assert.deepEqual(
      [refused.status, refused.text],
      [400, refusal('Password is one of the commonest, which are tried first; choose another one')],
    )
  }
  await reset({ new_password: 'the first one' })
  await reset({ new_password: 'the second one', current_password: 'the first one' })
  for (const used of ['the first one', 'the second one']) {
    const reply = await reset({ new_password: used, current_password: 'the second one' })
    assert.deepEqual(
      [reply.status, reply.text],
      [403, refusal('This password was used before, choose another one')],
    )
  }
})

test('what an administrator chose may be made the own password; it is no former one of the user', async () => {
  const { reset, admin, id, signsIn } = await withAnn('given by an admin')
  assert.equal((await reset({ new_password: 'given by an admin' })).text, updated)
  assert.equal(await signsIn('given by an admin'), true)
  await admin('PUT', `/admin/users/${id}`, { password: 'given once more' })
  const former = await reset({ new_password: 'given by an admin' })
  assert.equal(former.status, 403, 'it was the own one meanwhile')
  assert.equal((await reset({ new_password: 'given once more' })).text, updated)
})

test('with the password the access key can end too', async () => {
  const { reset, ask } = await withAnn()
  assert.equal((await reset({ new_password: 'my own one', renew_access_key: true })).text, updated)
  assert.equal((await ask('GET', '/api/users/me')).status, 401)
})

test('the admin surface takes the passwords of scripts: six characters, common ones too', async () => {
  const { admin, id, signsIn } = await withAnn('secret1')
  assert.equal(await signsIn('secret1'), true)
  assert.equal((await admin('PUT', `/admin/users/${id}`, { password: 'short' })).status, 400)
  assert.equal((await admin('PUT', `/admin/users/${id}`, { password: 'test123' })).status, 200)
  assert.equal(await signsIn('test123'), true)
})

test('bodies that are no reset are refused', async () => {
  const { reset } = await withAnn()
  assert.equal((await reset('{"new')).text, refusal('Request body malformed'))
  for (const body of [{}, [], { new_password: 7 }, { new_password: 'x'.repeat(2000) }]) {
    assert.equal((await reset(body)).status, 400)
  }
})

test('resetting the password of another needs the permission, and makes it provisional', async () => {
  const { admin, id, orgId, reset, member } = await withAnn()
  const plain = await member({ IsAdmin: 'admin' }, orgId)
  const path = `/api/users/${id}/actions/reset`
  const denied = await plain.ask('POST', path, { new_password: 'taken over' })
  const message = `access denied: You do not have permission to access ${path}`
  assert.deepEqual([denied.status, denied.text], [403, refusal(message)])

  assert.equal((await reset({ new_password: 'chosen by ann' }, plain.userId)).text, updated)
  const own = await plain.ask('POST', `/api/users/${plain.userId}/actions/reset`, {
    new_password: 'my own one',
  })
  assert.equal(own.text, updated)

  await admin('PUT', `/admin/users/${id}/actions/disallow_reset_passwords`)
  assert.equal((await reset({ new_password: 'chosen again' }, plain.userId)).status, 403)
  await admin('PUT', `/admin/users/${id}/actions/allow_reset_passwords`)
  assert.equal((await reset({ new_password: 'chosen again' }, plain.userId)).status, 200)
  const unknown = await reset({ new_password: 'chosen again' }, 'f'.repeat(24))
  assert.deepEqual([unknown.status, unknown.text], [404, refusal('Could not retrieve user detail')])
})
