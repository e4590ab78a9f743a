import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect as connectHttp2, type SecureClientSessionOptions } from 'node:http2'
import { connect, type Socket } from 'node:net'
import { after, before, test } from 'node:test'
import { connect as connectTls } from 'node:tls'
import type { TlsSettings } from '../settings.ts'
import { authority, client, local } from '../testing/certificates.ts'
import { startGate, type TestGate } from '../testing/gate.ts'
import { startUpstream, type TestUpstream } from '../testing/upstream.ts'
import { DEFAULT_CIPHERS } from './tls-certificates.ts'

const tls: TlsSettings = {
  certificates: [local],
  minVersion: 'TLSv1.2',
  ciphers: DEFAULT_CIPHERS,
  clientCertificates: 'none',
  clientAuthorities: [],
  revocationLists: [],
}
/** The balancer's address, and that of somebody else. */
const BALANCER = '127.0.0.1'
const STRANGER = '127.0.0.9'
const HEADER = 'PROXY TCP4 203.0.113.7 127.0.0.1 4096 443\r\n'
const BINARY = Buffer.from(
  `0d0a0d0a000d0a515549540a 2111000c cb007108 7f000001 1000 01bb`.replaceAll(' ', ''),
  'hex',
)
const GET = 'GET /told/ HTTP/1.1\r\nHost: gate\r\n\r\n'

let upstream: TestUpstream
let plain: TestGate
let secure: TestGate

before(async () => {
  upstream = await startUpstream()
  const settings = {
    proxyProtocol: true,
    trustedProxies: [`${BALANCER}/32`],
    clientHeaderTimeoutMs: 700,
    maxConnectionsPerAddress: 2,
  }
  plain = await startGate({ settings })
  secure = await startGate({ settings: { ...settings, tls } })
  for (const gate of [plain, secure])
    await gate.addApi({
      name: 'told',
      use_keyless: true,
      proxy: { listen_path: '/told/', target_url: upstream.url },
    })
})
after(async () => {
  await plain.close()
  await secure.close()
  await upstream.close()
})

async function opened(gate: TestGate, from = BALANCER): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port: gate.gateway.port, localAddress: from })
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}

/** Reads until the marker or the end; a reset is an end too, as the gate leaves what was not read. */
async function read(socket: Socket, marker: RegExp): Promise<string> {
  let text = ''
  const take = (chunk: Buffer) => {
    text += chunk.toString('latin1')
  }
  socket.on('data', take)
  while (!marker.test(text) && !socket.destroyed && !socket.readableEnded)
    await new Promise<void>((resolve) => {
      for (const event of ['data', 'end', 'close']) socket.once(event, () => resolve())
    })
  socket.off('data', take)
  return text
}

const REPLY = /\r\n\r\n.*\}\s*$/s
const forwardedFor = (text: string) => /"x-forwarded-for":"([^"]*)"/.exec(text)?.[1]

test('the client that a balancer tells of is the client, for every request of the connection', async () => {
  const socket = await opened(plain)
  socket.write(HEADER + GET)
  assert.equal(forwardedFor(await read(socket, REPLY)), '203.0.113.7')
  // It is no proxy, so nobody vouches for what it says of itself.
  socket.write(GET.replace('\r\n\r\n', '\r\nX-Real-IP: 198.51.100.1\r\n\r\n'))
  assert.equal(forwardedFor(await read(socket, REPLY)), '203.0.113.7')
  socket.destroy()
})

test('a header may come in pieces, in either version, or tell of nobody', async () => {
  for (const [bytes, address] of [
    [Buffer.from(HEADER, 'latin1'), '203.0.113.7'],
    [BINARY, '203.0.113.8'],
    [Buffer.from('PROXY UNKNOWN\r\n', 'latin1'), BALANCER],
  ] as const) {
    const socket = await opened(plain)
    socket.setNoDelay(true)
    for (const byte of bytes) {
      socket.write(Buffer.of(byte))
      await new Promise((resolve) => setImmediate(resolve))
    }
    socket.write(GET)
    assert.equal(forwardedFor(await read(socket, REPLY)), address)
    socket.destroy()
  }
})

