import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type http from 'node:http'
import { request as secureRequest } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, suite, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  LISTED_FINGERPRINT,
  notProvoked,
  OTHER_FINGERPRINT,
  type RefusalCase,
  refusalCases,
  toldClient,
} from '@tollgate/model/testing/refusal-cases'
import { type Made, makeCertificate, makeRevocationList } from '../support/certificates.ts'
import { adminOf, through } from '../support/client.ts'
import {
  type Api,
  expectStatus,
  newApi,
  newCertificate,
  newKey,
  newOrganisation,
  newPolicy,
  type Organisation,
  rightsTo,
} from '../support/fixtures.ts'
import { arrayOf, type Call, objectOf, Reply, send, sendRaw } from '../support/http.ts'
import { freePorts } from '../support/ports.ts'
import { type Server, startServer } from '../support/server.ts'
import { startRawUpstream } from '../support/upstream.ts'
import { org, server, upstream, useWorld } from '../support/world.ts'

/** Host name of a served API that asks its clients for no certificate. */
const SILENT_HOST = 'silent.test'
/** Codes that this file does not provoke, and which file does; `internal` is a fault, and nobody can ask for one. */
const provokedElsewhere: Readonly<Record<string, string>> = {
  counters_full: 'exhaustion',
  store_unavailable: 'store-down',
  certificate_unavailable: 'the gateway’s own tests',
  internal: 'nowhere',
}

const folder = mkdtempSync(join(tmpdir(), 'tollgate-refusals-'))
function file(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

const authority = makeCertificate({ name: 'authority', ca: true })
const good = makeCertificate({ name: 'listed' })
const expired = makeCertificate({ name: 'expired', notAfter: new Date(Date.now() - 1000) })
const revoked = makeCertificate({ name: 'revoked', issuer: authority })
const stranger = makeCertificate({ name: 'other' })

/** A second program, whose gateway speaks TLS. */
let secure: Server

useWorld(
  async () => {
    const port = makeCertificate({ name: 'the port', dnsNames: ['localhost'] })
    secure = await startServer({
      TOLLGATE_TLS_CERT_FILE: file('port.pem', port.certificate),
      TOLLGATE_TLS_KEY_FILE: file('port.key', port.key),
      TOLLGATE_TLS_CLIENT_CA_FILE: file('authority.pem', authority.certificate),
      TOLLGATE_TLS_CRL_FILE: file('lists.pem', makeRevocationList(authority, [revoked])),
    })
    await newApi(await newOrganisation(secure), upstream.url, { use_keyless: true, domain: SILENT_HOST })
  },
  { TOLLGATE_UPSTREAM_TIMEOUT_MS: '500' },
)
after(async () => {
  await secure?.dispose()
  rmSync(folder, { recursive: true, force: true })
})

/** A case as it stands in a program. */
type Stage = {
  readonly own: Organisation
  readonly api: Api
  readonly key: { readonly secret: string; readonly hash: string } | undefined
  /** Puts what was made in place of what the case can only name. */
  real<Value>(value: Value): Value
}

async function stageOf(one: RefusalCase): Promise<Stage> {
  const own = await newOrganisation(one.clientTls === undefined ? server : secure)
  const listed = certificateOf(one.clientTls, good)
  await newCertificate(own, listed)
  const gone = await newPolicy(own, { access_rights: {} })
  const names = new Map([
    [LISTED_FINGERPRINT, listed.fingerprint],
    [OTHER_FINGERPRINT, stranger.fingerprint],
  ])
  const real = <Value>(value: Value): Value =>
    JSON.parse([...names].reduce((text, [from, to]) => text.replaceAll(from, to), JSON.stringify(value)))
  const api = await newApi(own, upstream.url, { name: 'orders', ...real(one.definition) })
  if (one.organisation !== undefined)
    expectStatus(await adminOf(own.server).post('/admin/org/keys', { org_id: own.id, ...one.organisation }))
  if (typeof one.session === 'string' && one.definition.use_keyless !== true)
    return { own, api, key: undefined, real }

  names.set('"gone"', JSON.stringify(gone))
  names.set('not found: gone', `not found: ${gone}`)
  const other = await newApi(own, upstream.url)
  const rights =
    one.right === null ? rightsTo(other) : rightsTo(api, { versions: ['Default', 'v1', 'v2'], ...one.right })
  const session = typeof one.session === 'object' ? real(one.session) : {}
  // A key that opens nothing but an API without keys is none: those are asked with one of another API.
  const isKeyless = one.definition.use_keyless === true
  const key = await newKey(own, api, { access_rights: isKeyless ? rightsTo(other) : rights, ...session })
  expectStatus(await own.api.delete(`/api/portal/policies/${gone}`))
  return { own, api, key, real }
}

function certificateOf(shown: RefusalCase['clientTls'], otherwise: Made): Made {
  if (shown === 'expired') return expired
  return shown === 'revoked' ? revoked : otherwise
}

function callOf(one: RefusalCase, { own, api, key }: Stage): Call {
  const { method = 'GET', path = '/', headers = {}, body, isChunked = false } = one.request ?? {}
  const unknown = one.session === 'unknown' ? `${own.id}0123456789abcdef` : undefined
  const secret = typeof one.session === 'string' ? unknown : key?.secret
  return {
    method,
    path: api.listenPath + path.slice(1),
    headers: {
      ...headers,
      ...(secret !== undefined && { authorization: secret }),
      ...(isChunked && { 'transfer-encoding': 'chunked' }),
    },
    body,
  }
}

/** Sends a case's request on a connection as the case has it. */
function sendCase({ clientTls: shown }: RefusalCase, call: Call): Promise<Reply> {
  if (shown === undefined) return send(server.gateway, call)
  const as = shown === 'other' ? stranger : certificateOf(shown, good)
  const isShown = shown !== 'no-certificate' && shown !== 'misdirected'
  return new Promise((resolve, reject) => {
    const sent = secureRequest(
      {
        ...secure.gateway,
        method: call.method,
        path: call.path,
        headers: call.headers,
        rejectUnauthorized: false,
        agent: false,
        ...(isShown && { cert: as.certificate, key: as.key }),
        ...(shown === 'misdirected' && { servername: SILENT_HOST }),
      },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () =>
          resolve(new Reply(response.statusCode ?? 0, response.headers, Buffer.concat(chunks))),
        )
      },
    )
    sent.on('error', reject)
    sent.end(call.body)
  })
}

