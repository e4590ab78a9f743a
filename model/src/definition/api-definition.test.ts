import assert from 'node:assert/strict'
import test from 'node:test'
import * as fc from 'fast-check'
import { ApiDefinition, withApiDefaults } from './api-definition.ts'
import { compileApi } from './compile-api.ts'
import { problemText } from './problem.ts'

const ids = { apiId: 'a1', id: '64f0c1a2b3d4e5f601020304', orgId: '64f0c1a2b3d4e5f601020305' }
const smallest: ApiDefinition = { name: 'Orders #internal', proxy: { target_url: 'http://127.0.0.1:9/' } }

function problems(change: ApiDefinition): string[] {
  const { problems } = compileApi(
    withApiDefaults({ ...smallest, ...change }, { ...ids, apiId: change.api_id ?? ids.apiId }),
  )
  return problems.map(problemText)
}

test('the smallest body works: everything else has a default', () => {
  const definition = withApiDefaults(smallest, ids)
  assert.deepEqual(compileApi(definition).problems, [])
  assert.deepEqual(definition, {
    name: 'Orders #internal',
    id: ids.id,
    api_id: ids.apiId,
    org_id: ids.orgId,
    slug: 'orders',
    active: true,
    use_standard_auth: true,
    proxy: { target_url: 'http://127.0.0.1:9/', listen_path: '/a1/', strip_listen_path: true },
    version_data: { not_versioned: true, versions: { Default: { name: 'Default' } } },
  })
})

test('an empty listen path counts as none', () => {
  const proxy = { listen_path: '', target_url: 'http://x', strip_listen_path: false }
  assert.deepEqual(withApiDefaults({ proxy }, ids).proxy, {
    ...proxy,
    listen_path: '/a1/',
    strip_listen_path: true,
  })
})

test('a chosen way to authenticate is left alone', () => {
  for (const mode of [{ use_keyless: true }, { enable_jwt: true }, { external_oauth: { enabled: true } }]) {
    assert.equal(withApiDefaults({ ...smallest, ...mode }, ids).use_standard_auth, undefined)
  }
  assert.equal(withApiDefaults({ ...smallest, use_keyless: false }, ids).use_standard_auth, true)
})

test('where not_versioned is left out, only a lone default version is not versioned', () => {
  const flag = (names: string[]) => {
    const versions = Object.fromEntries(names.map((name) => [name, {}]))
    return withApiDefaults({ ...smallest, version_data: { versions } }, ids).version_data?.not_versioned
  }
  assert.deepEqual([flag(['Default']), flag(['v1']), flag(['Default', 'v1'])], [true, false, false])
})

test('defaults drop nothing, and applying them again changes nothing', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (document) => {
      const parsed = ApiDefinition.safeParse(document)
      if (!parsed.success) return
      const once = withApiDefaults(parsed.data, ids)
      for (const name of Object.keys(parsed.data)) assert.ok(Object.hasOwn(once, name))
      assert.equal(JSON.stringify(withApiDefaults(once, ids)), JSON.stringify(once))
    }),
  )
})

const versions = (info: object, more: object = {}): ApiDefinition =>
  ApiDefinition.parse({
    version_data: {
      not_versioned: true,
      versions: { Default: { use_extended_paths: true, ...info } },
      ...more,
    },
  })
const target = (target_url: string): ApiDefinition => ({ proxy: { target_url } })
const listen = (listen_path: string): ApiDefinition => ({ proxy: { target_url: 'http://x', listen_path } })

