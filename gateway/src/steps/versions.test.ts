import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { VersionInfo } from '@tollgate/model/definition/api-definition'
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

const echoed = (body: string): Received => JSON.parse(body)
const keyless = (name: string) => ({
  name,
  use_keyless: true,
  proxy: { listen_path: `/${name}/`, target_url: upstream.url, strip_listen_path: true },
})
const single = (info: VersionInfo) => ({
  not_versioned: true,
  versions: { Default: { name: 'Default', ...info } },
})

test('a version is named by header; unknown and missing ones are refused', async () => {
  const versions = { v1: { name: 'v1' }, v2: { name: 'v2', override_target: `${upstream.url}/second` } }
  await gate.addApi({
    ...keyless('by-header'),
    definition: { location: 'header', key: 'X-Version', strip_versioning_data: true },
    version_data: { not_versioned: false, versions },
  })
  const v1 = await gate.call('/by-header/x', { headers: { 'x-version': 'v1' } })
  assert.deepEqual(
    [v1.status, echoed(v1.body).url, echoed(v1.body).headers['x-version']],
    [200, '/x', undefined],
  )
  const v2 = await gate.call('/by-header/x', { headers: { 'X-Version': 'v2' } })
  assert.equal(echoed(v2.body).url, '/second/x')
  const unknown = await gate.call('/by-header/x', { headers: { 'X-Version': 'v3' } })
  assert.deepEqual(
    [unknown.status, unknown.body],
    [403, '{\n    "error": "This API version does not seem to exist"\n}'],
  )
  const missing = await gate.call('/by-header/x')
  assert.deepEqual(
    [missing.status, missing.body],
    [403, '{\n    "error": "Version information not found"\n}'],
  )
})

test('a version is named by query parameter or by the first segment, and is stripped when asked', async () => {
  const version_data = {
    not_versioned: false,
    default_version: 'v1',
    versions: { v1: { name: 'v1' }, v2: { name: 'v2' } },
  }
  await gate.addApi({
    ...keyless('by-query'),
    definition: { location: 'url-param', key: 'version', strip_versioning_data: true },
    version_data,
  })
  assert.equal(echoed((await gate.call('/by-query/x?version=v2&a=1')).body).url, '/x?a=1')
  assert.equal((await gate.call('/by-query/x')).status, 200)
  await gate.addApi({
    ...keyless('by-path'),
    definition: { location: 'url', key: '', strip_path: true },
    version_data,
  })
  assert.equal(echoed((await gate.call('/by-path/v2/x')).body).url, '/x')
  assert.equal((await gate.call('/by-path/v9/x')).status, 403)
})

test('a version that has expired is refused, one that will expire says when', async () => {
  const versions = {
    old: { name: 'old', expires: '2001-01-01 00:00' },
    now: { name: 'now', expires: '2999-01-01 00:00' },
  }
  await gate.addApi({
    ...keyless('expiring'),
    definition: { location: 'header', key: 'v' },
    version_data: { not_versioned: false, versions },
  })
  const old = await gate.call('/expiring/', { headers: { v: 'old' } })
  assert.equal(old.status, 403)
  assert.match(old.body, /Api Version has expired, please check documentation or contact administrator/)
  const valid = await gate.call('/expiring/', { headers: { v: 'now' } })
  assert.equal(valid.headers['x-tyk-api-expires'], 'Tue, 01 Jan 2999 00:00:00 GMT')
})

test('a version may be an API of its own, which need not be reachable itself', async () => {
  const second = await gate.addApi({
    ...keyless('second'),
    internal: true,
    proxy: { listen_path: '/second/', target_url: `${upstream.url}/sub`, strip_listen_path: true },
  })
  await gate.addApi({
    ...keyless('base'),
    definition: {
      enabled: true,
      name: 'v1',
      default: 'self',
      location: 'header',
      key: 'v',
      versions: { v2: second.apiId, v3: 'nothing' },
    },
  })
  assert.equal(echoed((await gate.call('/base/x', { headers: { v: 'v2' } })).body).url, '/sub/x')
  const dangling = await gate.call('/base/x', { headers: { v: 'v3' } })
  assert.deepEqual(
    [dangling.status, JSON.parse(dangling.body).error],
    [404, 'This API version does not seem to exist'],
  )
  assert.equal((await gate.call('/second/x')).status, 404)
})

test('lists decide before authentication: ignored needs no key, black is forbidden, mocks answer by themselves', async () => {
  const api = await gate.addApi({
    name: 'lists',
    proxy: { listen_path: '/lists/', target_url: upstream.url, strip_listen_path: true },
    version_data: single({
      use_extended_paths: true,
      extended_paths: {
        ignored: [{ path: '/health', method: 'GET' }],
        black_list: [{ path: '/secret', method: 'GET' }],
        white_list: [
          {
            path: '/mock',
            method_actions: { GET: { action: 'reply', code: 418, data: 'tea', headers: { 'X-Pot': 'yes' } } },
          },
        ],
      },
    }),
  })
  assert.equal(api.definition.use_standard_auth, true)
  assert.equal((await gate.call('/lists/health')).status, 200)
  const black = await gate.call('/lists/secret')
  assert.deepEqual([black.status, JSON.parse(black.body).error], [403, 'Requested endpoint is forbidden'])
  const mock = await gate.call('/lists/mock')
  assert.deepEqual([mock.status, mock.body, mock.headers['x-pot']], [418, 'tea', 'yes'])
  assert.equal((await gate.call('/lists/other')).status, 403, 'a white list that only answers is one too')
})

