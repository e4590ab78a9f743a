import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RequestHead } from '@tollgate/http1/exchange'
import { refusalRenderer } from './refusal-answer.ts'

const head = (contentType?: string): RequestHead => ({
  method: 'POST',
  target: '/',
  path: '/',
  query: '',
  host: 'h',
  minorVersion: 1,
  names: contentType === undefined ? [] : ['content-type'],
  rawNames: contentType === undefined ? [] : ['Content-Type'],
  values: contentType === undefined ? [] : [contentType],
  bodyLength: 0,
  keepAlive: true,
  expectsContinue: false,
  upgrade: '',
})

test('a refusal is JSON in the form that clients match on', () => {
  const { status, headerLines, body } = refusalRenderer('')('credential_missing', head())
  assert.equal(status, 401)
  assert.equal(body, '{\n    "error": "Authorization field missing"\n}')
  assert.equal(headerLines, 'Content-Type: application/json\r\n')
})

test('a request with an XML body is refused in XML of its own type', () => {
  for (const type of ['application/xml', 'text/xml', 'application/soap+xml']) {
    const { headerLines, body } = refusalRenderer('')('key_unknown', head(`${type}; charset=utf-8`))
    assert.match(headerLines, new RegExp(`^Content-Type: ${type.replace('+', '\\+')}\\r\\n`))
    assert.equal(
      body,
      '<?xml version = "1.0" encoding = "UTF-8"?>\n<error>Access to this API has been disallowed</error>',
    )
  }
})

test('where there is no API the answer is plain text', () => {
  const { status, headerLines, body } = refusalRenderer('gate')('no_route', head('text/xml'))
  assert.equal(status, 404)
  assert.equal(body, 'Not Found')
  assert.match(headerLines, /^Content-Type: text\/plain/)
  assert.doesNotMatch(headerLines, /X-Generator/)
})

test('X-Generator is sent only when a name for it is configured', () => {
  assert.match(refusalRenderer('gate')('key_unknown', head()).headerLines, /X-Generator: gate\r\n/)
  assert.doesNotMatch(refusalRenderer('')('key_unknown', head()).headerLines, /X-Generator/)
})