test('a balancer that does not say whose its connection is, or not well, is cut off', async () => {
  const had = upstream.received.length
  for (const start of [GET, 'PROXY TCP4 203.0.113.7 127.0.0.1 4096\r\n', 'PROXY TCP4 ']) {
    const socket = await opened(plain)
    socket.write(start)
    if (start.endsWith('\n')) socket.write(GET)
    assert.equal(await read(socket, /./), '', start)
  }
  assert.equal(upstream.received.length, had)
  await plain.logged((line) => JSON.stringify(line).includes('malformed PROXY header'))
  await plain.logged((line) => JSON.stringify(line).includes('no PROXY header in time'))
})

test('nobody else is taken at such a word', async () => {
  const socket = await opened(plain, STRANGER)
  socket.write(GET)
  assert.equal(forwardedFor(await read(socket, REPLY)), STRANGER)
  socket.destroy()
  const forger = await opened(plain, STRANGER)
  forger.write(HEADER + GET)
  assert.match(await read(forger, /\n$/), /^HTTP\/1\.1 400 /)
  forger.destroy()
})

test('clients behind one balancer have their connections each for themselves', async () => {
  const held: Socket[] = []
  for (const last of ['1', '1', '2']) {
    const socket = await opened(plain)
    socket.write(HEADER.replace('113.7', `114.${last}`) + GET)
    assert.equal(forwardedFor(await read(socket, REPLY)), `203.0.114.${last}`)
    held.push(socket)
  }
  const third = await opened(plain)
  third.write(HEADER.replace('113.7', '114.1') + GET)
  assert.equal(await read(third, /./), '')
  for (const socket of held) socket.destroy()
})

test('what follows the header may be TLS, in both protocols', async () => {
  for (const alpn of ['http/1.1', 'h2']) {
    const raw = await opened(secure)
    raw.write(BINARY)
    const secured = { socket: raw, ca: authority, checkServerIdentity: () => undefined }
    if (alpn === 'http/1.1') {
      const socket = connectTls(secured)
      await once(socket, 'secureConnect')
      socket.write(GET)
      assert.equal(forwardedFor(await read(socket, REPLY)), '203.0.113.8')
      socket.destroy()
    } else {
      assert.equal(await askByHttp2(`https://127.0.0.1:${secure.gateway.port}`, secured), '203.0.113.8')
    }
  }
})

test('finding 23: behind the header too, clients are asked by the host they name', async () => {
  const record = await secure.addCertificate(client.certificate)
  const api = await secure.addApi({
    name: 'asked',
    domain: 'asked.test',
    use_keyless: true,
    use_mutual_tls_auth: true,
    client_certificates: [record.id],
    proxy: { listen_path: '/told/', target_url: upstream.url },
  })
  for (const [servername, answer] of [
    ['asked.test', '203.0.113.8'],
    ['other.test', undefined],
  ] as const) {
    const raw = await opened(secure)
    raw.write(BINARY)
    const own = { cert: client.certificate, key: client.key, servername }
    const socket = connectTls({ socket: raw, ca: authority, checkServerIdentity: () => undefined, ...own })
    await once(socket, 'secureConnect')
    socket.write(GET.replace('gate', 'asked.test'))
    const text = await read(socket, REPLY)
    assert.match(text, answer === undefined ? /^HTTP\/1\.1 421 / : /^HTTP\/1\.1 200 /)
    assert.equal(forwardedFor(text), answer)
    socket.destroy()
  }
  const silent = await opened(secure)
  silent.write(BINARY)
  assert.equal(await read(silent, /./), '', 'who says no more is cut off')
  await secure.logged((line) => line.reason === 'TLS: no handshake in time')
  await secure.removeApi(api)
})

test('or HTTP/2 without TLS', async () => {
  const raw = await opened(plain)
  raw.write(HEADER)
  const url = `http://127.0.0.1:${plain.gateway.port}`
  assert.equal(await askByHttp2(url, { createConnection: () => raw }), '203.0.113.7')
})

async function askByHttp2(url: string, options: SecureClientSessionOptions): Promise<string | undefined> {
  const session = connectHttp2(url, options)
  session.on('error', () => {})
  const stream = session.request({ ':path': '/told/' })
  stream.setEncoding('utf8')
  let text = ''
  for await (const chunk of stream) text += chunk
  session.destroy()
  return forwardedFor(text)
}
