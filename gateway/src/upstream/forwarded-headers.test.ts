import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { startGate, type TestGate } from '../testing/gate.ts'
import { startUpstream, type TestUpstream } from '../testing/upstream.ts'

let upstream: TestUpstream
let trusting: TestGate
let strict: TestGate

before(async () => {
  upstream = await startUpstream()
  trusting = await startGate()
  strict = await startGate({ settings: { trustedProxies: [] } })
  const proxy = { listen_path: '/open/', target_url: upstream.url }
  for (const gate of [trusting, strict]) await gate.addApi({ name: 'open', use_keyless: true, proxy })
})
after(async () => {
  await Promise.all([trusting.close(), strict.close(), upstream.close()])
})

/** What a client claims, true or not. */
const CLAIMS = {
  'X-Forwarded-For': '203.0.113.9',
  'X-Forwarded-Proto': 'https',
  'X-Forwarded-Host': 'bank.example',
  'X-Forwarded-Port': '443',
  'X-Real-IP': '203.0.113.9',
  Forwarded: 'for=203.0.113.9;proto=https',
}

const NAMES = Object.keys(CLAIMS).map((name) => name.toLowerCase())

async function limitReport(gate: TestGate, headers: Record<string, string>): Promise<Record<string, string>> {
  const reply = await gate.call('/open/', { headers: { Host: 'api.example', ...headers } })
  const { headers: seen } = JSON.parse(reply.body)
  return Object.fromEntries(NAMES.flatMap((name) => (seen[name] === undefined ? [] : [[name, seen[name]]])))
}

const OWN_WORDS = {
  'x-forwarded-for': '127.0.0.1',
  'x-forwarded-proto': 'http',
  'x-forwarded-host': 'api.example',
}

test('who is no trusted proxy cannot tell the upstream anything of the way before it', async () => {
  assert.deepEqual(await limitReport(strict, CLAIMS), OWN_WORDS)
  assert.deepEqual(await limitReport(strict, {}), OWN_WORDS)
})

test('what a trusted proxy says is kept, and its address appended', async () => {
  assert.deepEqual(await limitReport(trusting, CLAIMS), {
    'x-forwarded-for': '203.0.113.9, 127.0.0.1',
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'bank.example',
    'x-forwarded-port': '443',
    'x-real-ip': '203.0.113.9',
    forwarded: 'for=203.0.113.9;proto=https',
  })
  assert.deepEqual(await limitReport(trusting, {}), OWN_WORDS)
})

test('Connection cannot make the claims of a client pass, and a definition may set or remove them', async () => {
  assert.deepEqual(
    await limitReport(strict, {
      Connection: 'x-forwarded-proto, x-forwarded-for',
      'X-Forwarded-Proto': 'https',
    }),
    OWN_WORDS,
  )
  await strict.addApi({
    name: 'edits',
    use_keyless: true,
    proxy: { listen_path: '/edits/', target_url: upstream.url },
    version_data: {
      not_versioned: true,
      versions: {
        Default: {
          name: 'Default',
          global_headers: { 'X-Forwarded-Proto': 'https' },
          global_headers_remove: ['X-Forwarded-Host'],
        },
      },
    },
  })
  const { headers } = JSON.parse((await strict.call('/edits/')).body)
  assert.deepEqual([headers['x-forwarded-proto'], headers['x-forwarded-host']], ['https', undefined])
})

test('a definition removes or sets X-Forwarded-For as any other header, in every way there is', async () => {
  const sent = async (name: string, info: object) => {
    await strict.addApi({
      name,
      use_keyless: true,
      proxy: { listen_path: `/${name}/`, target_url: upstream.url },
      version_data: { not_versioned: true, versions: { Default: { name: 'Default', ...info } } },
    })
    const { body } = await strict.call(`/${name}/`, { headers: { 'X-Forwarded-For': '203.0.113.9' } })
    return JSON.parse(body).headers['x-forwarded-for']
  }
  const paths = (entry: object) => ({
    use_extended_paths: true,
    extended_paths: { transform_headers: [{ path: '/', ...entry }] },
  })
  assert.equal(await sent('removed', { global_headers_remove: ['X-Forwarded-For'] }), undefined)
  assert.equal(await sent('set', { global_headers: { 'X-Forwarded-For': '192.0.2.1' } }), '192.0.2.1')
  assert.equal(await sent('deleted', paths({ delete_headers: ['x-forwarded-for'] })), undefined)
  assert.equal(await sent('added', paths({ add_headers: { 'x-forwarded-for': 'nobody' } })), 'nobody')
})

test('what a definition takes out of the head does not come behind the body either', async () => {
  await strict.addApi({
    name: 'trailed',
    use_keyless: true,
    proxy: { listen_path: '/trailed/', target_url: upstream.url },
    version_data: {
      not_versioned: true,
      versions: { Default: { name: 'Default', global_headers_remove: ['X-Admin'] } },
    },
  })
  const call = request(`http://127.0.0.1:${strict.gateway.port}/trailed/`, {
    method: 'POST',
    headers: { Trailer: 'X-Admin, X-Sum' },
  })
  call.write('ab')
  call.addTrailers({ 'X-Admin': 'yes', 'X-Sum': '1' })
  call.end()
  const [reply] = (await once(call, 'response')) as [IncomingMessage]
  assert.equal(JSON.parse(await text(reply)).headers.trailer, 'X-Sum')
})
