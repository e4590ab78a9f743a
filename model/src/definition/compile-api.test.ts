import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiDefinition, withApiDefaults } from './api-definition.ts'
import { compileApi } from './compile-api.ts'
import { fieldAt } from './problem.ts'

const proxy = { listen_path: '/x/', target_url: 'http://u/' }

function compiled(change: object) {
  const definition = ApiDefinition.parse({ name: 'orders', proxy, ...change })
  const ids = { apiId: definition.api_id ?? 'a', id: 'i', orgId: 'o' }
  return compileApi(withApiDefaults(definition, ids))
}

/** Places of what is wrong, then of what is not done, and whether it is served. */
function said(change: object): [problems: string[], warnings: string[]] {
  const { api, problems, warnings } = compiled(change)
  assert.equal(api === undefined, problems.length > 0, 'what has no problem is served, and nothing else')
  return [problems.map(({ path }) => fieldAt(path)), warnings.map(({ path }) => fieldAt(path))]
}

const through = (more: object) => ({ proxy: { ...proxy, ...more } })
const target = (target_url: string) => through({ target_url })
const balanced = (...target_list: string[]) => through({ enable_load_balancing: true, target_list })
const transport = (settings: object) => through({ transport: settings })
const version = (info: object) => ({
  version_data: { not_versioned: true, versions: { Default: info } },
})

const wrong: [what: string, change: object, at: string][] = [
  ['a TCP target', target('tcp://u:1'), 'proxy.target_url'],
  ['a TLS target', target('tls://u:1'), 'proxy.target_url'],
  ['a target without a scheme', target('localhost:8080'), 'proxy.target_url'],
  ['a listed target that is no URL', balanced('http://a', 'http://'), 'proxy.target_list[1]'],
  [
    'a target of a version that is none',
    version({ override_target: 'localhost:1' }),
    'version_data.versions.Default.override_target',
  ],
  [
    'an unreadable address',
    { enable_ip_blacklisting: true, blacklisted_ips: ['::1', 'nobody'] },
    'blacklisted_ips[1]',
  ],
  [
    'an unreadable network',
    { enable_ip_blacklisting: true, blacklisted_ips: ['10.0.0.0/33'] },
    'blacklisted_ips[0]',
  ],
  ['an unknown TLS version', transport({ ssl_min_version: 7 }), 'proxy.transport.ssl_min_version'],
  [
    'TLS versions that exclude each other',
    transport({ ssl_min_version: 772, ssl_max_version: 771 }),
    'proxy.transport.ssl_min_version',
  ],
  [
    'ciphers of which none exists',
    transport({ ssl_ciphers: ['TLS_NONSENSE'] }),
    'proxy.transport.ssl_ciphers[0]',
  ],
  ['a pin without a key', { pinned_public_keys: { 'a.example': ' , ' } }, 'pinned_public_keys.a.example'],
  ['a reserved listen path', through({ listen_path: '/tyk/' }), 'proxy.listen_path'],
  ['one below it', through({ listen_path: '/tyk/keys/' }), 'proxy.listen_path'],
  [
    'HTTP/2 through a proxy',
    through({ target_url: 'h2c://u', transport: { proxy_url: 'http://p' } }),
    'proxy.transport.proxy_url',
  ],
  [
    'a header value with a line break',
    version({ global_headers: { a: 'b\r\nc' } }),
    'version_data.versions.Default.global_headers.a',
  ],
  ['an id with a slash', { api_id: 'a/b' }, 'api_id'],
  ['an id that is a dot segment', { api_id: '..' }, 'api_id'],
  ['an id with an escape', { api_id: 'a%2fb' }, 'api_id'],
]
for (const [what, change, at] of wrong) {
  test(`${what} keeps a definition from being served, and the problem says where`, () => {
    assert.deepEqual(said(change)[0], [at])
  })
}

