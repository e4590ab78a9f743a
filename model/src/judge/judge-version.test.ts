import assert from 'node:assert/strict'
import test from 'node:test'
import { ApiDefinition } from '../definition/api-definition.ts'
import { compileRules } from '../definition/compile-api.ts'
import { judgeVersion } from './judge-version.ts'
import type { RequestFacts } from './request-facts.ts'

type Asked = { method?: string; path?: string; query?: string; headers?: Record<string, string> }

function facts({ method = 'GET', path = '/', query = '', headers = {} }: Asked): RequestFacts {
  return { method, path, fullPath: `/api${path}`, query, header: (name) => headers[name] }
}

/** The judgement in short: `v1 /path`, with `ignored` or what is dropped beside it, or the code of the refusal. */
function judged(definition: object, asked: Asked, nowMs = 0): string {
  const proxy = { listen_path: '/api/', target_url: 'http://x' }
  const rules = compileRules(ApiDefinition.parse({ api_id: 'a', name: 'orders', proxy, ...definition }))
  const request = facts(asked)
  const verdict = judgeVersion(rules, request, nowMs)
  if (verdict.outcome === 'refuse') return verdict.code
  if (verdict.outcome === 'mock') return `mock ${verdict.reply.status} ${verdict.reply.body}`
  if (verdict.outcome === 'sub-api') return `api ${verdict.apiId} -${verdict.pathDrop}`
  const notes = `${verdict.ignored ? ' ignored' : ''}${verdict.pathDrop > 0 ? ` -${verdict.pathDrop}` : ''}`
  return `${verdict.version.name} ${verdict.path}${notes}`
}

const two = { not_versioned: false, versions: { v1: {}, v2: { expires: '1970-01-02 00:00' } } }
const by = (location: string, more: object = {}, data: object = {}) => ({
  definition: { location, key: 'X-V', ...more },
  version_data: { ...two, ...data },
})
const DAY = 86_400_000

const versions: [definition: object, asked: Asked, expected: string, nowMs?: number][] = [
  [{}, {}, 'Default /'],
  [{ version_data: { not_versioned: true, versions: { x: {} } } }, {}, 'x /'],
  [{ version_data: { not_versioned: true, versions: { x: {}, default: {} } } }, {}, 'default /'],
  [{ version_data: { not_versioned: true, versions: { x: {}, y: {} } } }, {}, 'version_missing'],
  [{ version_data: { not_versioned: true, versions: { Default: {}, default: {} } } }, {}, 'version_missing'],
  [by('header'), { headers: { 'x-v': 'v1' } }, 'v1 /'],
  [by('header'), {}, 'version_missing'],
  [by('header'), { headers: { 'x-v': 'v9' } }, 'version_unknown'],
  [by('header'), { headers: { 'x-v': '__proto__' } }, 'version_unknown'],
  [by('header', {}, { default_version: 'v1' }), {}, 'v1 /'],
  [by('header', {}, { default_version: 'v1' }), { headers: { 'x-v': 'v9' } }, 'version_unknown'],
  [
    by('header', { fallback_to_default: true }, { default_version: 'v1' }),
    { headers: { 'x-v': 'v9' } },
    'v1 /',
  ],
  [by('header'), { headers: { 'x-v': 'v2' } }, 'v2 /', DAY],
  [by('header'), { headers: { 'x-v': 'v2' } }, 'version_expired', DAY + 1],
  [by('url-param'), { query: 'a=1&X-V=v1' }, 'v1 /'],
  [by('url'), { path: '/v1/get' }, 'v1 /get'],
  [by('url'), { path: '/v1' }, 'v1 /'],
  [by('url', { strip_path: true }), { path: '/v1/get' }, 'v1 /get -3'],
  [by('url'), { path: '/get' }, 'version_unknown'],
  [by('url', { fallback_to_default: true }, { default_version: 'v1' }), { path: '/get/x' }, 'v1 /get/x'],
  [
    by('url', { url_versioning_pattern: '^v[0-9]+$' }, { default_version: 'v1' }),
    { path: '/get' },
    'v1 /get',
  ],
  [
    by(
      'url',
      { url_versioning_pattern: '^v[0-9]+$', strip_path: true, fallback_to_default: true },
      { default_version: 'v1' },
    ),
    { path: '/v7/get' },
    'v1 /get -3',
  ],
  [{ active: false }, {}, 'api_inactive'],
  [{ expiration: '1970-01-02 00:00' }, {}, 'api_expired', DAY + 1],
  [{ expiration: '1970-01-02 00:00', expiration_disabled: true }, {}, 'Default /', DAY + 1],
]
for (const [definition, asked, expected, nowMs] of versions) {
  test(`${JSON.stringify(asked)} to ${JSON.stringify(definition)} is ${expected}`, () => {
    assert.equal(judged(definition, asked, nowMs), expected)
  })
}

