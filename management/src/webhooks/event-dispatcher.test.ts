import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import type { ApiEvent } from '@tollgate/model/definition/api-events'
import { type Ask, asking, makeApi, makeUser, smallWorld } from '../test-world.ts'
import { eventDispatcher } from './event-dispatcher.ts'

test('a receiver that never answers does not hold up the calls of another organisation', {
  timeout: 10_000,
}, async (t) => {
  const world = await smallWorld()
  const { promise: told, resolve: isTold } = Promise.withResolvers<void>()
  const receiver = createServer((request, response) => {
    if (request.url !== '/answers') return
    response.end()
    isTold()
  })
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    receiver.closeAllConnections()
    receiver.close()
  })
  const base = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`
  const apiOf = (ask: Ask, path: string) => {
    const meta = { method: 'POST', target_path: base + path }
    const handler = { handler_name: 'eh_web_hook_handler', handler_meta: meta }
    return makeApi(ask, `told${path}`, { event_handlers: { events: { AuthFailure: [handler] } } })
  }
  const other = await makeUser(world)
  const apis = [
    { orgId: world.user.orgId, apiId: await apiOf(world.ask, '/silent') },
    {
      orgId: other.orgId,
      apiId: await apiOf(asking(world.app, { authorization: other.accessKey }), '/answers'),
    },
  ]
  const dispatcher = eventDispatcher({
    storage: world.storage,
    log: () => undefined,
    now: () => world.clock.nowMs,
    timeoutMs: 1_000,
  })
  for (const { orgId, apiId } of apis)
    for (let i = 0; i < 1_100; i++)
      dispatcher.fire({ name: 'AuthFailure', orgId, apiId, message: 'm', path: '/', origin: '', key: '' })
  await told
  await dispatcher.close()
})

test('only so many calls wait; further ones are dropped, and the log says so', async (t) => {
  const world = await smallWorld()
  const held: (() => void)[] = []
  const { promise: busy, resolve: isBusy } = Promise.withResolvers<void>()
  const receiver = createServer((_request, response) => {
    held.push(() => response.end())
    if (held.length === 8) isBusy()
  })
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    receiver.closeAllConnections()
    receiver.close()
  })
  const target_path = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`
  const handler = { handler_name: 'eh_web_hook_handler', handler_meta: { method: 'POST', target_path } }
  const apiId = await makeApi(world.ask, 'told', { event_handlers: { events: { AuthFailure: [handler] } } })
  const lines: Readonly<Record<string, unknown>>[] = []
  const { promise: said, resolve: isSaid } = Promise.withResolvers<void>()
  const dispatcher = eventDispatcher({
    storage: world.storage,
    log(line) {
      lines.push(line)
      if (line.msg === 'webhooks dropped, too many are waiting') isSaid()
    },
    now: () => world.clock.nowMs,
    timeoutMs: 10_000,
  })
  const event: ApiEvent = {
    name: 'AuthFailure',
    orgId: world.user.orgId,
    apiId,
    message: 'm',
    path: '/',
    origin: '127.0.0.1',
    key: '',
  }
  for (let i = 0; i < 1_100; i++) dispatcher.fire(event)
  await Promise.all([busy, said])
  assert.equal(held.length, 8, 'calls under way at a time')
  for (const end of held) end()
  receiver.on('request', (_request, response) => response.end())
  await dispatcher.close()
  dispatcher.fire(event)
  assert.equal(lines.filter(({ msg }) => msg === 'webhook failed').length, 0)
})
