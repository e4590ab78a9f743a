import assert from 'node:assert/strict'
import { test } from 'node:test'
import { adminOf, through } from '../support/client.ts'
import { expectStatus, newApi, newOrganisation, newUser, type Organisation } from '../support/fixtures.ts'
import { arrayOf, objectOf, sendRaw } from '../support/http.ts'
import { org, server, upstream, useWorld } from '../support/world.ts'

// A first start makes an organisation: without it the world's is the only one.
useWorld(async () => {
  const admin = adminOf(server)
  for (const { id } of arrayOf(expectStatus(await admin.get('/admin/organisations')).at('organisations')).map(
    objectOf,
  ))
    if (id !== org.id) expectStatus(await admin.delete(`/admin/organisations/${String(id)}`))
})

const explain = (id: string, by: Organisation['api']) => by.get(`/api/requests/${id}/explain`)

/** What bytes on a fresh connection were answered with: the id is in the head. */
async function idOf(bytes: string): Promise<string> {
  const { text } = await sendRaw(server.gateway, bytes)
  return /^x-request-id: (\S+)/im.exec(text)?.[1] ?? ''
}

test('requests that reached no API are explained to the users of the only organisation, and to no others', async () => {
  const nowhere = String((await through(server, '/nowhere')).headers['x-request-id'])
  const noHost = await idOf('GET / HTTP/1.1\r\n\r\n')
  const ambiguous = await idOf('GET /a/%2e%2e%2fb HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  const told = async (id: string) => {
    const reply = expectStatus(await explain(id, org.api))
    return [reply.at('code'), reply.at('status'), reply.at('message'), reply.at('limit')]
  }
  assert.deepEqual(await told(nowhere), ['no_route', 404, 'Not Found', null])
  assert.deepEqual(await told(noHost), ['request_malformed', 400, 'missing, repeated or invalid Host', null])
  assert.deepEqual(await told(ambiguous), ['request_malformed', 400, 'Bad Request', null])
  const reader = await newUser(org, { apis: 'write' })
  assert.equal((await explain(nowhere, reader.api)).status, 403)

  const other = await newOrganisation(server)
  for (const id of [nowhere, noHost, ambiguous]) {
    assert.equal((await explain(id, org.api)).status, 404)
    assert.equal((await explain(id, other.api)).status, 404)
  }
})

test('where an API is switched off, its own organisation may ask why', async () => {
  const api = await newApi(org, upstream.url, { active: false })
  const reply = await through(server, api.listenPath)
  assert.equal(reply.text, 'Not Found')
  const why = expectStatus(await explain(String(reply.headers['x-request-id']), org.api))
  assert.deepEqual([why.at('code'), why.at('api', 'id')], ['api_inactive', api.id])
  const other = await newOrganisation(server)
  assert.equal((await explain(String(reply.headers['x-request-id']), other.api)).status, 404)
})

test('every answer of the gateway port has an id of the gateway’s own', async () => {
  const api = await newApi(org, upstream.url, { use_keyless: true })
  upstream.respond((_request, response) => response.setHeader('X-Request-Id', 'theirs').end())
  const seen = new Set<string>()
  for (const path of [api.listenPath, '/nowhere', '/hello', '/ready', '/tyk/keys', '/a/%2f']) {
    const { headers } = await through(server, path)
    const id = String(headers['x-request-id'])
    assert.match(id, /^[0-9a-f]{12}-[0-9a-z]+-[0-9a-z]+$/, path)
    seen.add(id)
  }
  for (const bytes of ['GET / HTTP/1.1\r\n\r\n', 'nonsense\r\n\r\n', 'GET / HTTP/3.0\r\nHost: x\r\n\r\n'])
    seen.add(await idOf(bytes))
  assert.equal(seen.size, 9)
  upstream.respond()
})