const sub = (more: object = {}) => ({
  definition: {
    enabled: true,
    name: 'base',
    location: 'header',
    key: 'X-V',
    versions: { v2: 'child' },
    ...more,
  },
})
const subApis: [definition: object, asked: Asked, expected: string][] = [
  [sub(), { headers: { 'x-v': 'v2' } }, 'api child -0'],
  [sub(), { headers: { 'x-v': 'base' } }, 'Default /'],
  [sub(), { headers: { 'x-v': 'v9' } }, 'sub_version_unknown'],
  [sub(), {}, 'version_missing'],
  [sub({ default: 'self' }), {}, 'Default /'],
  [sub({ default: 'v2' }), {}, 'api child -0'],
  [sub({ default: 'v2', fallback_to_default: true }), { headers: { 'x-v': 'v9' } }, 'api child -0'],
  [sub({ location: 'url', strip_versioning_data: true }), { path: '/v2/x' }, 'api child -3'],
]
for (const [definition, asked, expected] of subApis) {
  test(`with versions that are APIs, ${JSON.stringify([definition, asked])} is ${expected}`, () => {
    assert.equal(judged(definition, asked), expected)
  })
}

const lists = (extended_paths: object, info: object = {}) => ({
  version_data: {
    not_versioned: true,
    versions: { Default: { use_extended_paths: true, extended_paths, ...info } },
  },
})
const reply = { action: 'reply', code: 418, data: 'tea', headers: { 'x-a': 'b' } }
const paths: [what: string, definition: object, asked: Asked, expected: string][] = [
  ['a path on no list passes', lists({ black_list: [{ path: '/b' }] }), { path: '/a' }, 'Default /a'],
  [
    'a black path is refused',
    lists({ black_list: [{ path: '/b' }] }),
    { path: '/b/c' },
    'endpoint_forbidden',
  ],
  [
    'a black path of another method passes',
    lists({ black_list: [{ path: '/b', method: 'POST' }] }),
    { path: '/b' },
    'Default /b',
  ],
  [
    'a white list refuses everything else',
    lists({ white_list: [{ path: '/a' }] }),
    { path: '/b' },
    'endpoint_forbidden',
  ],
  ['a white path passes', lists({ white_list: [{ path: '/a' }] }), { path: '/a' }, 'Default /a'],
  [
    'a white path of another method is refused',
    lists({ white_list: [{ path: '/a', method_actions: { GET: { action: 'no_action' } } }] }),
    { path: '/a', method: 'POST' },
    'endpoint_forbidden',
  ],
  [
    'ignored beats black and white',
    lists({ ignored: [{ path: '/a' }], black_list: [{ path: '/a' }], white_list: [{ path: '/z' }] }),
    { path: '/a' },
    'Default /a ignored',
  ],
  [
    'black beats white',
    lists({ black_list: [{ path: '/a' }], white_list: [{ path: '/a' }] }),
    { path: '/a' },
    'endpoint_forbidden',
  ],
  [
    'a reply answers by itself',
    lists({ white_list: [{ path: '/a', method_actions: { GET: reply } }] }),
    { path: '/a' },
    'mock 418 tea',
  ],
  [
    'a mock comes first',
    lists({ mock_response: [{ path: '/a', code: 201, body: 'm' }], black_list: [{ path: '/a' }] }),
    { path: '/a' },
    'mock 201 m',
  ],
  [
    'an action we do not know blocks',
    lists({ ignored: [{ path: '/a', method_actions: { GET: { action: 'explode' } } }] }),
    { path: '/a' },
    'endpoint_forbidden',
  ],
  [
    'an internal path is refused from outside',
    lists({ internal: [{ path: '/a', method: 'GET' }] }),
    { path: '/a' },
    'endpoint_forbidden',
  ],
  [
    'a disabled entry counts for nothing',
    lists({ black_list: [{ path: '/a', disabled: true }] }),
    { path: '/a' },
    'Default /a',
  ],
  [
    'the whole path matches too',
    lists({ black_list: [{ path: '/api/a' }] }),
    { path: '/a' },
    'endpoint_forbidden',
  ],
  ['case counts', lists({ black_list: [{ path: '/A' }] }), { path: '/a' }, 'Default /a'],
  [
    'unless the version ignores it',
    lists({ black_list: [{ path: '/A' }] }, { ignore_endpoint_case: true }),
    { path: '/a' },
    'endpoint_forbidden',
  ],
  [
    'unless the entry ignores it',
    lists({ black_list: [{ path: '/A', ignore_case: true }] }),
    { path: '/a' },
    'endpoint_forbidden',
  ],
  [
    'extended paths count only when they are used',
    lists({ black_list: [{ path: '/a' }] }, { use_extended_paths: false }),
    { path: '/a' },
    'Default /a',
  ],
  [
    'plain lists count when they are not',
    lists(
      {},
      { use_extended_paths: false, paths: { ignored: ['/i'], white_list: ['/w'], black_list: ['/b'] } },
    ),
    { path: '/i', method: 'PUT' },
    'Default /i ignored',
  ],
]
for (const [what, definition, asked, expected] of paths) {
  test(what, () => assert.equal(judged(definition, asked), expected))
}

test('lists of a version in the path match what comes after the version', () => {
  const versions = { v1: { use_extended_paths: true, extended_paths: { ignored: [{ path: '/open' }] } } }
  const definition = { definition: { location: 'url' }, version_data: { not_versioned: false, versions } }
  assert.equal(judged(definition, { path: '/v1/open' }), 'v1 /open ignored')
})
