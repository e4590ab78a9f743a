import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { dashboardAs } from '../support/client.ts'
import { send } from '../support/http.ts'
import { type Server, startServer } from '../support/server.ts'
import { startUpstream, type Upstream } from '../support/upstream.ts'

const run = promisify(execFile)
const script = path.resolve(import.meta.dirname, '../fixtures/bootstrap.sh')

let server: Server
let upstream: Upstream

before(async () => {
  server = await startServer()
  upstream = await startUpstream()
})
after(async () => {
  await server?.dispose()
  await upstream?.close()
})

test('a script of curl and awk without Content-Type and with trailing slashes sets up everything', async () => {
  const { stdout } = await run('bash', [
    script,
    `http://127.0.0.1:${server.dashboard.port}`,
    `http://127.0.0.1:${server.gateway.port}`,
    server.adminSecret,
    upstream.url,
  ])
  const lines = new Map(
    stdout
      .trim()
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]),
  )
  const value = (name: string) => lines.get(name) ?? ''

  assert.match(value('org'), /^[0-9a-f]{24}$/, stdout)
  assert.match(value('user'), /^[0-9a-f]{24}$/, stdout)
  assert.match(value('access_key'), /^[0-9a-f]{32}$/, stdout)
  assert.equal(value('password'), '{"Status":"OK","Message":"User password updated","Meta":null}')
  assert.match(value('api'), /^[0-9a-f]{32} [0-9a-f]{24}$/, stdout)
  assert.match(value('policy'), /^[0-9a-f]{24}$/, stdout)
  assert.equal(value('key'), `${value('org')}my_custom_key`)
  assert.equal(value('call'), '200')
  assert.equal(upstream.seen.at(-1)?.url, '/get')

  const signIn = await send(server.dashboard, {
    method: 'POST',
    path: '/login',
    headers: { 'content-type': 'application/json' },
    body: { username: 'boot@example.com', password: 'strap the boot' },
  })
  assert.equal(signIn.status, 200, signIn.text)
  const me = await dashboardAs(server, value('access_key')).get('/api/users/me')
  assert.equal(me.at('email_address'), 'boot@example.com')
})