test('a white list forbids everything else', async () => {
  await gate.addApi({
    ...keyless('white'),
    version_data: single({ paths: { ignored: [], white_list: ['/ok'], black_list: [] } }),
  })
  assert.equal((await gate.call('/white/ok/deep')).status, 200)
  assert.equal((await gate.call('/white/okay')).status, 403)
  assert.equal((await gate.call('/white/no/../ok')).status, 200)
})

test('headers are changed for every request and for certain paths, on the way in and out', async () => {
  await gate.addApi({
    ...keyless('headers'),
    version_data: single({
      use_extended_paths: true,
      global_headers: { 'X-Added': 'global', 'X-Both': 'global' },
      global_headers_remove: ['X-Secret'],
      global_response_headers: { 'X-Out': 'global', 'X-Out-Both': 'global' },
      global_response_headers_remove: ['X-Upstream'],
      extended_paths: {
        transform_headers: [
          { path: '/p', method: 'GET', delete_headers: ['X-Gone'], add_headers: { 'X-Both': 'path' } },
        ],
        transform_response_headers: [
          { path: '/p', method: 'GET', delete_headers: [], add_headers: { 'X-Out-Both': 'path' } },
        ],
      },
    }),
  })
  upstream.answer = (received, response) => {
    response.setHeader('X-Upstream', 'inside')
    response.end(JSON.stringify(received))
  }
  const sent = { 'X-Added': 'client', 'X-Secret': 's', 'X-Gone': 'g' }
  const there = await gate.call('/headers/p', { headers: sent })
  const { headers } = echoed(there.body)
  assert.deepEqual(
    [headers['x-added'], headers['x-both'], headers['x-secret'], headers['x-gone']],
    ['global', 'path', undefined, undefined],
  )
  assert.deepEqual(
    [there.headers['x-out'], there.headers['x-out-both'], there.headers['x-upstream']],
    ['global', 'path', undefined],
  )
  const elsewhere = await gate.call('/headers/q', { headers: sent })
  assert.equal(echoed(elsewhere.body).headers['x-gone'], 'g')
  assert.equal(elsewhere.headers['x-out-both'], 'global')
})

test('a configured header that cannot be sent closes the API instead of splitting the message', async () => {
  await gate.addApi({
    ...keyless('split'),
    version_data: single({ global_headers: { 'X-A': 'a\r\nX-B: b' } }),
  })
  assert.equal((await gate.call('/split/')).status, 500)
  await gate.logged(({ error }) => String(error).includes('must not contain'))
})

test('a body larger than the limit is refused, one without a length too', async () => {
  await gate.addApi({ ...keyless('size'), version_data: single({ global_size_limit: 10 }) })
  assert.equal((await gate.call('/size/', { method: 'POST', body: '0123456789' })).status, 200)
  const large = await gate.call('/size/', { method: 'POST', body: '01234567890' })
  assert.deepEqual([large.status, JSON.parse(large.body).error], [400, 'Request is too large'])
  const chunked = await gate.call('/size/', {
    method: 'POST',
    headers: { 'Transfer-Encoding': 'chunked' },
    body: 'x',
  })
  assert.equal(chunked.status, 411)
})

test('a path may have a timeout of its own for the upstream', async () => {
  await gate.addApi({
    ...keyless('hard'),
    version_data: single({
      use_extended_paths: true,
      extended_paths: { hard_timeouts: [{ path: '/slow', method: 'GET', timeout: 1 }] },
    }),
  })
  upstream.answer = () => {}
  const late = await gate.call('/hard/slow')
  assert.deepEqual(
    [late.status, JSON.parse(late.body).error],
    [504, 'Upstream service reached hard timeout.'],
  )
})

test('a list of targets without schemes is served, and a target that cannot be reached yet is 503', async () => {
  const bare = upstream.url.replace('http://', '')
  const listed = { listen_path: '/bare/', enable_load_balancing: true, target_list: [bare, bare] }
  await gate.addApi({ name: 'bare', use_keyless: true, proxy: listed })
  upstream.answer = (_received, response) => response.end('here')
  assert.equal((await gate.call('/bare/')).body, 'here')
  for (const [name, target_url] of [
    ['looped', 'tyk://other/'],
    ['referred', 'env://UPSTREAM'],
  ] as const) {
    await gate.addApi({ name, use_keyless: true, proxy: { listen_path: `/${name}/`, target_url } })
    const refused = await gate.call(`/${name}/`)
    assert.deepEqual(
      [refused.status, JSON.parse(refused.body).error],
      [503, 'Service temporarily unavailable.'],
    )
    await gate.logged(({ code }) => code === 'target_unusable')
  }
})

test('encoded slashes go on as they were sent where the API says so, and are 400 elsewhere', async () => {
  const proxy = { ...keyless('scoped').proxy, allow_encoded_slashes: true }
  await gate.addApi({
    name: 'scoped',
    use_keyless: true,
    proxy,
    version_data: single({ paths: { ignored: [], white_list: [], black_list: ['/{name}/secret'] } }),
  })
  await gate.addApi(keyless('plain'))
  upstream.answer = (received, response) => response.end(received.url)
  assert.equal((await gate.call('/scoped/@scope%2fname?x=%2f')).body, '/@scope%2Fname?x=%2f')
  assert.equal((await gate.call('/scoped/@scope%2Fname/secret')).status, 403)
  assert.equal((await gate.call('/plain/@scope%2fname')).status, 400)
  for (const path of ['/scoped/a%2f..%2fb', '/scoped/..%2fplain', '/scoped/a%5cb', '/scoped/..;/plain'])
    assert.equal((await gate.call(path)).status, 400, path)
})
