import assert from 'node:assert/strict'
import { test } from 'node:test'
import { effectiveAccess } from '../access/effective-access.ts'
import { Session } from '../access/session.ts'
import { judgeRequest } from '../judge/judge-request.ts'
import type { RequestFacts } from '../judge/request-facts.ts'
import { memoryCounters } from '../limits/memory-counters.ts'
import { ApiDefinition, withApiDefaults } from './api-definition.ts'
import { compileRules } from './compile-api.ts'
import type { PathMatching } from './path-pattern.ts'

/** Rules of paths as people write them, in every kind of list: the lists of a version, of both forms, and of keys. */

type Options = {
  readonly listenPath?: string
  readonly info?: object
  readonly more?: object
  readonly matching?: PathMatching
}

function factsOf(listenPath: string, path: string, method = 'GET'): RequestFacts {
  const fullPath = listenPath.replace(/\/$/, '') + path
  return { method, path, fullPath, query: '', header: (name) => (name === 'authorization' ? 'k' : undefined) }
}

function rulesOf(info: object, { listenPath = '/x/', more = {}, matching = {} }: Options) {
  const definition = ApiDefinition.parse({
    name: 'orders',
    proxy: { listen_path: listenPath, target_url: 'http://u' },
    version_data: { not_versioned: true, versions: { Default: info } },
    ...more,
  })
  return compileRules(withApiDefaults(definition, { apiId: 'a', id: 'i', orgId: 'o' }), matching)
}

/** What becomes of a request to an API that asks for a key, sent without one: 'open', 'key' or 'forbidden'. */
function asked(info: object, path: string, options: Options & { readonly method?: string } = {}): string {
  const rules = rulesOf({ ...info, ...options.info }, options)
  const request = { ...factsOf(options.listenPath ?? '/x/', path, options.method), header: () => undefined }
  const world = { nowMs: 0, counters: memoryCounters(), findAccess: () => undefined }
  const verdict = judgeRequest(rules, request, world)
  if (verdict.outcome === 'pass') return 'open'
  return verdict.code === 'credential_missing' ? 'key' : 'forbidden'
}

/** The same for a key whose right names URLs: 'open' or 'forbidden'. */
function opened(url: string, path: string, { listenPath = '/x/', matching = {} }: Options = {}): string {
  const rules = rulesOf({}, { listenPath, matching })
  const session = Session.parse({ access_rights: { a: { allowed_urls: [{ url, methods: ['GET'] }] } } })
  const access = effectiveAccess({ id: 'k', orgId: 'o', session }, () => undefined, matching)
  const world = { nowMs: 0, counters: memoryCounters(), findAccess: () => access }
  const verdict = judgeRequest(rules, factsOf(listenPath, path), world)
  return verdict.outcome === 'pass' ? 'open' : 'forbidden'
}

const extended = (extended_paths: object) => ({ use_extended_paths: true, extended_paths })
const entries = (...paths: string[]) => paths.map((path) => ({ path }))

/** One pattern in every kind of list; each must say of a path the same: whether it matches. */
function matches(pattern: string, path: string, options: Options = {}): boolean {
  const lists = { ignored: [pattern], white_list: [pattern], black_list: [pattern] }
  const said = [
    asked(extended({ black_list: entries(pattern) }), path, options) === 'forbidden',
    asked(extended({ white_list: entries(pattern) }), path, options) === 'key',
    asked(extended({ ignored: entries(pattern) }), path, options) === 'open',
    asked(extended({ internal: entries(pattern) }), path, options) === 'forbidden',
    asked({ paths: { black_list: lists.black_list } }, path, options) === 'forbidden',
    asked({ paths: { white_list: lists.white_list } }, path, options) === 'key',
    asked({ paths: { ignored: lists.ignored } }, path, options) === 'open',
    opened(pattern, path, options) === 'open',
  ]
  assert.equal(new Set(said).size, 1, `${pattern} and ${path}: the kinds of lists disagree: ${said.join()}`)
  return said[0] === true
}

