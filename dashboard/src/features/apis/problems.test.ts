import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isAt, problemsOf } from './problems.ts'

const good = { name: 'x', proxy: { listen_path: '/x/', target_url: 'http://127.0.0.1:1/' } }

test('a definition that the server takes has no problems, with or without its ids', () => {
  assert.deepEqual(problemsOf(good), [])
  assert.deepEqual(problemsOf({ ...good, api_id: 'abc', unknown: { a: [null] }, auth: null }), [])
})

test('each problem names its field and says what is wrong without it', () => {
  const proxy = {
    listen_path: 'x',
    target_url: 'nowhere',
    enable_load_balancing: true,
    target_list: ['http://a/', 'b c'],
  }
  const problems = problemsOf({ ...good, proxy })

  assert.deepEqual(
    problems.map(({ field }) => field),
    ['proxy.listen_path', 'proxy.target_list[1]'],
  )
  assert.equal(problems[0]?.message, 'Must start with "/"')
})

test('a value of a wrong type is told where it stands', () => {
  const [problem] = problemsOf({ ...good, proxy: { ...good.proxy, target_list: [1] } })

  assert.equal(problem?.field, 'proxy.target_list[0]')
  assert.equal(problemsOf('text').length, 1)
})

test('problems within the rules of a path are found at the rule', () => {
  const white_list = [{ path: '/(' }]
  const versions = { 'v 1.0': { use_extended_paths: true, extended_paths: { white_list } } }
  const [problem] = problemsOf({ ...good, version_data: { not_versioned: true, versions } })
  const at = ['version_data', 'versions', 'v 1.0', 'extended_paths', 'white_list', 0]

  assert.ok(problem)
  assert.ok(isAt(problem, [...at, 'path']))
  assert.ok(isAt(problem, at))
  assert.ok(!isAt(problem, [...at, 'method']))
  assert.ok(!isAt(problem, ['version_data', 'versions', 'v 2']))
})
