import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { digest, TaggingUpstream } from '../fuzz/tagging-upstream.ts'
import { RawClient } from '../strictness/raw-client.ts'
import { type Message, readMessages, statusOf, valuesOf } from '../strictness/wire.ts'
import { newApi, newOrganisation } from '../support/fixtures.ts'
import { type Server, startServer } from '../support/server.ts'

const connections = 200
const requestsEach = 100
/** Nothing may take longer: a hang is a defect. */
const patienceMs = 20_000

let server: Server
let upstream: TaggingUpstream

before(async () => {
  upstream = await new TaggingUpstream().start()
  server = await startServer()
  const org = await newOrganisation(server)
  const target = `http://127.0.0.1:${upstream.port}`
  const proxy = { listen_path: '/tagged/', target_url: target, strip_listen_path: true }
  await newApi(org, target, { use_keyless: true, proxy })
})
after(async () => {
  await server?.dispose()
  await upstream?.stop()
})

/** A request, and what its reply must say; undefined = it is refused and the connection closed. */
type Tagged = { readonly bytes: string; readonly seen: string | undefined; readonly body: string }

/** The n-th request of a connection: kinds of valid ones, and every ninth a bad one of changing kind. */
function tagged(connection: number, number: number): Tagged {
  const tag = `c${connection}n${number}`
  const head = (method: string) => `${method} /tagged/${tag} HTTP/1.1\r\nHost: h\r\n`
  const body = `${tag}:`.repeat(1 + (number % 50))
  const valid = (bytes: string, sent = '') => ({ bytes, seen: `/${tag}`, body: digest(sent) })
  const bad = (bytes: string) => ({ bytes, seen: undefined, body: '' })
  if (number % 9 === 8) {
    const kinds = [
      `${head('GET')}X : y\r\n\r\n`,
      `${head('POST')}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      `${head('POST')}Transfer-Encoding: chunked\r\n\r\nx\r\n${tag}\r\n0\r\n\r\n`,
      `GET /tagged/${tag} HTTP/1.1\r\n\r\n`,
      `${head('POST')}Content-Length: +3\r\n\r\nabc`,
    ]
    return bad(kinds[((number - 8) / 9 + connection) % kinds.length] ?? '')
  }
  if (number % 3 === 1) return valid(`${head('POST')}Content-Length: ${body.length}\r\n\r\n${body}`, body)
  if (number % 3 === 2) {
    const [first, second] = [body.slice(0, 3), body.slice(3)]
    const chunks = [first, second].map((piece) => `${piece.length.toString(16)};a=b\r\n${piece}\r\n`).join('')
    return valid(`${head('PUT')}Transfer-Encoding: chunked\r\n\r\n${chunks}0\r\nX-T: 1\r\n\r\n`, body)
  }
  return valid(`${head('GET')}\r\n`)
}

/** Sends all requests of a connection's number, pipelined in groups of one to eight; a new one after each refusal. */
async function runConnection(connection: number, pipelined: boolean): Promise<number> {
  let client = new RawClient(server.gateway.port)
  let answered = 0
  let checked = 0
  const read = (): Message[] =>
    readMessages(client.text, { kind: 'reply', ended: client.ended }).messages.filter(
      ({ complete }) => complete,
    )
  for (let number = 0; number < requestsEach; ) {
    const size = pipelined ? 1 + ((connection + number) % 8) : 1
    const group: Tagged[] = []
    while (group.length < size && number < requestsEach) {
      const request = tagged(connection, number++)
      group.push(request)
      if (request.seen === undefined) break
    }
    client.write(group.map(({ bytes }) => bytes).join(''))
    await client.until(() => read().length >= checked + group.length, patienceMs)
    const replies = read().slice(checked)
    checked += replies.length
    judge(replies, group, connection)
    answered += replies.length
    if (group.at(-1)?.seen !== undefined) continue
    assert.equal(await client.until(() => client.ended, patienceMs), true, 'a refused connection is closed')
    client.destroy()
    client = new RawClient(server.gateway.port)
    checked = 0
  }
  client.destroy()
  return answered
}

function judge(replies: readonly Message[], group: readonly Tagged[], connection: number): void {
  assert.equal(replies.length, group.length, `connection ${connection}: a reply is missing`)
  for (const [index, { seen, body }] of group.entries()) {
    const reply = replies[index]
    if (reply === undefined) continue
    assert.deepEqual(reply.problems, [])
    if (seen === undefined) {
      assert.equal(statusOf(reply), 400)
    } else {
      assert.deepEqual(
        [statusOf(reply), valuesOf(reply, 'x-seen')[0], valuesOf(reply, 'x-body')[0]],
        [200, seen, body],
      )
    }
  }
}

test('20,000 requests, valid and not, pipelined and not, over 200 connections: each gets its own reply', async () => {
  const answered = await Promise.all(
    Array.from({ length: connections }, (_, connection) => runConnection(connection, connection % 2 === 0)),
  )

  assert.equal(
    answered.reduce((sum, count) => sum + count, 0),
    connections * requestsEach,
  )
  assert.deepEqual(upstream.problems, [])
})
