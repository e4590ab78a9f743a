import assert from 'node:assert/strict'
import { type AddressInfo, createServer } from 'node:net'
import { type TestContext, test } from 'node:test'
import { sendWebhook } from './send-webhook.ts'

/** A receiver that answers every call with these bytes. */
async function receiver(t: TestContext, answer: string): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => socket.write(answer))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

const hook = (url: string, headers: Record<string, string> = {}) =>
  ({ kind: 'webhook', method: 'POST', url, headers, cooldownSeconds: 0 }) as const

test('a receiver that answers 101, for which nobody asked, is no success and ends the call', async (t) => {
  const host = await receiver(
    t,
    'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n',
  )
  assert.equal(await sendWebhook(hook(`http://${host}/`), '{}', 10_000), 'no answer')
})

test('what cannot be sent at all is told, and throws nothing', async () => {
  assert.equal(await sendWebhook(hook('http://%zz@127.0.0.1/'), '{}', 10_000), 'URI malformed')
  const trailer = await sendWebhook(hook('http://127.0.0.1/', { trailer: 'x' }), '{}', 10_000)
  assert.equal(trailer, 'ERR_HTTP_TRAILER_INVALID')
})

test('an answer below 500 is a success, any other is told', async (t) => {
  const good = await receiver(t, 'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n')
  assert.equal(await sendWebhook(hook(`http://${good}/`), '{}', 10_000), undefined)
  const bad = await receiver(t, 'HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n')
  assert.equal(await sendWebhook(hook(`http://${bad}/`), '{}', 10_000), 'status 503')
})
