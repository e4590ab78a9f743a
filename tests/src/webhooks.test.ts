import assert from 'node:assert/strict'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { through } from '../support/client.ts'
import { type Api, expectStatus, newApi, newKey, newOrganisation, unique } from '../support/fixtures.ts'
import { arrayOf, objectOf } from '../support/http.ts'
import { org, server, upstream, useWorld } from '../support/world.ts'

type Received = {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

const received: Received[] = []
/** What the receiver answers next; 200 when there is nothing. */
const answers: number[] = []
const receiver = createServer((request, response) => {
  let body = ''
  request.on('data', (chunk) => {
    body += String(chunk)
  })
  request.on('end', () => {
    const { method = '', url: path = '', headers } = request
    received.push({ method, path, headers, body })
    response.writeHead(answers.shift() ?? 200).end()
  })
})
let target = ''

before(async () => {
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  target = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`
})
after(() => {
  receiver.closeAllConnections()
  receiver.close()
})

useWorld(undefined, { TOLLGATE_WEBHOOK_TIMEOUT_MS: '2000' })

/** Waits until so many calls have come on a path. */
async function calls(path: string, count: number): Promise<readonly Received[]> {
  for (;;) {
    const found = received.filter((one) => one.path === path)
    if (found.length >= count) return found
    await sleep(10)
  }
}

const hookNamed = async (name: string) => {
  const { hooks } = objectOf((await org.api.get('/api/hooks?p=-1')).json)
  return objectOf(arrayOf(hooks).find((one) => objectOf(one).name === name))
}

const handlerTo = (path: string, more: object = {}) => ({
  handler_name: 'eh_web_hook_handler',
  handler_meta: { method: 'POST', target_path: `${target}${path}`, ...more },
})
const listening = (events: Readonly<Record<string, readonly object[]>>): Promise<Api> =>
  newApi(org, upstream.url, { event_handlers: { events } })

test('a webhook is created, found by its name, read, replaced wholesale and deleted', async () => {
  const name = unique('hook')
  const sent = { name, method: 'post', target_path: `${target}/x`, header_map: { secret: 'word' } }
  const created = await org.api.post('/api/hooks', sent)
  assert.equal(created.text, '{"Status":"OK","Message":"Webhook created","Meta":null}')
  const hook = await hookNamed(name)
  assert.match(String(hook.id), /^[0-9a-f]{24}$/)
  assert.match(String(hook.webhook_id), /^[0-9a-f]{32}$/)
  assert.deepEqual(
    [hook.method, hook.target_path, hook.header_map, hook.event_timeout, hook.template_path, hook.org_id],
    ['POST', `${target}/x`, { secret: 'word' }, 0, '', org.id],
  )
  const path = `/api/hooks/${hook.id}`
  assert.deepEqual((await org.api.get(path)).json, hook)
  const put = await org.api.put(path, { name, method: 'PUT', target_path: `${target}/y` })
  assert.equal(put.text, '{"Status":"OK","Message":"Hook updated","Meta":null}')
  const replaced = await hookNamed(name)
  assert.deepEqual([replaced.method, replaced.header_map, replaced.webhook_id], ['PUT', {}, hook.webhook_id])
  assert.equal((await org.api.delete(path)).text, '{"Status":"OK","Message":"Webhook deleted","Meta":null}')
  assert.equal((await org.api.get(path)).status, 400)
  assert.equal((await org.api.delete(path)).status, 404)
})

test('webhooks without a method or a usable target, and ids that are taken, are refused', async () => {
  const good = { name: 'x', method: 'POST', target_path: target }
  for (const wrong of [
    { method: undefined },
    { method: 'BREW' },
    { target_path: '' },
    { target_path: '/relative' },
    { target_path: 'file:///etc/passwd' },
    { header_map: { 'bad name': 'x' } },
    { header_map: { good: 'a\r\nb: c' } },
    { header_map: [] },
    { event_timeout: -1 },
  ]) {
    const reply = await org.api.post('/api/hooks', { ...good, ...wrong })
    assert.equal(reply.status, 400, JSON.stringify(wrong))
    assert.match(reply.textAt('Message'), /^Webhook object validation failed/)
  }
  const id = unique('id')
  expectStatus(await org.api.post('/api/hooks', { ...good, webhook_id: id }))
  const taken = await org.api.post('/api/hooks', { ...good, webhook_id: id })
  assert.deepEqual([taken.status, taken.at('Message')], [409, 'Duplicate webhook_id'])
  const other = await newOrganisation(server)
  expectStatus(await other.api.post('/api/hooks', { ...good, webhook_id: id }))
  assert.equal(arrayOf((await other.api.get('/api/hooks')).at('hooks')).length, 1)
})

test('refusals are told to the webhooks of their event, without the secret of the key', async () => {
  const api = await listening({
    AuthFailure: [handlerTo('/auth', { header_map: { 'x-auth': 'word' } })],
    QuotaExceeded: [handlerTo('/quota', { method: 'PUT' })],
    RatelimitExceeded: [handlerTo('/rate'), { handler_name: 'eh_log_handler', handler_meta: {} }],
    KeyExpired: [handlerTo('/expired', { disabled: true }), handlerTo('/expired-too')],
    VersionFailure: [{ handler_name: 'eh_dynamic_handler' }, handlerTo('/version')],
  })
  assert.equal((await through(server, api.listenPath)).status, 401)
  assert.equal((await through(server, `${api.listenPath}a?secret=1`, 'no-such-key')).status, 403)
  const [auth] = await calls('/auth', 1)
  assert.equal(
    auth?.body,
    `{"event":"AuthFailure","message":"Access to this API has been disallowed","path":"${api.listenPath}a","origin":"127.0.0.1","key":""}`,
  )
  assert.deepEqual(
    [auth.method, auth.headers['content-type'], auth.headers['user-agent'], auth.headers['x-auth']],
    ['POST', 'application/json', 'Tyk-Hookshot', 'word'],
  )

  const limited = await newKey(org, api, { rate: 1, per: 3600 })
  await through(server, api.listenPath, limited.secret)
  assert.equal((await through(server, api.listenPath, limited.secret)).status, 429)
  const [rate] = await calls('/rate', 1)
  assert.equal(JSON.parse(rate?.body ?? '').key, limited.hash)
  assert.ok(!rate?.body.includes(limited.secret))

  const metered = await newKey(org, api, { quota_max: 1, quota_renewal_rate: 3600 })
  await through(server, api.listenPath, metered.secret)
  assert.equal((await through(server, api.listenPath, metered.secret)).status, 403)
  const [quota] = await calls('/quota', 1)
  assert.deepEqual([quota?.method, JSON.parse(quota?.body ?? '').event], ['PUT', 'QuotaExceeded'])
  assert.equal(received.filter(({ path }) => path === '/version').length, 0)
})

test('the same event is told once within its timeout, another one at once', async () => {
  const api = await listening({ AuthFailure: [handlerTo('/quiet', { event_timeout: 3600 })] })
  for (let i = 0; i < 3; i++) await through(server, `${api.listenPath}same`, 'wrong-key')
  await through(server, `${api.listenPath}other`, 'wrong-key')
  const paths = (await calls('/quiet', 2)).map(({ body }) => JSON.parse(body).path)
  assert.deepEqual(paths.sort(), [`${api.listenPath}other`, `${api.listenPath}same`])
})

test('a receiver that fails is called once more, and no oftener', async () => {
  const api = await listening({ AuthFailure: [handlerTo('/failing')] })
  answers.push(500, 503)
  await through(server, api.listenPath, 'wrong-key')
  await calls('/failing', 2)
  const later = await listening({ AuthFailure: [handlerTo('/after')] })
  await through(server, later.listenPath, 'wrong-key')
  await calls('/after', 1)
  assert.equal(received.filter(({ path }) => path === '/failing').length, 2)
  assert.match(server.output(), /webhook failed/)
})

test('an API calls the webhook that it refers to, as it is changed and no longer than it is there', async () => {
  const name = unique('referred')
  expectStatus(await org.api.post('/api/hooks', { name, method: 'POST', target_path: `${target}/first` }))
  const hook = await hookNamed(name)
  const api = await newApi(org, upstream.url)
  const wrapper = objectOf((await org.api.get(`/api/apis/${api.id}`)).json)
  const hook_references = [{ event_name: 'AuthFailure', event_timeout: 0, hook }]
  expectStatus(await org.api.put(`/api/apis/${api.id}`, { ...wrapper, hook_references }))
  await through(server, api.listenPath, 'wrong-key')
  await calls('/first', 1)
  expectStatus(await org.api.put(`/api/hooks/${hook.id}`, { ...hook, target_path: `${target}/second` }))
  await through(server, api.listenPath, 'wrong-key')
  await calls('/second', 1)
  expectStatus(await org.api.delete(`/api/hooks/${hook.id}`))
  const after = objectOf((await org.api.get(`/api/apis/${api.id}`)).json)
  assert.deepEqual(after.hook_references, [])
  await through(server, api.listenPath, 'wrong-key')
  const marker = await listening({ AuthFailure: [handlerTo('/marker')] })
  await through(server, marker.listenPath, 'wrong-key')
  await calls('/marker', 1)
  assert.equal(received.filter(({ path }) => path === '/second').length, 1)
})

test('a receiver that does not answer holds up neither requests nor other webhooks', async () => {
  const silent = createServer(() => {})
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/`
  const api = await listening({
    AuthFailure: [
      { handler_name: 'eh_web_hook_handler', handler_meta: { method: 'POST', target_path: url } },
      handlerTo('/beside'),
    ],
  })
  assert.equal((await through(server, api.listenPath, 'wrong-key')).status, 403)
  await calls('/beside', 1)
  silent.closeAllConnections()
  silent.close()
})