const cases: [what: string, pattern: string, hits: string[], misses: string[]][] = [
  ['a pattern without a slash is found anywhere', 'admin', ['/admin', '/a/admin/b', '/x-admin-y'], ['/adm']],
  ['so is one with a group', '(admin|root)$', ['/admin', '/a/root'], ['/root/x']],
  ['and one that ends in a suffix', String.raw`\.json$`, ['/a.json', '/a/b.json'], ['/ajson', '/a.json/b']],
  ['and one that begins with a class', '[0-9]{3}', ['/a/123', '/x4567'], ['/12', '/a1b2c3']],
  [
    'one that begins with a slash is a prefix of whole segments',
    '/get',
    ['/get', '/get/1'],
    ['/getter', '/a/get'],
  ],
  ['a digit between braces is a placeholder', '/user/{1}', ['/user/7', '/user/7/x'], ['/user/', '/user']],
  ['in the middle too', '/user/{1}/x', ['/user/7/x', '/user/7/x/y'], ['/user//x', '/user/7/y']],
  ['and at the end', '/single/{1}', ['/single/a'], ['/single/', '/single']],
  ['with other names', '/a/{user.id}/{b-c}', ['/a/1/2'], ['/a/1', '/a/1/']],
  ['after other text braces say how often', '/a[0-9]{2}', ['/a12', '/a12/x'], ['/a1', '/a123']],
  ['a placeholder may have an expression with braces', '/a/{id:[0-9]{2}}', ['/a/12'], ['/a/1', '/a/123']],
  ['an end that is written is the end', '^/exact$', ['/exact'], ['/exact/more', '/exactly']],
  ['without the beginning too', '/exact$', ['/exact'], ['/exact/more', '/exactly', '/a/exact']],
  ['behind a placeholder', '/a/{id}/b$', ['/a/1/b'], ['/a/1/b/c']],
  ['a star between slashes is one segment', '/a/*/b', ['/a/1/b', '/a/1/b/c'], ['/a/b', '/a/1/2/b']],
  ['a star at the end is anything', '/a/*', ['/a/', '/a/b', '/a/b/c'], ['/a', '/ab']],
  ['letters of other alphabets are matched as they are sent', '/café', ['/caf%C3%A9'], ['/cafe']],
  ['escapes are matched in their one form', '/a%2fb%41', ['/a%2FbA'], ['/a/bA']],
  [
    'parameters of segments do not hide a path',
    '/admin',
    ['/admin;x', '/admin;x=1/y', '/admin%3Bx'],
    ['/adm;in'],
  ],
  ['in the middle neither', '/a/{id}/b', ['/a;v=1/7/b', '/a/7;x/b;y'], ['/a;/b']],
  ['nor from an expression', '/(a|b)/c', ['/a;x/c', '/b/c;y'], ['/c;/c']],
]
for (const [what, pattern, hits, misses] of cases) {
  test(what, () => {
    for (const path of hits) assert.ok(matches(pattern, path), `${pattern} matches ${path}`)
    for (const path of misses) assert.ok(!matches(pattern, path), `${pattern} does not match ${path}`)
  })
}

test('the first word of a listen path is no rule for the whole API', () => {
  for (const pattern of ['/health', '/health/', '^/health', '/h/health']) {
    const listenPath = pattern === '/h/health' ? '/h/health/' : '/health/'
    assert.ok(!matches(pattern, '/get', { listenPath }), pattern)
  }
  assert.ok(matches('/health', '/health', { listenPath: '/health/' }), 'behind it, it is one')
})

test('a pattern that names more than the listen path is matched with it', () => {
  for (const listenPath of ['/health/', '/health', '/a/health/']) {
    const base = listenPath.replace(/\/$/, '')
    assert.ok(matches(`${base}/get`, '/get', { listenPath }), listenPath)
    assert.ok(matches(`${base}/get`, '/get/1', { listenPath }), listenPath)
    assert.ok(!matches(`${base}/get`, '/getter', { listenPath }), listenPath)
    assert.ok(matches(`${base}/{x}/b`, '/1/b', { listenPath }), listenPath)
    assert.ok(matches(`${base}/(a|b)$`, '/a', { listenPath }), listenPath)
  }
})

test('case is ignored where the version or the node says so, by every kind of list of a version', () => {
  const both = { info: { ignore_endpoint_case: true } }
  for (const pattern of ['/Admin', '/A/{id}/B', 'ADMIN', '/(A|B)dmin'])
    for (const path of ['/admin', '/ADMIN', '/a/7/b'])
      for (const lists of [
        extended({ black_list: entries(pattern) }),
        { paths: { black_list: [pattern] } },
      ]) {
        const isHit = new RegExp(pattern.replace('{id}', '[^/]+'), 'i').test(path)
        assert.equal(asked(lists, path, both), isHit ? 'forbidden' : 'key', `${pattern} ${path}`)
      }
})

test('a white list whose entries all answer by themselves is a list all the same', () => {
  const reply = { action: 'reply', code: 200, data: 'x' }
  for (const method_actions of [{ GET: reply }, { GET: reply, POST: reply }, { GET: { action: 'odd' } }]) {
    const info = extended({ white_list: [{ path: '/ok', method_actions }] })
    assert.equal(asked(info, '/secret'), 'forbidden')
    assert.equal(asked(info, '/ok', { method: 'PUT' }), 'forbidden')
  }
  const off = extended({ white_list: [{ path: '/ok', disabled: true, method_actions: { GET: reply } }] })
  assert.equal(asked(off, '/secret'), 'key')
})

test('where endpoints match loosely, a pattern is found anywhere, in lists and rights alike', () => {
  const matching = { loose: true }
  for (const path of ['/blocked', '/a/blocked', '/blockedx', '/;/blocked'])
    assert.ok(matches('/blocked', path, { matching }), path)
  assert.ok(!matches('/blocked', '/a/block', { matching }))
  assert.ok(!matches('/x', '/get', { listenPath: '/x/', matching }), 'the listen path is no part of the path')
})

test('an encoded slash is a part of its segment', () => {
  assert.ok(matches('/{name}', '/@scope%2Fname'))
  assert.ok(matches('/{name}/-', '/@scope%2Fname/-/x'))
  assert.ok(!matches('/@scope', '/@scope%2Fname'))
  assert.ok(!matches('/@scope/name', '/@scope%2Fname'))
})
