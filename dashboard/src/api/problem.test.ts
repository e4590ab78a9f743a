import assert from 'node:assert/strict'
import { test } from 'node:test'
import { problemOf, problemOfAnswer, RequestFailed, unreachable } from './problem.ts'

const refused = (message: string) => ({ Status: 'Error', Message: message, Meta: null })

test('a refusal is told in the server’s words, with the field it names', () => {
  const problem = problemOfAnswer(
    400,
    refused('API definition validation failed: api_definition.proxy.listen_path: must begin with a slash'),
  )

  assert.equal(problem.field, 'api_definition.proxy.listen_path')
  assert.match(problem.message, /must begin with a slash$/)
  assert.equal(
    problemOfAnswer(400, refused('User invalid: email_address: expected string')).field,
    'email_address',
  )
  assert.equal(problemOfAnswer(409, refused('Found API with the same ID')).field, undefined)
})

test('a missing permission is said without the path of the request', () => {
  const problem = problemOfAnswer(
    403,
    refused('access denied: You do not have permission to access /api/apis'),
  )

  assert.equal(problem.message, 'You do not have the permission for this')
})

test('an answer that is not the server’s own gets a sentence all the same', () => {
  assert.match(problemOfAnswer(502, '<html>').message, /502/)
  assert.match(problemOfAnswer(404, null).message, /no such thing/)
})

test('what a request threw is told as it is, and anything else as a mistake of the page', () => {
  assert.equal(problemOf(new RequestFailed(unreachable)), unreachable)
  assert.match(problemOf(new TypeError('x is undefined')).message, /mistake: x is undefined/)
})
