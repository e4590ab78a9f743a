import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { z } from 'zod'
import { answerBudget } from './answer-budget.ts'
import { type ApiSurface, buildApiSurface } from './api-surface.ts'
import { Problem, problems } from './errors.ts'
import { MediaReply, publicBodyBytes, Reply, type Route, route } from './route.ts'
import { done, refusal, testDashboard } from './test-dashboard.ts'

const openSurface: ApiSurface = {
  admit: async () => ({ kind: 'anyone' }),
  refuseUnknown: async () => {
    throw new Problem(problems.not_found)
  },
  render: (problem) => ({ Status: 'Error', Message: problem.message, Meta: null }),
  malformed: problems.body_malformed,
  invalid: 'Object invalid',
  lineEnd: '',
}

function serving(routes: readonly Route[]) {
  const logged: object[] = []
  const limits = { maxBodyBytes: 1000, maxBodyValues: 100, maxAnswerBytes: 1_000_000 }
  const app = buildApiSurface(routes, openSurface, limits, (message, detail) =>
    logged.push({ message, detail }),
  )
  return { app, logged }
}

test('a body is JSON whatever its Content-Type says, with or without a trailing slash', async () => {
  const { admin } = await testDashboard()
  const { app, deps } = await testDashboard()
  const types = [
    'application/json',
    'application/x-www-form-urlencoded',
    'text/plain',
    'nonsense',
    ';',
    'a/b; c',
    '',
  ]
  for (const type of types) {
    for (const url of ['/admin/organisations', '/admin/organisations/', '//admin//organisations//']) {
      const headers = { 'admin-auth': deps.adminSecret, 'content-type': type }
      const reply = await app.inject({ method: 'POST', url, headers, payload: '{"owner_name":"Acme"}' })
      assert.equal(reply.statusCode, 200, `${type} ${url} ${reply.body}`)
      assert.match(reply.body, /^\{"Status":"OK","Message":"Org created","Meta":"[0-9a-f]{24}"\}$/)
    }
  }
  assert.equal((await admin('POST', '/admin/organisations')).text, refusal('Request body malformed'))
})

test('JSON that cannot be read is 403, whatever is wrong with it', async () => {
  const { admin } = await testDashboard()
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
  for (const body of [
    '{',
    'x',
    '{"a":1,}',
    '\ufeff',
    '{"__proto__":{"a":1}}',
    '{"a":{"__proto__":1}}',
    deep,
  ]) {
    const reply = await admin('POST', '/admin/organisations', body)
    assert.equal(reply.status, 403, body.slice(0, 20))
    assert.equal(reply.text, refusal('Request body malformed'))
  }
})

test('a body of the wrong shape is 400 and names the field by its path', async () => {
  const { admin } = await testDashboard()
  const cases = [
    [{ owner_name: 7 }, 'owner_name: expected string, received number'],
    [{ apis: [{ api_id: [] }] }, 'apis.0.api_id: expected string, received array'],
    [[], 'expected object, received array'],
    ['null', 'expected object, received null'],
    ['{"unknown":{"far":1e999}}', 'unknown.far is not a finite number'],
    [{ unknown: ['a\0b'] }, 'unknown.0 holds characters that are no text'],
    [{ unknown: '\ud800' }, 'unknown holds characters that are no text'],
  ] as const
  for (const [body, detail] of cases) {
    const reply = await admin('POST', '/admin/organisations', body)
    assert.equal(reply.status, 400)
    assert.equal(reply.text, refusal(`Organisation object validation failed: ${detail}`))
  }
})

test('a body over the limit is 413 in the envelope', async () => {
  const { admin } = await testDashboard()
  const reply = await admin('POST', '/admin/organisations', { owner_name: 'x'.repeat(1_000_001) })
  assert.equal(reply.status, 413)
  assert.equal(reply.text, refusal('Request body too large'))
})

test('what no route serves is denied to nobody, unknown to a user, and names the methods that are', async () => {
  const { nobody, member, admin, app, deps } = await testDashboard()
  const { ask } = await member()
  assert.equal((await nobody('GET', '/api/nonsense')).text, refusal('Not authorised'))
  assert.equal((await nobody('DELETE', '/api/users')).status, 401)
  assert.equal((await ask('GET', '/api/nonsense')).status, 404)
  assert.equal((await admin('GET', '/admin/nonsense')).text, refusal('Not found'))
  const reply = await app.inject({
    method: 'DELETE',
    url: '/admin/organisations/',
    headers: { 'admin-auth': deps.adminSecret },
  })
  assert.equal(reply.statusCode, 405)
  assert.equal(reply.headers.allow, 'GET, POST, HEAD')
  assert.equal((await app.inject({ method: 'OPTIONS', url: '/api/users' })).statusCode, 401)
  assert.equal((await ask('GET', '/api/users/%ff')).text, refusal('Request path malformed'))
  assert.equal((await ask('GET', `/api/users/${'x'.repeat(3000)}`)).status, 400)
  assert.equal((await ask('GET', '/api/users/%00')).text, refusal('Request path malformed'))
})

