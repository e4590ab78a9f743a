import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventOf } from '../judge/refusals.ts'
import { eventHandlers, isWebhookTarget } from './api-events.ts'

const hook = (meta: object) => ({ handler_name: 'eh_web_hook_handler', handler_meta: meta })
const handlersOf = (handlers: unknown, more: object = {}) =>
  eventHandlers({ event_handlers: { events: { AuthFailure: handlers } }, ...more }).get('AuthFailure')

test('refusals are events by what refused', () => {
  assert.equal(eventOf('quota_exceeded'), 'QuotaExceeded')
  assert.equal(eventOf('api_rate_limited'), 'RatelimitExceeded')
  assert.equal(eventOf('key_unknown'), 'AuthFailure')
  assert.equal(eventOf('credential_missing'), undefined)
})

test('a webhook handler is read with its defaults', () => {
  assert.deepEqual(handlersOf([hook({ target_path: 'https://a.test/x' })]), [
    { kind: 'webhook', method: 'POST', url: 'https://a.test/x', headers: {}, cooldownSeconds: 0 },
  ])
  const meta = {
    method: 'put',
    target_path: 'http://a',
    header_map: { a: 'b', 'c d': 'e', f: 'g\r\nh' },
    event_timeout: 5,
  }
  assert.deepEqual(handlersOf([hook(meta)]), [
    { kind: 'webhook', method: 'PUT', url: 'http://a', headers: { a: 'b' }, cooldownSeconds: 5 },
  ])
  assert.deepEqual(handlersOf([{ handler_name: 'eh_log_handler' }]), [{ kind: 'log' }])
})

test('what is off, unknown or unusable is left out, whatever its shape', () => {
  for (const handlers of [
    undefined,
    null,
    'text',
    [null, 1, 'x', []],
    [hook({})],
    [hook({ target_path: '/relative' })],
    [hook({ target_path: 'ftp://a' })],
    [hook({ target_path: 'http://a', method: 'BREW' })],
    [hook({ target_path: 'http://a', disabled: true })],
    [{ handler_name: 'eh_dynamic_handler', handler_meta: { target_path: 'http://a' } }],
  ]) {
    assert.equal(handlersOf(handlers), undefined, JSON.stringify(handlers))
  }
  assert.equal(handlersOf([{ handler_name: 'eh_log_handler' }], { event_handlers_disabled: true }), undefined)
  for (const events of [null, [], 'x']) assert.equal(eventHandlers({ event_handlers: { events } }).size, 0)
})

test('webhooks go to absolute http and https URLs', () => {
  for (const url of ['http://a', 'HTTPS://a.test:1/x?y']) assert.ok(isWebhookTarget(url), url)
  for (const url of ['', 'a', '//a', 'http://', 'javascript:alert(1)', 'http://a b'])
    assert.ok(!isWebhookTarget(url), url)
})

test('a webhook says neither how its message is framed, nor who sends it in a way that cannot be read', () => {
  const headers = { 'Transfer-Encoding': 'chunked', trailer: 'x', 'content-length': '3', 'x-auth': 'word' }
  assert.deepEqual(handlersOf([hook({ target_path: 'http://a', header_map: headers })]), [
    { kind: 'webhook', method: 'POST', url: 'http://a', headers: { 'x-auth': 'word' }, cooldownSeconds: 0 },
  ])
  assert.equal(isWebhookTarget('http://%zz@a/'), false)
  assert.equal(isWebhookTarget('http://user:pa%20ss@a/'), true)
})
