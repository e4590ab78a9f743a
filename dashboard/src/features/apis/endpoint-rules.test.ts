import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiDefinition, withApiDefaults } from '@tollgate/model/definition/api-definition'
import { compileApi } from '@tollgate/model/definition/compile-api'
import {
  endpointsOf,
  newRule,
  ruleInWords,
  ruleKinds,
  rulesFromPlainLists,
  usesPlainLists,
} from './endpoint-rules.ts'

const inWords = (extended: unknown) =>
  endpointsOf(extended).map(({ path, rules }) => [path, ...rules.map(ruleInWords)])

test('rules are gathered by their path, with what the gate does not obey', () => {
  const extended = {
    black_list: [
      { path: '/a', method_actions: { GET: { action: 'no_action' }, PUT: {} } },
      { path: '/b', method: 'POST' },
    ],
    rate_limit: [{ path: '/a', rate: 10, per: 1 }],
    cache: ['/b'],
    odd: 'text',
  }
  assert.deepEqual(inWords(extended), [
    ['/a', 'Block GET, PUT', 'Rate limit: 10 requests each second'],
    ['/b', 'Block POST', 'Cache'],
  ])
  assert.deepEqual(endpointsOf(null), [])
})

test('each kind of rule says its value', () => {
  const extended = Object.fromEntries(ruleKinds.map(({ kind }) => [kind, [newRule(kind, '/x')]]))
  assert.deepEqual(inWords(extended), [
    [
      '/x',
      'Mock reply: 200',
      'Ignore',
      'Block',
      'Allow',
      'Internal',
      'Size limit: 100,000 bytes',
      'Rate limit: 60 requests each minute',
      'Request cost: 10',
      'Request headers: +0 −0',
      'Timeout: 10 s',
      'Reply headers: +0 −0',
    ],
  ])
})

test('a new rule of every kind is valid as it is', () => {
  const extended_paths = Object.fromEntries(ruleKinds.map(({ kind }) => [kind, [newRule(kind, '/x')]]))
  const versions = { Default: { name: 'Default', use_extended_paths: true, extended_paths } }
  const definition = ApiDefinition.parse({
    name: 'x',
    version_data: { not_versioned: true, versions },
    proxy: { listen_path: '/x/', target_url: 'http://a/' },
  })
  const { problems } = compileApi(withApiDefaults(definition, { apiId: 'a', id: '', orgId: '' }))
  assert.deepEqual(problems, [])
})

test('plain lists become rules that say the same, beside those that are there', () => {
  const version = {
    paths: { black_list: ['/secret', '/old'], ignored: null },
    extended_paths: { black_list: [{ path: '/old', method: 'GET' }], cache: ['/c'] },
  }
  assert.ok(usesPlainLists(version))
  assert.ok(!usesPlainLists({ ...version, use_extended_paths: true }))
  assert.deepEqual(rulesFromPlainLists(version), {
    cache: ['/c'],
    black_list: [
      { path: '/old', method: 'GET' },
      { path: '/secret', method: '' },
    ],
  })
})
