import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { RecordingUpstream } from '../strictness/recording-upstream.ts'
import { replyCases } from '../strictness/reply-cases.ts'
import { requestCases } from '../strictness/request-cases.ts'
import type { Outcome } from '../strictness/run-cases.ts'
import { runSuite } from '../strictness/suite.ts'
import { newApi, newOrganisation } from '../support/fixtures.ts'
import { startMicroProxy } from '../support/micro-proxy.ts'
import { type Server, startServer } from '../support/server.ts'

/** A wait in this suite is for something that should not come, so it is short where nothing else runs. */
const quietMs = 1_000

/** What differs in the product, with the reason that docs/reference/http.md gives. */
const explained: ReadonlySet<string> = new Set([
  // `OPTIONS *` asks the server, and no API listens there: 404 from the gateway.
  'target, OPTIONS of the server',
  // The program speaks HTTP/2 on the same port: its preface begins a session.
  'request line, the preface of HTTP/2',
])

let upstream: RecordingUpstream
let server: Server

before(async () => {
  upstream = await new RecordingUpstream().start()
})
after(async () => {
  await server?.dispose()
  await upstream?.stop()
})

const failures = (outcomes: readonly Outcome[]) =>
  outcomes
    .filter(({ complaints }) => complaints.length > 0)
    .map(({ group, name, complaints, did }) => `${group}, ${name}: ${complaints.join('; ')} [${did}]`)

test('the suite has at least 200 cases, each with a name of its own', () => {
  const names = [...requestCases, ...replyCases].map(({ group, name }) => `${group}, ${name}`)

  assert.ok(names.length >= 200)
  assert.deepEqual(
    names.filter((name, index) => names.indexOf(name) !== index),
    [],
  )
})

test('the engine alone passes every case of the strictness suite', async (t) => {
  const proxy = await startMicroProxy(upstream.port)
  t.after(() => proxy.stop())

  assert.deepEqual(failures(await runSuite({ port: proxy.port, upstream, exact: true, quietMs })), [])
})

test('the whole program passes every case of the strictness suite but the explained ones', async () => {
  // The demo API belongs to another organisation, and would be covered by a listen path of `/`.
  server = await startServer({ TOLLGATE_DEMO: 'off' })
  const org = await newOrganisation(server)
  const target = `http://127.0.0.1:${upstream.port}`
  const proxy = { listen_path: '/', target_url: target, strip_listen_path: false, preserve_host_header: true }
  await newApi(org, target, { use_keyless: true, proxy })

  const found = failures(await runSuite({ port: server.gateway.port, upstream, exact: true, quietMs }))
  assert.deepEqual(
    found.filter((line) => !explained.has(line.split(':', 1)[0] ?? '')),
    [],
  )
})
