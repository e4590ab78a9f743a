import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sendRaw } from '../support/http.ts'
import { server, useWorld } from '../support/world.ts'

useWorld()

/** The status and the body of what comes back for these bytes. */
async function answered(port: 'dashboard' | 'gateway', bytes: string) {
  const { text } = await sendRaw(server[port], bytes)
  const [head = '', body = ''] = text.split('\r\n\r\n')
  assert.match(head, new RegExp(`content-length: ${Buffer.byteLength(body)}(\r|$)`, 'i'), head)
  return { status: Number(head.split(' ')[1]), body }
}

const head = (...lines: readonly string[]) =>
  `GET /hello HTTP/1.1\r\nHost: h\r\n${lines.join('\r\n')}\r\n\r\n`
const huge = head(`x: ${'a'.repeat(100_000)}`)

test('W6: headers that are too large are answered 431 with what is wrong, on both ports', async () => {
  const dashboard = await answered('dashboard', huge)
  assert.deepEqual([dashboard.status, dashboard.body.length > 0], [431, true])
  const gateway = await answered('gateway', huge)
  assert.deepEqual([gateway.status, gateway.body.length > 0], [431, true])
})

test('W6: so is every other request that cannot be read', async () => {
  for (const bytes of [
    'nonsense\r\n\r\n',
    head('a b: c'),
    head('content-length: x'),
    'GET / HTTP/9.9\r\n\r\n',
  ])
    for (const port of ['dashboard', 'gateway'] as const) {
      const { status, body } = await answered(port, bytes)
      assert.ok(
        status >= 400 && status < 600 && body.length > 0,
        `${port} ${JSON.stringify(bytes)}: ${status} ${body}`,
      )
    }
})
