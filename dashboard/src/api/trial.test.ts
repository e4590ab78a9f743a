import assert from 'node:assert/strict'
import { test } from 'node:test'
import { trialMethods, trialOf } from './trial.ts'

test('what was typed as a body goes with every method but GET and HEAD', () => {
  const sent = trialMethods.filter(
    (method) => trialOf({ method, path: '/', headers: '', body: 'x' }).body === 'x',
  )
  assert.deepEqual(sent, ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
  assert.ok(!('body' in trialOf({ method: 'POST', path: '/', headers: '', body: '' })))
})

test('a path gets its slash, and lines that are no header are left out', () => {
  const headers = 'Accept: text/plain\nnonsense\n: none\nX-A:b:c'
  assert.deepEqual(trialOf({ method: 'GET', path: 'a', headers, body: '' }), {
    method: 'GET',
    path: '/a',
    headers: [
      ['Accept', 'text/plain'],
      ['X-A', 'b:c'],
    ],
  })
})
