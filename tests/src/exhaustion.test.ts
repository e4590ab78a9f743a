import assert from 'node:assert/strict'
import net from 'node:net'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { newApi } from '../support/fixtures.ts'
import { type Origin, send, sendRaw } from '../support/http.ts'
import { residentMiB } from '../support/memory.ts'
import { filled, type Operation, operationsOf, originOf, parametersOf } from '../support/openapi.ts'
import { org, server, upstream, useWorld } from '../support/world.ts'

/**
 * Findings 1 and 5: what strangers and users may send to the ports does not exhaust the process. Made from the table of
 * routes, so a new route cannot be forgotten. The gateway is asked all the while, and answers.
 */

/** What the process may grow by in any of these, MiB; one of the attacks once took 4 GiB. */
const maxGrowthMiB = 256
/** Clients' times in this world, milliseconds. */
const impatientMs = 2_000

let operations: Operation[]

useWorld(
  async () => {
    await newApi(org, upstream.url)
    operations = await operationsOf(server)
    // Whatever is made once is made before anything is measured.
    await send(server.dashboard, { path: '/docs' })
  },
  {
    TOLLGATE_DASHBOARD_MAX_CONNECTIONS_PER_ADDRESS: '0',
    TOLLGATE_CLIENT_HEADER_TIMEOUT_MS: String(impatientMs),
    TOLLGATE_CLIENT_IDLE_TIMEOUT_MS: String(impatientMs),
    TOLLGATE_CLIENT_BODY_TIMEOUT_MS: String(impatientMs),
  },
)

const open = new Set<net.Socket>()
after(() => closeAll())

function closeAll(): void {
  for (const socket of open) socket.destroy()
  open.clear()
}

/** A client that sends these bytes and reads nothing. */
function unread(origin: Origin, bytes: string): void {
  const socket = net.connect(origin.port, origin.host)
  open.add(socket)
  socket.pause()
  // Being cut off is what these clients are for.
  socket.on('error', () => socket.destroy())
  socket.on('close', () => open.delete(socket))
  socket.write(bytes)
}

const credentials = () =>
  `Authorization: ${org.accessKey}\r\nAdmin-Auth: ${server.adminSecret}\r\nX-Tyk-Authorization: ${server.gatewaySecret}\r\n`

const unknownPath = ({ path }: Operation) =>
  filled(
    path,
    parametersOf(path).map(() => 'f'.repeat(24)),
  )

/** Does it, asking the gateway and the dashboard's port all the while; tells how much the process grew. */
async function underWatch(attack: () => Promise<void>): Promise<number> {
  const before = await residentMiB(server.pid)
  let isOver = false
  let highest = before
  let probes = 0
  const watch = async () => {
    while (!isOver) {
      const hello = await send(server.gateway, { path: '/hello' })
      assert.equal(hello.status, 200)
      probes++
      highest = Math.max(highest, await residentMiB(server.pid))
      await sleep(50)
    }
  }
  const watching = watch()
  try {
    await attack()
  } finally {
    isOver = true
    await watching
  }
  assert.ok(probes > 0)
  return highest - before
}

test('finding 1: every GET route, asked a thousand times on a connection and not read, takes bounded memory', async (t) => {
  const gets = operations.filter(({ method }) => method === 'GET')
  assert.ok(gets.length > 30, `only ${gets.length} routes`)
  const growth = await underWatch(async () => {
    for (const operation of [...gets, { path: '/docs' }, { path: '/' }]) {
      const path = filled(
        operation.path,
        parametersOf(operation.path).map(() => 'x'),
      )
      const request = `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${credentials()}\r\n`
      for (let i = 0; i < 2; i++) unread(originOf(server, operation.path), request.repeat(1_000))
      await sleep(20)
    }
    await sleep(impatientMs)
  })
  closeAll()
  t.diagnostic(`grew by ${growth.toFixed(0)} MiB`)
  assert.ok(growth < maxGrowthMiB, `${growth} MiB`)
})

test('finding 1: the largest document, asked for on hundreds of connections without reading, does no more', async (t) => {
  const growth = await underWatch(async () => {
    const request = 'GET /docs/openapi.json HTTP/1.1\r\nHost: a\r\n\r\n'
    for (let i = 0; i < 300; i++)
      unread(server.dashboard, request.replace('Host: a', 'Host: localhost').repeat(50))
    await sleep(impatientMs)
  })
  t.diagnostic(`grew by ${growth.toFixed(0)} MiB`)
  assert.ok(growth < maxGrowthMiB, `${growth} MiB`)
  // Nobody else gets in while they are there, and nobody is locked out for longer than they are put up with.
  await untilAnswered(server.dashboard)
  closeAll()
})

