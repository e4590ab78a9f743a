import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import { addOrganisation, startGate, type TestGate } from '../testing/gate.ts'
import { type Received, startUpstream, type TestUpstream } from '../testing/upstream.ts'

let gate: TestGate
let upstream: TestUpstream

before(async () => {
  upstream = await startUpstream()
  gate = await startGate()
})
after(async () => {
  await gate.close()
  await upstream.close()
})

const echoed = (body: string): Received => JSON.parse(body)
const proxy = (name: string) => ({
  listen_path: `/${name}/`,
  target_url: upstream.url,
  strip_listen_path: true,
})
const rights = (apiId: string, more = {}) => ({ access_rights: { [apiId]: { api_id: apiId, ...more } } })

test('the key is taken from cookie, query or header as the API says, and taken off when it says so', async () => {
  const api = await gate.addApi({
    name: 'places',
    proxy: proxy('places'),
    strip_auth_data: true,
    auth_configs: {
      authToken: {
        auth_header_name: 'X-Key',
        use_param: true,
        param_name: 'key',
        use_cookie: true,
        cookie_name: 'session',
      },
    },
  })
  const { secret } = await gate.addKey(rights(api.apiId))
  const byHeader = await gate.call('/places/', { headers: { 'X-Key': secret } })
  assert.deepEqual([byHeader.status, echoed(byHeader.body).headers['x-key']], [200, undefined])
  const byQuery = await gate.call(`/places/?a=1&key=${secret}&b=2`)
  assert.deepEqual([byQuery.status, echoed(byQuery.body).url], [200, '/?a=1&b=2'])
  const byCookie = await gate.call('/places/', { headers: { Cookie: `a=1; session=${secret}; b=2` } })
  assert.deepEqual([byCookie.status, echoed(byCookie.body).headers.cookie], [200, 'a=1; b=2'])
  assert.equal((await gate.call('/places/', { headers: { Authorization: secret } })).status, 401)
})

test('a key is taken off a second line of cookies too', async () => {
  const auth = { use_cookie: true, cookie_name: 'session' }
  const api = await gate.addApi({ name: 'twice', proxy: proxy('twice'), strip_auth_data: true, auth })
  const { secret } = await gate.addKey(rights(api.apiId))
  const lines = ['Host: gate', `Cookie: session=${secret}; a=1`, `Cookie: b=2; session=${secret}`]
  const reply = await rawCall(gate.gateway.port, `GET /twice/ HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`)
  assert.match(reply, /^HTTP\/1.1 200/)
  assert.equal(reply.includes(secret), false)
  assert.match(reply, /"cookie":"a=1; b=2"/)
})

/** Sends bytes as they are, and reads until the end of the echo. */
async function rawCall(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.write(bytes)
  let text = ''
  for await (const chunk of socket) {
    text += String(chunk)
    if (/\}\s*$/.test(text)) break
  }
  return text
}

test('the key goes upstream unless it is to be taken off', async () => {
  const api = await gate.addApi({ name: 'kept', proxy: proxy('kept') })
  const { secret } = await gate.addKey(rights(api.apiId))
  const reply = await gate.call('/kept/', { headers: { Authorization: secret } })
  assert.equal(echoed(reply.body).headers.authorization, secret)
})

test('a key opens only the APIs, versions and URLs that it grants', async () => {
  const api = await gate.addApi({ name: 'granted', proxy: proxy('granted') })
  const other = await gate.addApi({ name: 'other', proxy: proxy('other') })
  const { secret } = await gate.addKey(
    rights(api.apiId, { allowed_urls: [{ url: '/ok', methods: ['GET'] }] }),
  )
  const headers = { Authorization: secret }
  assert.equal((await gate.call('/granted/ok', { headers })).status, 200)
  const elsewhere = await gate.call('/granted/no', { headers })
  assert.deepEqual(
    [elsewhere.status, JSON.parse(elsewhere.body).error],
    [403, 'Access to this resource has been disallowed'],
  )
  const notGranted = await gate.call('/other/', { headers })
  assert.deepEqual(
    [notGranted.status, JSON.parse(notGranted.body).error],
    [403, 'Access to this API has been disallowed'],
  )
  assert.notEqual(other.apiId, api.apiId)
})