const wrong: [what: string, change: ApiDefinition, problem: RegExp][] = [
  ['an empty name', { name: ' ' }, /^name/],
  ['an api_id with a slash', { api_id: 'a/b' }, /^api_id/],
  ['an api_id that is too long', { api_id: 'a'.repeat(256) }, /^api_id/],
  ['no target', target(''), /^proxy\.target_url/],
  ['a relative target', target('/x'), /^proxy\.target_url/],
  ['a target of another scheme', target('ftp://x/'), /^proxy\.target_url/],
  ['a target with a line break', target('http://x/\r\nHost: y'), /^proxy\.target_url/],
  ['a target with a password', target('http://u:p@x/'), /^proxy\.target_url/],
  ['a target without a valid host', target('http://[::/'), /^proxy\.target_url/],
  ['a listen path without a slash', listen('x/'), /^proxy\.listen_path/],
  ['a listen path with a control character', listen('/x\u0000/'), /^proxy\.listen_path/],
  ['a listen path that climbs', listen('/a/../b/'), /^proxy\.listen_path/],
  ['a listen path with a bad expression', listen('/a/{id:(}/'), /^proxy\.listen_path/],
  ['a listen path with a query', listen('/a?b'), /^proxy\.listen_path/],
  ['a bad header name for the key', { auth: { auth_header_name: 'X Key' } }, /^auth\.auth_header_name/],
  ['a bad time', { expiration: 'soon' }, /^expiration/],
  ['a bad time of a version', versions({ expires: 'soon' }), /^version_data\.versions\.Default\.expires/],
  [
    'a bad expression',
    versions({ extended_paths: { white_list: [{ path: '/a(' }] } }),
    /white_list\[0\]\.path/,
  ],
  [
    'an expression that looks ahead',
    versions({ extended_paths: { ignored: [{ path: '/(?=a)' }] } }),
    /ignored\[0\]\.path/,
  ],
  ['a header with a line break', versions({ global_headers: { a: 'b\r\nc: d' } }), /global_headers\.a/],
  ['a bad header name', versions({ global_response_headers: { 'a b': 'c' } }), /global_response_headers/],
  [
    'a bad header of a reply',
    versions({
      extended_paths: {
        white_list: [{ path: '/', method_actions: { GET: { action: 'reply', headers: { 'a:': '' } } } }],
      },
    }),
    /method_actions\.GET\.headers/,
  ],
  ['two versions without a default', versions({}, { versions: { v1: {}, v2: {} } }), /none of which/],
  ['an unknown location', { definition: { location: 'moon' } }, /^definition\.location/],
  [
    'a default version that is not there',
    {
      definition: { location: 'header', key: 'v' },
      ...versions({}, { not_versioned: false, default_version: 'v9' }),
    },
    /default_version/,
  ],
  ['no place for the version', versions({}, { not_versioned: false }), /^definition\.key/],
]
for (const [what, change, problem] of wrong) {
  test(`a definition with ${what} is refused with the field's name`, () => {
    assert.match(problems(change).join('\n'), problem)
  })
}

test('a proxy that cannot be used is refused, and what may be a password is not repeated', () => {
  const way = (proxy_url: string) => problems({ proxy: { ...smallest.proxy, transport: { proxy_url } } })
  assert.deepEqual(way('http://u:p%40@proxy:3128'), [])
  for (const url of ['nonsense:word', 'ftp://u:word@a', 'http://u:word%zz@a', 'http://u:word@']) {
    const [problem = '', ...others] = way(url)
    assert.match(problem, /^proxy\.transport\.proxy_url/, url)
    assert.ok(!problem.includes('word@') && !problem.includes('%zz'), problem)
    assert.deepEqual(others, [])
  }
})

test('what is switched off may be wrong', () => {
  const disabled = versions({ extended_paths: { white_list: [{ path: '(', disabled: true }] } })
  assert.deepEqual(problems(disabled), [])
})

test('looking for problems never throws', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), (a, b, c) => {
      const change = versions({
        expires: a,
        extended_paths: { black_list: [{ path: b }] },
        global_headers: { [c]: a },
      })
      problems({
        ...change,
        ...target(a),
        ...{ domain: b, api_id: c },
        definition: { url_versioning_pattern: b },
      })
      problems(listen(a))
    }),
  )
})