/** What the gate says of a request before it comes, or after: its code, and every step with its words. */
type Said = { readonly code: unknown; readonly trace: unknown }

/** Asks the product to judge the case's request: of a stored key dry, else by sending it. */
async function tried(one: RefusalCase, { own, api, key }: Stage, call: Call): Promise<Said> {
  const { method = 'GET', path = '/', headers = {}, body } = one.request ?? {}
  const secret = objectOf(call.headers).authorization
  const reply = expectStatus(
    await own.api.post(`/api/apis/${api.id}/try`, {
      method,
      path,
      headers: Object.entries(headers),
      body,
      ...(key === undefined ? { key: secret } : { key_hash: key.hash }),
    }),
  )
  assert.equal(reply.at('sent'), key === undefined, 'only a stored key is judged without a call')
  assert.equal(reply.at('verdict', 'outcome'), reply.at('verdict', 'code') === null ? 'passed' : 'refused')
  return { code: reply.at('verdict', 'code'), trace: reply.at('verdict', 'trace') }
}

async function explained(own: Organisation, reply: Reply): Promise<Reply> {
  return expectStatus(await own.api.get(`/api/requests/${String(reply.headers['x-request-id'])}/explain`))
}

/** What the client was told is the row of the table. */
function assertTold(reply: Reply, code: keyof typeof toldClient, fingerprint = ''): void {
  const { status, message } = toldClient[code]
  const text = reply.text.startsWith('{') ? reply.textAt('error') : reply.text.trimEnd()
  assert.deepEqual([reply.status, text], [status, message.replace('…', fingerprint)])
}

/** Lets in as many requests as the case has before its own; answers how those that are held come to an end. */
async function letIn({ before }: RefusalCase, call: Call): Promise<() => Promise<void>> {
  if (before?.held !== true) {
    for (let sent = 0; sent < (before?.requests ?? 0); sent++) expectStatus(await send(server.gateway, call))
    return async () => undefined
  }
  const held: http.ServerResponse[] = []
  upstream.respond((_request, response) => held.push(response))
  const replies = Array.from({ length: before.requests }, () => send(server.gateway, call, false))
  const deadline = Date.now() + 10_000
  while (held.length < before.requests) {
    assert.ok(Date.now() < deadline, 'those before are let in')
    await sleep(10)
  }
  return async () => {
    for (const response of held) response.end()
    upstream.respond()
    for (const reply of await Promise.all(replies)) expectStatus(reply)
  }
}

/** Why the product cannot be asked beforehand; undefined = it can. */
function askedAfterwardsOnly({ clientTls, request }: RefusalCase): string | undefined {
  if (clientTls !== undefined && clientTls !== 'no-certificate') return 'a connection alone shows it'
  return request?.isChunked === true ? 'a trial states its length' : undefined
}

