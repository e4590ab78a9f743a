import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { startGate, type TestGate } from '../testing/gate.ts'
import { startUpstream, type TestUpstream } from '../testing/upstream.ts'

let gate: TestGate
let upstream: TestUpstream

const OURS = /^[0-9a-f]{12}-1-[0-9a-z]+$/

before(async () => {
  upstream = await startUpstream()
  gate = await startGate()
})
after(async () => {
  await gate.close()
  await upstream.close()
})

const idOf = (reply: { headers: Readonly<Record<string, string>> }) => reply.headers['x-request-id'] ?? ''

test('the id of an answer is the gate’s; the upstream’s goes on beside it, the client’s to the upstream', async () => {
  await gate.addApi({ name: 'a', use_keyless: true, proxy: { listen_path: '/a/', target_url: upstream.url } })
  const echo = upstream.answer
  upstream.answer = (received, response) => {
    response.setHeader('X-Request-Id', 'of-the-upstream')
    echo(received, response)
  }
  const reply = await gate.call('/a/', { headers: { 'X-Request-Id': 'of-the-client' } })
  upstream.answer = echo
  assert.match(idOf(reply), OURS)
  assert.equal(reply.headers['x-upstream-request-id'], 'of-the-upstream')
  assert.equal(JSON.parse(reply.body).headers['x-request-id'], 'of-the-client')
  assert.equal((await gate.call('/a/')).headers['x-upstream-request-id'], undefined)
  const line = await gate.logged(({ requestId }) => requestId === idOf(reply))
  assert.equal(line.msg, 'passed')
})

test('a definition cannot give an answer another id', async () => {
  await gate.addApi({
    name: 'b',
    use_keyless: true,
    proxy: { listen_path: '/b/', target_url: upstream.url },
    version_data: {
      not_versioned: true,
      versions: {
        Default: {
          name: 'Default',
          use_extended_paths: true,
          global_response_headers: { 'X-Request-Id': 'mine' },
          extended_paths: {
            white_list: [
              {
                path: '/mock',
                method_actions: {
                  GET: { action: 'reply', code: 200, data: 'x', headers: { 'X-Request-Id': 'mine' } },
                },
              },
              { path: '/', method_actions: { GET: { action: 'no_action' } } },
            ],
          },
        },
      },
    },
  })
  for (const path of ['/b/mock', '/b/']) assert.match(idOf(await gate.call(path)), OURS, path)
})

test('answers of the control API carry an id, and so does what the control API is asked', async () => {
  const asked: (string | undefined)[] = []
  const control = createServer((request, response) => {
    asked.push(request.headers['x-request-id']?.toString())
    response.setHeader('X-Request-Id', 'of-the-control-api')
    response.end('control')
  })
  await new Promise<void>((resolve) => control.listen(join(gate.folder, 'control.sock'), resolve))
  const reply = await gate.call('/tyk/keys', { headers: { 'X-Request-Id': 'of-the-client' } })
  control.close()
  control.closeAllConnections()
  assert.match(idOf(reply), OURS)
  assert.deepEqual(asked, [idOf(reply)])
})

test('what is no request is answered with an id under which the log has the reason', async () => {
  const answer = await new Promise<string>((resolve) => {
    const socket = connect(gate.gateway.port, '127.0.0.1', () => socket.write('GET /a HTTP/1.1\r\n\r\n'))
    let text = ''
    socket.on('data', (bytes) => {
      text += bytes
    })
    socket.on('close', () => resolve(text))
  })
  const id = /^x-request-id: (.*)\r$/im.exec(answer)?.[1] ?? ''
  assert.match(id, OURS)
  const line = await gate.logged(({ requestId }) => requestId === id)
  assert.deepEqual(
    [line.code, line.status, line.told],
    ['request_malformed', 400, 'missing, repeated or invalid Host'],
  )
  const ambiguous = await gate.call('/a/%2f')
  assert.equal(ambiguous.body, 'Bad Request')
  const told = await gate.logged(({ requestId }) => requestId === idOf(ambiguous))
  assert.deepEqual([told.code, told.status], ['request_malformed', 400])
})

test('where an API is switched off, its organisation is noted: it may ask why', async () => {
  const api = await gate.addApi({
    name: 'off',
    active: false,
    proxy: { listen_path: '/off/', target_url: upstream.url },
  })
  const reply = await gate.call('/off/')
  const line = await gate.logged(({ requestId }) => requestId === idOf(reply))
  assert.deepEqual([line.code, line.orgId, line.apiId], ['api_inactive', gate.orgId, api.apiId])
  assert.deepEqual(line.trace, [{ step: 'route', code: 'api_inactive', args: { name: 'off' } }])
})