test('HEAD answers as GET does, without the body', async () => {
  const { app, member } = await testDashboard()
  const { accessKey } = await member()
  for (const [url, status] of [
    ['/hello', 200],
    ['/api/users/me/', 200],
    ['/api/nonsense', 404],
  ] as const) {
    const reply = await app.inject({ method: 'HEAD', url, headers: { authorization: accessKey } })
    assert.equal(reply.statusCode, status)
    assert.equal(reply.body, '')
  }
  assert.equal((await app.inject({ method: 'HEAD', url: '/api/users/me' })).statusCode, 401)
})

test('a query of the wrong shape is 400; of a repeated name the first counts', async () => {
  const { member } = await testDashboard()
  const { ask } = await member()
  assert.equal((await ask('GET', '/api/users?p=1&p=junk')).status, 200)
  assert.equal(
    (await ask('GET', '/api/users?p=junk')).text,
    refusal('Query parameter invalid: p: expected a whole number'),
  )
  assert.equal((await ask('GET', '/api/users/search?q=%00')).text, refusal('Query parameter invalid'))
})

test('a bug is answered with a request id and nothing else, and logged with its cause', async () => {
  const { app, logged } = serving([
    route({
      method: 'GET',
      path: '/broken',
      permission: 'public',
      summary: 'Breaks',
      answer: z.object({}),
      handle: () => {
        throw new Error('the database password is hunter2')
      },
    }),
  ])
  const reply = await app.inject({ method: 'GET', url: '/broken' })
  assert.equal(reply.statusCode, 500)
  assert.match(
    reply.body,
    /^\{"Status":"Error","Message":"Internal error, request id: [0-9a-f]{32}","Meta":null\}$/,
  )
  const id = reply.body.match(/[0-9a-f]{32}/)?.[0]
  assert.match(JSON.stringify(logged), new RegExp(`"requestId":"${id}".*hunter2`))
})

test('a field that the answer does not name does not leave; a loose document stays whole', async () => {
  const { app } = serving([
    route({
      method: 'GET',
      path: '/strict',
      permission: 'public',
      summary: 'Strict',
      answer: z.object({ shown: z.string() }),
      handle: () => {
        const row = { secret: 's', shown: 'x' }
        return row
      },
    }),
    route({
      method: 'GET',
      path: '/loose',
      permission: 'public',
      summary: 'Loose',
      answer: z.looseObject({ b: z.number() }),
      handle: () => new Reply({ zulu: [{ y: null }], b: 1 }, 201, { 'x-more': '1' }),
    }),
  ])
  assert.equal((await app.inject('/strict')).body, '{"shown":"x"}')
  const loose = await app.inject('/loose')
  assert.deepEqual([loose.statusCode, loose.headers['x-more']], [201, '1'])
  assert.deepEqual(loose.json(), { b: 1, zulu: [{ y: null }] })
})

test('answers are compact, in the order of the contract, and are not to be cached', async () => {
  const { app, deps, admin } = await testDashboard()
  const { body } = await admin('POST', '/admin/organisations', {})
  const reply = await app.inject({
    method: 'PUT',
    url: `/admin/organisations/${body.Meta}`,
    headers: { 'admin-auth': deps.adminSecret },
    payload: '{}',
  })
  assert.equal(reply.body, done('Org updated'))
  assert.equal(reply.headers['content-type'], 'application/json; charset=utf-8')
  assert.equal(reply.headers['cache-control'], 'no-store')
  assert.equal(reply.headers['x-content-type-options'], 'nosniff')
})

test('a client that sends too much still reads the 413, with or without a length', async () => {
  const { app, deps } = await testDashboard()
  await app.listen({ host: '127.0.0.1', port: 0 })
  const address = app.server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const bytes = Buffer.alloc(10 * 1024 * 1024, 0x20)
  try {
    for (const framing of [{ 'content-length': String(bytes.length) }, { 'transfer-encoding': 'chunked' }]) {
      const headers = { 'admin-auth': deps.adminSecret, ...framing }
      const sent = request({ port, method: 'POST', path: '/admin/organisations', headers })
      sent.end(bytes)
      const [reply] = (await once(sent, 'response')) as [IncomingMessage]
      assert.equal(reply.statusCode, 413)
      assert.equal(await text(reply), refusal('Request body too large'))
    }
  } finally {
    await app.close()
  }
})

