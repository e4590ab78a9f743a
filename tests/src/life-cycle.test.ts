import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import http2 from 'node:http2'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type Api,
  apiBody,
  expectStatus,
  newApi,
  newKey,
  newOrganisation,
  newPolicy,
  type Organisation,
} from '../support/fixtures.ts'
import { objectOf, type Reply, send } from '../support/http.ts'
import { type Server, startServer } from '../support/server.ts'
import { startUpstream, type Upstream } from '../support/upstream.ts'

let upstream: Upstream

before(async () => {
  upstream = await startUpstream()
  // Long enough that requests are always under way, whatever happens to the gate.
  upstream.respond((_request, response) => setTimeout(() => response.end('done'), 5))
})
after(async () => {
  await upstream?.close()
})

/** What a client of the load has seen. */
type Seen = { passed: number; readonly failed: string[] }

/** Calls one after the other, on one connection, until told; an answer that says so is the connection's last. */
async function caller(
  server: Server,
  call: { path: string; headers?: http.OutgoingHttpHeaders },
  until: (reply: Reply) => boolean,
): Promise<Seen> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  const seen: Seen = { passed: 0, failed: [] }
  for (;;) {
    try {
      const reply = await send(server.gateway, call, agent)
      if (reply.status === 200) seen.passed++
      else seen.failed.push(`${reply.status} ${reply.text}`)
      if (until(reply)) break
    } catch (error) {
      seen.failed.push(String(error))
      break
    }
  }
  agent.destroy()
  return seen
}

/** Most requests that are under way at once: 6 connections of HTTP/2 with 8 streams each. */
const underWay = 48

/** Until so many requests have come through the gate that more than 100 of them are answered. */
async function untilBusy(): Promise<void> {
  const enough = upstream.seen.length + 100 + 2 * underWay
  while (upstream.seen.length < enough) await sleep(5)
}

const failures = (all: readonly Seen[]) => all.flatMap(({ failed }) => failed)
const passes = (all: readonly Seen[]) => all.reduce((sum, { passed }) => sum + passed, 0)

test('SIGTERM under load loses no request, says 503 for readiness meanwhile, and ends with 0', {
  timeout: 60_000,
}, async (t) => {
  const server = await startServer()
  t.after(() => server.dispose())
  const org = await newOrganisation(server)
  const api = await newApi(org, upstream.url, { use_keyless: true })
  let leaving = false
  // A load balancer that asks, on a connection of its own each time, and sends nobody any more when it hears no.
  const readiness: number[] = []
  const asking = (async () => {
    while (!leaving) {
      const { status } = await send(server.gateway, { path: '/ready' }, false)
      readiness.push(status)
      if (status === 503) leaving = true
      await sleep(10)
    }
  })()
  const kept = Array.from({ length: 24 }, () =>
    caller(server, { path: api.listenPath }, (reply) => reply.headers.connection === 'close'),
  )
  const fresh = Array.from({ length: 4 }, () =>
    caller(server, { path: api.listenPath, headers: { connection: 'close' } }, () => leaving),
  )
  await untilBusy()
  const stopped = server.stop()
  const seen = await Promise.all([...kept, ...fresh])
  await asking
  assert.deepEqual(failures(seen), [])
  assert.ok(passes(seen) > 100, `${passes(seen)} requests`)
  assert.deepEqual([readiness[0], readiness.at(-1)], [200, 503])
  assert.equal(await stopped, 0)
})

test('SIGTERM under load of HTTP/2 loses no request either', { timeout: 60_000 }, async (t) => {
  const server = await startServer()
  t.after(() => server.dispose())
  const org = await newOrganisation(server)
  const api = await newApi(org, upstream.url, { use_keyless: true })
  const clients = Array.from({ length: 6 }, () => manyAtATime(server, api.listenPath, 8))
  await untilBusy()
  const stopped = server.stop()
  const seen = await Promise.all(clients)
  assert.deepEqual(failures(seen), [])
  assert.ok(passes(seen) > 100, `${passes(seen)} requests`)
  assert.equal(await stopped, 0)
})

/** Calls on the streams of one connection until the server tells to go elsewhere. */
async function manyAtATime(server: Server, path: string, streams: number): Promise<Seen> {
  const session = http2.connect(`http://${server.gateway.host}:${server.gateway.port}`)
  const seen: Seen = { passed: 0, failed: [] }
  let told = false
  session.on('goaway', () => {
    told = true
  })
  session.on('error', (error) => seen.failed.push(String(error)))
  const call = async () => {
    while (!told && !session.closed) {
      try {
        const stream = session.request({ ':path': path })
        const [head] = await once(stream, 'response')
        for await (const _chunk of stream);
        if (head[':status'] === 200) seen.passed++
        else seen.failed.push(String(head[':status']))
      } catch (error) {
        // A request that was not begun when the news came: safe to be sent elsewhere (RFC 9113, 8.7), not lost.
        if (told && String(error).includes('REFUSED_STREAM')) return
        seen.failed.push(String(error))
      }
    }
  }
  await Promise.all(Array.from({ length: streams }, call))
  session.close()
  return seen
}

test('100 changes of APIs and policies under load fail no request', async (t) => {
  const server = await startServer()
  t.after(() => server.dispose())
  const org = await newOrganisation(server)
  const api = await newApi(org, upstream.url, { proxy: proxyTo('/swapped/') })
  const policyId = await newPolicy(org, policyFor(api, 0))
  const { secret } = await newKey(org, api, { apply_policies: [policyId] })
  let over = false
  const clients = Array.from({ length: 24 }, () =>
    caller(server, { path: '/swapped/', headers: { authorization: secret } }, () => over),
  )
  for (let round = 1; round <= 50; round++) {
    await changeApi(org, api, round)
    expectStatus(await org.api.put(`/api/portal/policies/${policyId}`, policyFor(api, round)))
  }
  over = true
  const seen = await Promise.all(clients)
  assert.deepEqual(failures(seen), [])
  assert.ok(passes(seen) > 100, `${passes(seen)} requests`)
})

const proxyTo = (path: string) => ({ listen_path: path, target_url: upstream.url, strip_listen_path: true })

/** The same API with another name, header and, every other time, another way to connect to its upstream. */
async function changeApi(org: Organisation, api: Api, round: number): Promise<void> {
  const transport = { ssl_insecure_skip_verify: round % 2 === 0 }
  const { api_definition: definition } = apiBody(upstream.url, {
    name: `${api.name} ${round}`,
    proxy: { ...proxyTo('/swapped/'), transport },
    version_data: {
      not_versioned: true,
      versions: { Default: { name: 'Default', global_headers: { 'x-round': String(round) } } },
    },
  })
  const before = expectStatus(await org.api.get(`/api/apis/${api.dbId}`))
  const stored = objectOf(before.at('api_definition'))
  expectStatus(await org.api.put(`/api/apis/${api.dbId}`, { api_definition: { ...stored, ...definition } }))
}

const policyFor = (api: Api, round: number) => ({
  name: `policy of round ${round}`,
  active: true,
  rate: 1_000_000 + round,
  per: 1,
  quota_max: -1,
  access_rights: { [api.id]: { api_id: api.id, api_name: api.name, versions: ['Default'] } },
})