test('finding 5: a sign-in is a few hundred bytes, and more than 4 KiB of it is not kept or parsed', async () => {
  const names = Object.fromEntries(Array.from({ length: 90_000 }, (_, i) => [`n${i}`, 1]))
  const growth = await underWatch(async () => {
    const replies = await Promise.all(
      Array.from({ length: 8 }, () =>
        send(server.dashboard, { method: 'POST', path: '/login', body: names }),
      ),
    )
    for (const reply of replies) assert.equal(reply.status, 413, reply.text)
  })
  assert.ok(growth < maxGrowthMiB, `${growth} MiB`)
})

test('findings 5 and 24: the largest nonsense that a body may be is refused by every route, and the gate goes on', async (t) => {
  const names = JSON.stringify(Object.fromEntries(Array.from({ length: 70_000 }, (_, i) => [`n${i}`, i])))
  const tooMany = `{"api_definition":[${'1,'.repeat(450_000)}1]}`
  const parts = '--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n'.repeat(15_000)
  const growth = await underWatch(async () => {
    for (const operation of operations.filter(({ hasBody, method }) => hasBody && method !== 'GET')) {
      for (const [type, body] of [
        ['application/json', names],
        ['application/json', tooMany],
        ['multipart/form-data; boundary=b', `${parts}--b--\r\n`],
      ] as const) {
        const reply = await send(originOf(server, operation.path), {
          method: operation.method,
          path: unknownPath(operation),
          headers: {
            authorization: org.accessKey,
            'admin-auth': server.adminSecret,
            'x-tyk-authorization': server.gatewaySecret,
            'content-type': type,
          },
          body,
        })
        const what = `${operation.method} ${operation.path}: ${reply.status} ${reply.text.slice(0, 200)}`
        assert.ok(reply.status < 500 || reply.text.includes('Unmarshalling failed'), what)
        if (body === tooMany && !operation.takesFile) assert.ok(reply.status >= 400, what)
      }
    }
  })
  t.diagnostic(`grew by ${growth.toFixed(0)} MiB`)
  assert.ok(growth < maxGrowthMiB, `${growth} MiB`)
})

test('finding 5: slow and idle clients hold their places for a while, and then others have them', async () => {
  const growth = await underWatch(async () => {
    for (let i = 0; i < 120; i++) unread(server.dashboard, '')
    for (let i = 0; i < 60; i++) unread(server.dashboard, 'GET / HTTP/1.1\r\nHost: loc')
    for (let i = 0; i < 120; i++)
      unread(server.dashboard, 'POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{')
    await sleep(100)
    await untilAnswered(server.dashboard)
  })
  assert.ok(growth < maxGrowthMiB, `${growth} MiB`)
  closeAll()
})

test('finding 20: the dashboard’s port does not answer to names that anybody can point to this machine', async () => {
  for (const host of ['evil.example', 'localhost.evil.example:80']) {
    const reply = await send(server.dashboard, { path: '/hello', headers: { host } })
    assert.equal(reply.status, 421)
    assert.match(reply.text, /^\{"Status":"Error","Message":".*TOLLGATE_DASHBOARD_HOSTS.*","Meta":null\}$/)
  }
  for (const host of ['localhost', 'LOCALHOST:3000', '[::1]:3000', '10.1.2.3'])
    assert.equal((await send(server.dashboard, { path: '/hello', headers: { host } })).status, 200, host)
  const { text } = await sendRaw(
    server.dashboard,
    'GET http://evil.example/hello HTTP/1.1\r\nHost: localhost\r\n\r\n',
    (received) => received.includes('\r\n\r\n'),
  )
  assert.match(text, /^HTTP\/1\.1 (421|400) /)
})

/** Asks on new connections until one is answered; the test's own time limit says when that is too late. */
async function untilAnswered(origin: Origin): Promise<void> {
  for (;;) {
    const answered = await send(origin, { path: '/hello' }, false).catch(() => undefined)
    if (answered?.status === 200) return
    await sleep(100)
  }
}