const warned: [what: string, change: object, at: string][] = [
  ['a listed target without a scheme', balanced('localhost:8080'), 'proxy.target_list[0]'],
  ['an address without one', balanced('127.0.0.1:2'), 'proxy.target_list[0]'],
  [
    'a single target that a list replaces',
    through({ target_url: 'localhost', enable_load_balancing: true, target_list: ['http://a'] }),
    'proxy.target_url',
  ],
  ['a target that is another API', target('tyk://other/'), 'proxy.target_url'],
  ['a secret as target', target('secrets://upstream'), 'proxy.target_url'],
  ['a variable of the environment as target', target('env://UPSTREAM'), 'proxy.target_url'],
  ['a file as target', target('file:///etc/upstream'), 'proxy.target_url'],
  [
    'a cipher that does not exist beside others',
    transport({ ssl_ciphers: ['TLS_RSA_WITH_RC4_128_SHA', 'ECDHE-RSA-AES128-GCM-SHA256'] }),
    'proxy.transport.ssl_ciphers[0]',
  ],
  ['variables of a request', { enable_context_vars: true }, 'enable_context_vars'],
  [
    'a variable in a header',
    version({ global_headers: { a: '$tyk_context.path' } }),
    'version_data.versions.Default.global_headers.a',
  ],
  [
    'one of the key',
    version({ global_response_headers: { a: 'x-$tyk_meta.plan' } }),
    'version_data.versions.Default.global_response_headers.a',
  ],
  ['a listen path below which alone it is reached', through({ listen_path: '/hello/' }), 'proxy.listen_path'],
  ['cross-origin headers', { CORS: { enable: true } }, 'CORS.enable'],
  ['a way to authenticate that is not judged', { enable_jwt: true }, 'enable_jwt'],
]
for (const [what, change, at] of warned) {
  test(`${what} is stored with a warning`, () => {
    assert.deepEqual(said(change), [[], [at]])
  })
}

test('a variable in a rule for a path, and a kind of rule that is not done, are warned of', () => {
  const extended_paths = {
    transform_headers: [{ path: '/a', add_headers: { a: '$secret_env.X' } }],
    url_rewrites: [{ path: '/a', disabled: true }],
    cache: ['/b'],
  }
  const at = 'version_data.versions.Default.extended_paths'
  assert.deepEqual(said(version({ use_extended_paths: true, extended_paths })), [
    [],
    [`${at}.cache`, `${at}.transform_headers[0].add_headers.a`],
  ])
  assert.deepEqual(said(version({ use_extended_paths: false, extended_paths })), [[], []])
})

test('a definition of a kind that has no target is stored with a warning', () => {
  const none = { proxy: { listen_path: '/x/', target_url: '' } }
  for (const kind of [
    { graphql: { enabled: true } },
    { definition: { enabled: true, name: 'v1', default: 'v1', versions: { v2: 'b' } } },
    { proxy: { ...none.proxy, service_discovery: { use_discovery_service: true } } },
  ])
    assert.deepEqual(said({ ...none, ...kind })[0], [], JSON.stringify(kind))
  assert.deepEqual(said(none)[0], ['proxy.target_url'])
})

test('WebSocket targets are reached like those of the other scheme', () => {
  const [ws, wss] = ['ws://u:81/a', 'wss://u/'].map((url) => compiled(target(url)).api?.targets[0])
  assert.deepEqual([ws?.isSecure, ws?.port, ws?.authority], [false, 81, 'u:81'])
  assert.deepEqual([wss?.isSecure, wss?.port], [true, 443])
})

test('ids of other programs are taken: dots, colons, at signs, base64 of a name, up to 255 characters', () => {
  for (const api_id of [
    'orders.v1',
    'a:b',
    'me@home',
    'ZGVmYXVsdC9odHRwYmlu',
    'bmFtZQ==',
    'a'.repeat(255),
    '~a',
  ])
    assert.deepEqual(said({ api_id }), [[], []], api_id)
})

test('compiling tells which features a version needs', () => {
  const plain = compiled({ use_keyless: true }).api?.single?.inUse
  const asking = compiled({
    ...version({ use_extended_paths: true, extended_paths: { hard_timeouts: [{ path: '/a', timeout: 1 }] } }),
    enable_ip_blacklisting: true,
    blacklisted_ips: ['::1'],
  }).api?.single?.inUse
  for (const name of ['hard-timeout', 'ip-block-list'] as const) {
    assert.equal(plain?.has(name), false)
    assert.equal(asking?.has(name), true)
  }
})

test('an entry of the allow list that cannot be read admits nobody, and is warned of', () => {
  const sent = { name: 'a', proxy: { target_url: 'http://127.0.0.1:1/' } }
  const lists = { enable_ip_whitelisting: true, allowed_ips: ['127.0.0.1', 'not an address'] }
  const definition = withApiDefaults({ ...sent, ...lists }, { apiId: 'a', id: 'i', orgId: 'o' })
  const { api, problems, warnings } = compileApi(definition)
  assert.deepEqual(problems, [])
  assert.deepEqual(
    warnings.map(({ path }) => path),
    [['allowed_ips', 1]],
  )
  assert.deepEqual([api?.allowedIps?.has('127.0.0.1'), api?.allowedIps?.has('127.0.0.2')], [true, false])
})
