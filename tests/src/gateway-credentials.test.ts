import assert from 'node:assert/strict'
import { test } from 'node:test'
import { through } from '../support/client.ts'
import { expectStatus, newApi, newKey, unique } from '../support/fixtures.ts'
import { objectOf } from '../support/http.ts'
import { org, server, upstream, useWorld } from '../support/world.ts'

// The tests' own address plays the proxy in front.
useWorld(undefined, { TOLLGATE_TRUSTED_PROXIES: '127.0.0.1' })

test('a key is taken from the header the API names, raw or as Bearer in any case', async () => {
  const api = await newApi(org, upstream.url, { auth: { auth_header_name: 'x-api-key' } })
  const { secret } = await newKey(org, api)
  const status = async (headers: Record<string, string>) =>
    (await through(server, api.listenPath, undefined, { headers })).status

  assert.equal(await status({ 'x-api-key': secret }), 200)
  assert.equal(await status({ 'X-API-KEY': `Bearer ${secret}` }), 200)
  assert.equal(await status({ 'x-api-key': `bEaReR ${secret}` }), 200)
  assert.equal(await status({ authorization: secret }), 401)
  assert.equal(await status({ 'x-api-key': '' }), 401)
})

test('a key is taken from the query and from a cookie where the API allows it, cookie before query before header', async () => {
  const auth = {
    auth_header_name: 'authorization',
    use_param: true,
    param_name: 'api_key',
    use_cookie: true,
    cookie_name: 'gate',
  }
  const api = await newApi(org, upstream.url, { auth })
  const headerOnly = await newApi(org, upstream.url)
  const { secret } = await newKey(org, api)
  const status = async (query: string, headers: Record<string, string> = {}) =>
    (await through(server, `${api.listenPath}x${query}`, undefined, { headers })).status

  assert.equal(await status(`?api_key=${secret}`), 200)
  assert.equal(await status(`?other=1&api_key=${secret}&more=2`), 200)
  assert.equal(await status('', { cookie: `a=b; gate=${secret}; c=d` }), 200)
  assert.equal(await status('', { authorization: secret }), 200)
  assert.equal(await status('?api_key=wrong', { authorization: secret }), 403)
  assert.equal(await status(`?api_key=${secret}`, { cookie: 'gate=wrong' }), 403)
  assert.equal(await status(''), 401)
  const elsewhere = await through(server, `${headerOnly.listenPath}?authorization=${secret}`)
  assert.equal(elsewhere.status, 401)
})

test('a key written with percent-escapes in the query is the same key', async () => {
  const api = await newApi(org, upstream.url, {
    auth: { auth_header_name: 'authorization', use_param: true, param_name: 'key' },
  })
  const name = `${unique('a+b')}%20&c=d`
  expectStatus(
    await org.api.post(`/api/keys/${encodeURIComponent(name)}`, {
      rate: -1,
      access_rights: { [api.id]: { api_id: api.id, versions: ['Default'] } },
    }),
  )

  assert.equal((await through(server, `${api.listenPath}?key=${encodeURIComponent(name)}`)).status, 200)
})

test('strip_auth_data keeps the credential from the upstream wherever it stood', async () => {
  const auth = {
    auth_header_name: 'x-api-key',
    use_param: true,
    param_name: 'api_key',
    use_cookie: true,
    cookie_name: 'gate',
  }
  const stripped = await newApi(org, upstream.url, { auth, strip_auth_data: true })
  const kept = await newApi(org, upstream.url, { auth })
  const { secret } = await newKey(org, stripped)
  const other = await newKey(org, kept)
  upstream.forget()

  const replies = [
    await through(server, `${stripped.listenPath}x?a=1&b=2`, undefined, { headers: { 'x-api-key': secret } }),
    await through(server, `${stripped.listenPath}x?a=1&api_key=${secret}&b=2`),
    await through(server, `${stripped.listenPath}x?a=1&b=2`, undefined, {
      headers: { cookie: `a=1; gate=${secret}; b=2` },
    }),
  ]
  for (const reply of replies) {
    assert.equal(expectStatus(reply).at('url'), '/x?a=1&b=2')
    assert.ok(!reply.text.includes(secret), 'the upstream saw the key')
  }
  assert.match(replies[2]?.textAt('headers', 'cookie') ?? '', /a=1; ?b=2/)
  const through2 = expectStatus(
    await through(server, `${kept.listenPath}x`, undefined, { headers: { 'x-api-key': other.secret } }),
  )
  assert.equal(through2.at('headers', 'x-api-key'), other.secret)
})

