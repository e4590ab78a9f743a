import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startGate, type TestGate } from '../testing/gate.ts'
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

const TOKEN = 'ab'.repeat(32)
let count = 0

/** What the upstream received of a request to an API of this definition. */
async function crossed(headers: Record<string, string>, definition: object = {}): Promise<Received> {
  const listen_path = `/crossing-${++count}/`
  const proxy = { listen_path, target_url: upstream.url }
  await gate.addApi({ name: `API ${count}`, use_keyless: true, proxy, ...definition })
  const { status, body } = await gate.call(listen_path, { headers })
  assert.equal(status, 200)
  return JSON.parse(body)
}

const cookies: readonly (readonly [string, string | undefined])[] = [
  [`authorisation=${TOKEN}`, undefined],
  [`a=1; authorisation=${TOKEN}; b=2`, 'a=1; b=2'],
  [`__Host-authorisation=${TOKEN}; a=1`, 'a=1'],
  [`authorisation=${TOKEN.toUpperCase()}; authorisation=${TOKEN}`, undefined],
  [`tollgate-devices=x; tollgate-passkey=y; tollgate-sso=z; a=1`, 'a=1'],
  ['authorisation=of-an-api; a=1', 'authorisation=of-an-api; a=1'],
  ['my-authorisation=1; tollgate-shop=2', 'my-authorisation=1; tollgate-shop=2'],
]
for (const [sent, expected] of cookies)
  test(`finding 4: of the cookies "${sent.slice(0, 40)}" the dashboard's stay at the gateway`, async () => {
    assert.equal((await crossed({ Cookie: sent })).headers.cookie, expected)
  })

test('finding 4: they stay there too where the credential is a cookie that is stripped', async () => {
  const definition = {
    use_keyless: false,
    strip_auth_data: true,
    auth: { use_cookie: true, cookie_name: 'key', disable_header: true },
  }
  const listen_path = '/by-cookie/'
  const api = await gate.addApi({
    name: 'by cookie',
    proxy: { listen_path, target_url: upstream.url },
    ...definition,
  })
  const { secret: key } = await gate.addKey({
    access_rights: { [api.apiId]: { api_id: api.apiId, versions: ['Default'] } },
  })
  const headers = { Cookie: `key=${key}; authorisation=${TOKEN}; kept=1` }
  const { body } = await gate.call(listen_path, { headers })
  assert.equal(JSON.parse(body).headers.cookie, 'kept=1')
})

test('finding 4: an upstream cannot set the cookies of the dashboard', async () => {
  upstream.answer = (_received, response) => {
    response.setHeader('Set-Cookie', [
      'a=1; Path=/',
      `authorisation=${TOKEN}; Path=/api`,
      'tollgate-devices=forged; Path=/login',
      'b=2',
    ])
    response.end('{}')
  }
  const listen_path = '/setting/'
  await gate.addApi({ name: 'setting', use_keyless: true, proxy: { listen_path, target_url: upstream.url } })
  const { headers } = await gate.call(listen_path)
  assert.equal(String(headers['set-cookie']), 'a=1; Path=/,b=2')
  upstream.answer = (received, response) => response.end(JSON.stringify(received))
})

for (const name of [
  'X_Forwarded_For',
  'x_real_ip',
  'X-Forwarded_Host',
  'Content_Length',
  'TRANSFER_ENCODING',
  'Proxy',
])
  test(`W10, finding 18: the header ${name} does not go upstream`, async () => {
    const { headers } = await crossed({ [name]: '203.0.113.9', X_Other_Name: 'kept' })
    assert.equal(headers[name.toLowerCase()], undefined)
    assert.equal(headers.x_other_name, 'kept')
  })

const single = (info: object) => ({
  version_data: { not_versioned: true, versions: { Default: { name: 'Default', ...info } } },
})

test('D4: X-Forwarded-For is removed where the definition removes it, and replaced where it sets it', async () => {
  const removed = await crossed({}, single({ global_headers_remove: ['X-Forwarded-For'] }))
  assert.equal(removed.headers['x-forwarded-for'], undefined)
  const set = await crossed({}, single({ global_headers: { 'x-forwarded-for': '192.0.2.1' } }))
  assert.equal(set.headers['x-forwarded-for'], '192.0.2.1')
  const rules = {
    transform_headers: [
      { path: '/', method: 'GET', delete_headers: ['x-forwarded-for', 'X-Forwarded-Proto'] },
    ],
  }
  const { headers } = await crossed({}, single({ use_extended_paths: true, extended_paths: rules }))
  assert.deepEqual([headers['x-forwarded-for'], headers['x-forwarded-proto']], [undefined, undefined])
  assert.equal((await crossed({})).headers['x-forwarded-for'], '127.0.0.1')
})
