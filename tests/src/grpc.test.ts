import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, test } from 'node:test'
import {
  type Client,
  credentials,
  Server as GrpcServer,
  type handleBidiStreamingCall,
  type handleClientStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
  Metadata,
  makeGenericClientConstructor,
  ServerCredentials,
  type ServiceError,
  status,
} from '@grpc/grpc-js'
import { type Api, newApi, newKey, newOrganisation, type Organisation } from '../support/fixtures.ts'
import { type Server, startServer } from '../support/server.ts'

/** A service of texts, without a schema: a message is its bytes. */
const text = {
  requestSerialize: (value: string) => Buffer.from(value),
  requestDeserialize: (bytes: Buffer) => bytes.toString(),
  responseSerialize: (value: string) => Buffer.from(value),
  responseDeserialize: (bytes: Buffer) => bytes.toString(),
}
const method = (name: string, requestStream: boolean, responseStream: boolean) => ({
  path: `/echo.Echo/${name}`,
  requestStream,
  responseStream,
  ...text,
})
const service = {
  unary: method('Unary', false, false),
  count: method('Count', false, true),
  join: method('Join', true, false),
  chat: method('Chat', true, true),
}

const unary: handleUnaryCall<string, string> = (call, done) => {
  const trailers = new Metadata()
  trailers.set('x-seen', call.request)
  if (call.request === 'fail')
    done({ code: status.FAILED_PRECONDITION, details: 'not now', metadata: trailers })
  else done(null, `${call.request}!`, trailers)
}
const count: handleServerStreamingCall<string, string> = (call) => {
  for (let i = 0; i < Number(call.request); i++) call.write(`${i}`)
  call.end()
}
const join: handleClientStreamingCall<string, string> = (call, done) => {
  const parts: string[] = []
  call.on('data', (part: string) => parts.push(part))
  call.on('end', () => done(null, parts.join('+')))
}
const chat: handleBidiStreamingCall<string, string> = (call) => {
  call.on('data', (part: string) => call.write(part.toUpperCase()))
  call.on('end', () => call.end())
}

let server: Server
let org: Organisation
let api: Api
let key: string
let upstream: GrpcServer
let client: Client

before(async () => {
  upstream = new GrpcServer()
  upstream.addService(service, { unary, count, join, chat })
  const port = await new Promise<number>((resolve, reject) =>
    upstream.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  )
  server = await startServer()
  org = await newOrganisation(server)
  api = await newApi(org, `h2c://127.0.0.1:${port}`, {
    proxy: { listen_path: '/echo.Echo/', target_url: `h2c://127.0.0.1:${port}`, strip_listen_path: false },
  })
  key = (await newKey(org, api)).secret
  const Echo = makeGenericClientConstructor(service, 'Echo')
  client = new Echo(`${server.gateway.host}:${server.gateway.port}`, credentials.createInsecure())
})
after(async () => {
  client?.close()
  upstream?.forceShutdown()
  await server?.dispose()
})

function withKey(value = key): Metadata {
  const metadata = new Metadata()
  metadata.set('authorization', value)
  return metadata
}

type Outcome = { value?: string; error?: ServiceError; trailers?: Metadata }

function callUnary(request: string, metadata = withKey()): Promise<Outcome> {
  return new Promise((resolve) => {
    const outcome: Outcome = {}
    const call = client.makeUnaryRequest(
      service.unary.path,
      text.requestSerialize,
      text.responseDeserialize,
      request,
      metadata,
      (error, value) => {
        if (error) outcome.error = error
        if (value !== undefined) outcome.value = value
      },
    )
    call.on('status', ({ metadata: trailers }) => {
      outcome.trailers = trailers
      setImmediate(() => resolve(outcome))
    })
  })
}

test('a unary call passes, with the trailers of its status', async () => {
  const outcome = await callUnary('hello')
  assert.equal(outcome.error, undefined)
  assert.equal(outcome.value, 'hello!')
  assert.deepEqual(outcome.trailers?.get('x-seen'), ['hello'])
})

test('a status of the service comes through as it is', async () => {
  const { error, trailers } = await callUnary('fail')
  assert.deepEqual([error?.code, error?.details], [status.FAILED_PRECONDITION, 'not now'])
  assert.deepEqual(trailers?.get('x-seen'), ['fail'])
})

test('without a right to call, the gate answers before the service does', async () => {
  assert.equal((await callUnary('x', new Metadata())).error?.code, status.UNAUTHENTICATED)
  assert.equal((await callUnary('x', withKey('nobody'))).error?.code, status.PERMISSION_DENIED)
})

test('a stream of the server comes message by message', async () => {
  const { path } = service.count
  const call = client.makeServerStreamRequest(
    path,
    text.requestSerialize,
    text.responseDeserialize,
    '500',
    withKey(),
  )
  const seen: string[] = []
  for await (const message of call) seen.push(String(message))
  assert.equal(seen.length, 500)
  assert.equal(seen.at(-1), '499')
})

test('a stream of the client arrives whole', async () => {
  const joined = new Promise<string>((resolve, reject) => {
    const call = client.makeClientStreamRequest(
      service.join.path,
      text.requestSerialize,
      text.responseDeserialize,
      withKey(),
      (error, value) => (error ? reject(error) : resolve(value ?? '')),
    )
    for (const part of ['a', 'b', 'c']) call.write(part)
    call.end()
  })
  assert.equal(await joined, 'a+b+c')
})

test('both sides may talk in turn for as long as they like', async () => {
  const call = client.makeBidiStreamRequest(
    service.chat.path,
    text.requestSerialize,
    text.responseDeserialize,
    withKey(),
  )
  for (const word of ['one', 'two', 'three']) {
    call.write(word)
    const [answer] = await once(call, 'data')
    assert.equal(answer, word.toUpperCase())
  }
  const over = once(call, 'status')
  call.end()
  const [{ code }] = await over
  assert.equal(code, status.OK)
})

test('many calls at a time each get their own answer', async () => {
  const outcomes = await Promise.all(Array.from({ length: 200 }, (_, i) => callUnary(`n${i}`)))
  assert.deepEqual(
    outcomes.map(({ value }) => value),
    outcomes.map((_, i) => `n${i}!`),
  )
})