test('a key of another organisation is unknown', async () => {
  const stranger = 'ffffffffffffffffffffffff'
  await addOrganisation(gate.storage, stranger)
  const foreign = await gate.addApi({ name: 'foreign', proxy: proxy('foreign') }, stranger)
  const { secret } = await gate.addKey(rights(foreign.apiId))
  const reply = await gate.call('/foreign/', { headers: { Authorization: secret } })
  assert.equal(reply.status, 403)
})

test('an API that asks for what cannot be judged refuses everyone, with or without a key', async () => {
  const modes = [
    { enable_jwt: true },
    { use_basic_auth: true },
    { use_oauth2: true },
    { use_openid: true },
    { enable_signature_checking: true },
    { enable_coprocess_auth: true },
    { use_standard_auth: true, enable_jwt: true },
  ]
  for (const [index, mode] of modes.entries()) {
    const api = await gate.addApi({ name: `mode ${index}`, proxy: proxy(`mode-${index}`), ...mode })
    const { secret } = await gate.addKey(rights(api.apiId))
    const reply = await gate.call(`/mode-${index}/`, { headers: { Authorization: secret } })
    assert.equal(reply.status, 500, JSON.stringify(mode))
  }
  assert.equal(
    upstream.received.some(({ url }) => url === '/mode'),
    false,
  )
})

test('a request with an XML body is refused in XML', async () => {
  await gate.addApi({ name: 'xml', proxy: proxy('xml') })
  const reply = await gate.call('/xml/', {
    method: 'POST',
    headers: { 'Content-Type': 'application/xml' },
    body: '<a/>',
  })
  assert.equal(reply.status, 401)
  assert.equal(reply.headers['content-type'], 'application/xml')
  assert.equal(
    reply.body,
    '<?xml version = "1.0" encoding = "UTF-8"?>\n<error>Authorization field missing</error>',
  )
})

test('addresses are allowed or blocked by the client behind a trusted proxy', async () => {
  await gate.addApi({
    name: 'allow',
    use_keyless: true,
    proxy: proxy('allow'),
    enable_ip_whitelisting: true,
    allowed_ips: ['10.1.0.0/16'],
  })
  await gate.addApi({
    name: 'block',
    use_keyless: true,
    proxy: proxy('block'),
    enable_ip_blacklisting: true,
    blacklisted_ips: ['10.1.2.3'],
  })
  const from = (address: string) => ({ headers: { 'X-Forwarded-For': address } })
  const calls = [
    await gate.call('/allow/', from('10.1.9.9')),
    await gate.call('/allow/', from('10.2.9.9')),
    await gate.call('/block/', from('10.1.2.3')),
    await gate.call('/block/', from('10.1.2.4')),
  ]
  assert.deepEqual(
    calls.map(({ status }) => status),
    [200, 403, 403, 200],
  )
  assert.match(calls[1]?.body ?? '', /access from this IP has been disallowed/)
  assert.equal(echoed(calls[3]?.body ?? '').headers['x-forwarded-for'], '10.1.2.4, 127.0.0.1')
})

test('the log line of a refusal has the trace and the key, never the secret', async () => {
  const api = await gate.addApi({ name: 'trace', proxy: proxy('trace') })
  const { secret, record } = await gate.addKey({ rate: 1, per: 3600, ...rights(api.apiId) })
  await gate.call('/trace/', { headers: { Authorization: secret } })
  const refused = await gate.call(`/trace/?key=${secret}`, { headers: { Authorization: secret } })
  assert.equal(refused.status, 429)
  const id = refused.headers['x-request-id']
  const line = await gate.logged(({ requestId }) => requestId === id)
  assert.deepEqual(
    [line.code, line.status, line.apiId, line.keyId],
    ['rate_limited', 429, api.apiId, record.id],
  )
  assert.deepEqual(line.trace, [
    { step: 'route', code: 'api', args: { name: 'trace' } },
    { step: 'version', code: 'version', args: { name: 'Default' } },
    { step: 'credential', code: 'key_found', args: { key: record.id } },
    {
      step: 'rate',
      code: 'limit_reached',
      sources: [{ kind: 'key', id: '', name: '' }],
      args: { used: 1, max: 1, scope: 'key' },
    },
  ])
  assert.equal(JSON.stringify(gate.log).includes(secret), false)
})