suite('a request that reaches no API', () => {
  test('no_route and request_malformed: the answer and its explanation agree', async () => {
    // A first start makes an organisation; what reached no API is explained to the users of the only one.
    const admin = adminOf(server)
    const all = arrayOf(expectStatus(await admin.get('/admin/organisations')).at('organisations'))
    for (const { id } of all.map(objectOf))
      if (id !== org.id) expectStatus(await admin.delete(`/admin/organisations/${String(id)}`))

    const nowhere = await through(server, '/nowhere')
    assertTold(nowhere, 'no_route')
    assert.equal((await explained(org, nowhere)).at('code'), 'no_route')

    const bytes = 'GET /a/%2e%2e%2fb HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'
    const { text } = await sendRaw(server.gateway, bytes)
    const [head = '', body = ''] = text.split('\r\n\r\n')
    const id = /^x-request-id: (\S+)/im.exec(head)?.[1] ?? ''
    const malformed = new Reply(Number(head.split(' ')[1]), { 'x-request-id': id }, Buffer.from(body))
    assertTold(malformed, 'request_malformed')
    assert.equal((await explained(org, malformed)).at('code'), 'request_malformed')
  })
})

suite('a request that is refused', () => {
  for (const one of refusalCases) {
    const unasked = askedAfterwardsOnly(one)
    const name = unasked === undefined ? 'said before, sent and explained' : `sent and explained: ${unasked}`
    test(`${one.what}: ${one.code}, ${name}`, async () => {
      const stage = await stageOf(one)
      const call = callOf(one, stage)
      const endHeld = await letIn(one, call)
      try {
        const said = unasked === undefined ? await tried(one, stage, call) : undefined
        const reply = await sendCase(one, call)
        assertTold(reply, one.code, stranger.fingerprint)
        const why = await explained(stage.own, reply)
        const { status, message } = toldClient[one.code]
        assert.deepEqual(
          [why.at('code'), why.at('status'), why.at('message')],
          [one.code, status, message.replace('…', stranger.fingerprint)],
        )
        const steps = arrayOf(why.at('trace')).map(objectOf)
        assert.deepEqual(
          steps.map(({ code }) => code),
          one.trace,
        )
        assert.equal(steps.at(-1)?.detail, stage.real(one.says))
        if (said !== undefined) assert.deepEqual(said, { code: one.code, trace: steps })
      } finally {
        await endHeld()
      }
    })
  }
})

suite('a request that fails behind the gate', () => {
  /** Sends a request to this target, and has the product send it; a key that is judged dry passes. */
  async function fails(
    target: string,
    code: 'upstream_failed' | 'upstream_timeout' | 'upstream_lookup_failed',
  ) {
    const own = await newOrganisation(server)
    const api = await newApi(own, target)
    const key = await newKey(own, api)
    const trial = { method: 'GET', path: '/' }
    const ask = async (by: object) =>
      expectStatus(await own.api.post(`/api/apis/${api.id}/try`, { ...trial, ...by }))
    assert.equal((await ask({ key_hash: key.hash })).at('verdict', 'outcome'), 'passed')
    const sent = (await ask({ key: key.secret })).at('verdict')
    const reply = await through(server, api.listenPath, key.secret)
    assertTold(reply, code)
    const why = await explained(own, reply)
    const { outcome, code: sentCode, trace } = objectOf(sent)
    assert.deepEqual([outcome, sentCode, why.at('code')], ['failed', code, code])
    assert.deepEqual(trace, why.at('trace'))
  }

  test('upstream_failed: nobody listens there', async () => {
    const [port] = await freePorts(1)
    await fails(`http://127.0.0.1:${port}`, 'upstream_failed')
  })

  test('upstream_timeout: no answer in time', async () => {
    const silent = await startRawUpstream(() => undefined)
    await fails(silent.url, 'upstream_timeout')
    await silent.close()
  })

  test('upstream_lookup_failed: no such host', () =>
    fails('http://no-such-host.invalid', 'upstream_lookup_failed'))
})

test('every code is sent here, or it is said who provokes it', () => {
  const sentHere = [
    'request_malformed',
    'no_route',
    'upstream_failed',
    'upstream_timeout',
    'upstream_lookup_failed',
  ]
  const cases = refusalCases.map(({ code }): string => code)
  const all = new Set([...cases, ...sentHere, ...Object.keys(provokedElsewhere)])
  assert.deepEqual([...all].sort(), Object.keys(toldClient).sort())
  assert.deepEqual([...sentHere, ...Object.keys(provokedElsewhere)].sort(), [...notProvoked].sort())
})