const publicRoute = (path: string, handle: () => MediaReply | Record<string, unknown>): Route =>
  route({
    method: 'GET',
    path,
    permission: 'public',
    summary: path,
    answer: z.looseObject({}),
    handle,
  })

test('an answer may be text or bytes of any media type, or a stream that is sent as it comes', async () => {
  const { app } = serving([
    publicRoute(
      '/text',
      () => new MediaReply('text/csv; charset=utf-8', 'a,b\n1,2\n', { 'x-more': ['1', '2'] }),
    ),
    publicRoute('/bytes', () => new MediaReply('application/yaml', Buffer.from('a: 1\n'))),
    publicRoute('/stream', () => new MediaReply('application/x-ndjson', Readable.from(['{}\n', '{}\n']))),
  ])
  const csv = await app.inject('/text')
  assert.deepEqual(
    [csv.body, csv.headers['content-type'], csv.headers['x-more'], csv.headers['cache-control']],
    ['a,b\n1,2\n', 'text/csv; charset=utf-8', ['1', '2'], 'no-store'],
  )
  assert.equal((await app.inject('/bytes')).body, 'a: 1\n')
  const stream = await app.inject('/stream')
  assert.deepEqual([stream.body, stream.headers['content-type']], ['{}\n{}\n', 'application/x-ndjson'])
})

test('a long answer is compressed for a client that takes gzip, and for no other', async () => {
  const value = { rows: Array.from({ length: 5_000 }, (_, row) => ({ row })) }
  const { app } = serving([publicRoute('/long', () => value), publicRoute('/short', () => ({ a: 1 }))])
  const plain = await app.inject('/long')
  assert.deepEqual([plain.json(), plain.headers.vary], [value, 'accept-encoding'])
  const packed = await app.inject({ url: '/long', headers: { 'accept-encoding': 'br, gzip' } })
  assert.equal(packed.headers['content-encoding'], 'gzip')
  assert.deepEqual(JSON.parse(gunzipSync(packed.rawPayload).toString()), value)
  assert.ok(packed.rawPayload.length < plain.rawPayload.length / 4)
  const short = await app.inject({ url: '/short', headers: { 'accept-encoding': 'gzip' } })
  assert.equal(short.headers['content-encoding'], undefined)
})

test('finding 1: answers that wait for their clients are bounded together; one alone always goes out', async () => {
  const budget = answerBudget(100)
  assert.equal(budget.take(1_000), true)
  assert.equal(budget.take(1), false)
  budget.giveBack(1_000)
  assert.deepEqual([budget.take(60), budget.take(40), budget.take(1)], [true, true, false])
  const limits = { maxBodyBytes: 1_000, maxBodyValues: 100, maxAnswerBytes: 1_000 }
  const app = buildApiSurface(
    [publicRoute('/a', () => ({ text: 'x'.repeat(900) }))],
    openSurface,
    limits,
    () => {},
  )
  for (let i = 0; i < 5; i++)
    assert.equal((await app.inject('/a')).statusCode, 200, 'what was taken is free again')
})

test('finding 5: a route that asks for no credential reads 4 KiB, and no body has more values than the limit', async () => {
  const { app, deps } = await testDashboard()
  const signIn = (length: number) => {
    const frame = '{"username":"a","password":""}'
    const password = 'x'.repeat(length - frame.length)
    return app.inject({ method: 'POST', url: '/login', payload: `{"username":"a","password":"${password}"}` })
  }
  assert.equal((await signIn(publicBodyBytes + 1)).statusCode, 413)
  assert.notEqual((await signIn(publicBodyBytes)).statusCode, 413)

  const values = (count: number) =>
    app.inject({
      method: 'POST',
      url: '/admin/organisations',
      headers: { 'admin-auth': deps.adminSecret },
      payload: `{"owner_name":"a","more":[${'1,'.repeat(count)}1]}`,
    })
  assert.equal((await values(deps.maxBodyValues)).body, refusal('Request body has too many values'))
  assert.equal((await values(deps.maxBodyValues - 100)).statusCode, 200)
})

test('finding 24: a form of thousands of parts is refused before any of them is read', async () => {
  const { member, app } = await testDashboard()
  const { accessKey } = await member()
  const upload = (parts: number) =>
    app.inject({
      method: 'POST',
      url: '/api/certs',
      headers: { authorization: accessKey, 'content-type': 'multipart/form-data; boundary="b"' },
      payload: `${'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n'.repeat(parts)}--b--\r\n`,
    })
  assert.match((await upload(15_000)).body, /the form has too many parts/)
  assert.doesNotMatch((await upload(3)).body, /too many parts/)
})