test('a custom key opens with and without the prefix of its organisation', async () => {
  const api = await newApi(org, upstream.url)
  const name = unique('custom')
  const made = expectStatus(
    await org.api.post(`/api/keys/${name}`, {
      rate: -1,
      access_rights: { [api.id]: { api_id: api.id, versions: ['Default'] } },
    }),
  )

  assert.equal((await through(server, api.listenPath, name)).status, 200)
  assert.equal((await through(server, api.listenPath, `${org.id}${name}`)).status, 200)
  assert.equal((await through(server, api.listenPath, `${'a'.repeat(24)}${name}`)).status, 403)
  assert.equal(
    (await through(server, api.listenPath, made.textAt('key_hash'))).status,
    403,
    'the public id is no key',
  )
})

test('strange credentials are unknown keys, and harm nothing', async () => {
  const api = await newApi(org, upstream.url)
  const strange = [
    'x',
    '..',
    '__proto__',
    'null',
    '%00',
    'a'.repeat(8000),
    '{"org":"x"}',
    'eyJvcmciOiJ4In0=',
    'Bearer',
    'Bearer ',
  ]
  for (const key of strange) {
    const reply = await through(server, api.listenPath, key)
    assert.ok([401, 403].includes(reply.status), `${key.slice(0, 20)}: ${reply.status}`)
  }
  const { secret } = await newKey(org, api)
  assert.equal(
    (await through(server, api.listenPath, ` ${secret} `)).status,
    200,
    'blanks around a value are not of it',
  )
  assert.equal((await through(server, api.listenPath, `${secret}x`)).status, 403)
  assert.equal((await through(server, api.listenPath, secret.toUpperCase())).status, 403)
})

test('refusals come as XML where the request is XML', async () => {
  const api = await newApi(org, upstream.url)
  for (const type of ['application/xml', 'text/xml', 'application/soap+xml', 'text/xml; charset=utf-8']) {
    const reply = await through(server, api.listenPath, undefined, { headers: { 'content-type': type } })
    assert.equal(reply.status, 401)
    assert.equal(
      reply.text,
      '<?xml version = "1.0" encoding = "UTF-8"?>\n<error>Authorization field missing</error>',
    )
    assert.match(String(reply.headers['content-type']), /xml/)
  }
})

test('only listed addresses get in, and no blocked one', async () => {
  const allowed = await newApi(org, upstream.url, {
    use_keyless: true,
    enable_ip_whitelisting: true,
    allowed_ips: ['198.51.100.0/24', '203.0.113.7'],
  })
  const blocked = await newApi(org, upstream.url, {
    use_keyless: true,
    enable_ip_blacklisting: true,
    blacklisted_ips: ['203.0.113.7'],
  })
  const from = async (path: string, address: string) => {
    const reply = await through(server, path, undefined, { headers: { 'x-real-ip': address } })
    return [reply.status, reply.status === 200 ? '' : objectOf(reply.json).error]
  }
  const refused = [403, 'access from this IP has been disallowed']

  assert.deepEqual(await from(allowed.listenPath, '198.51.100.77'), [200, ''])
  assert.deepEqual(await from(allowed.listenPath, '203.0.113.7'), [200, ''])
  assert.deepEqual(await from(allowed.listenPath, '203.0.113.8'), refused)
  assert.deepEqual(await from(blocked.listenPath, '203.0.113.7'), refused)
  assert.deepEqual(await from(blocked.listenPath, '203.0.113.8'), [200, ''])
})
