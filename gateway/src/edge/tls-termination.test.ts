import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, test } from 'node:test'
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls'
import type { TlsSettings } from '../settings.ts'
import { authority, client, local, one, two } from '../testing/certificates.ts'
import { startGate, type TestGate } from '../testing/gate.ts'
import { startUpstream, type TestUpstream } from '../testing/upstream.ts'
import { checkTlsSettings, DEFAULT_CIPHERS } from './tls-certificates.ts'

const tls: TlsSettings = {
  certificates: [local, two],
  minVersion: 'TLSv1.2',
  ciphers: DEFAULT_CIPHERS,
  clientCertificates: 'none',
  clientAuthorities: [],
  revocationLists: [],
}

let upstream: TestUpstream
let gate: TestGate

before(async () => {
  upstream = await startUpstream()
  gate = await secureGate(tls)
})
after(async () => {
  await gate.close()
  await upstream.close()
})

async function secureGate(settings: TlsSettings): Promise<TestGate> {
  const made = await startGate({ workers: 2, settings: { tls: settings } })
  const proxy = { listen_path: '/safe/', target_url: upstream.url }
  await made.addApi({ name: 'safe', use_keyless: true, proxy })
  return made
}

async function secured(at: TestGate, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connect({
    host: '127.0.0.1',
    port: at.gateway.port,
    ca: authority,
    checkServerIdentity: () => undefined,
    ...options,
  })
  await once(socket, 'secureConnect')
  return socket
}

/** The status line of a request on that connection. */
async function statusOf(socket: TLSSocket): Promise<string> {
  socket.write('GET /safe/ HTTP/1.1\r\nHost: gate\r\n\r\n')
  let text = ''
  for (;;) {
    const [chunk] = await once(socket, 'data')
    text += String(chunk)
    if (/\r\n\r\n[\s\S]*\}\s*$/.test(text)) return text.slice(0, 12)
  }
}

const commonName = (socket: TLSSocket) => socket.getPeerCertificate().subject.CN

test('requests over TLS pass the chain, each client with the certificate for the host it names', async () => {
  for (const [servername, name] of [
    ['localhost', 'not-the-host'],
    ['deep.two.test', 'two.test'],
    ['TWO.test', 'two.test'],
    ['unknown.test', 'not-the-host'],
  ] as const) {
    const socket = await secured(gate, { servername, ALPNProtocols: ['http/1.1'] })
    assert.equal(commonName(socket), name, servername)
    assert.equal(socket.alpnProtocol, 'http/1.1')
    assert.equal(await statusOf(socket), 'HTTP/1.1 200')
    assert.equal(await statusOf(socket), 'HTTP/1.1 200')
    socket.destroy()
  }
})

test('other certificates come into use without closing a connection', async (t) => {
  const changing = await secureGate(tls)
  t.after(() => changing.close())
  const early = await secured(changing)
  await changing.gateway.replaceCertificates({ ...tls, certificates: [one] })
  for (let i = 0; i < 4; i++) {
    const late = await secured(changing, { servername: 'two.test' })
    assert.equal(commonName(late), 'one.test')
    late.destroy()
  }
  const nameless = await secured(changing)
  assert.equal(commonName(nameless), 'one.test')
  nameless.destroy()
  const broken = { ...tls, certificates: [{ certificate: one.certificate, key: two.key }] }
  await assert.rejects(changing.gateway.replaceCertificates(broken), /certificate 1 cannot be used/)
  assert.equal(await statusOf(early), 'HTTP/1.1 200')
  early.destroy()
})

test('a session that one worker began is taken up by any', async () => {
  const resumed: boolean[] = []
  for (let i = 0; i < 6; i++) {
    const fresh = await secured(gate, { maxVersion: 'TLSv1.2' })
    const session = fresh.getSession()
    fresh.destroy()
    const again = await secured(gate, { maxVersion: 'TLSv1.2', ...(session && { session }) })
    resumed.push(again.isSessionReused())
    again.destroy()
  }
  assert.deepEqual(resumed, Array(6).fill(true))
})

test('an answer that breaks off upstream is broken off behind TLS too, and the worker lives on', async () => {
  const normal = upstream.answer
  upstream.answer = (_received, response) => {
    response.write('half')
    setTimeout(() => response.destroy(), 20)
  }
  const socket = await secured(gate)
  socket.on('error', () => {})
  let text = ''
  socket.on('data', (chunk) => {
    text += String(chunk)
  })
  socket.write('GET /safe/ HTTP/1.1\r\nHost: gate\r\n\r\n')
  await once(socket, 'close')
  upstream.answer = normal
  assert.match(text, /4\r\nhalf\r\n$/)
  assert.equal(await statusOf(await secured(gate)), 'HTTP/1.1 200')
})

test('a version below the least one is refused', async () => {
  await assert.rejects(secured(gate, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1' }))
})

test('finding 26: no suite with CBC is spoken, with TLS 1.2 either, unless the settings name one', async (t) => {
  const withTls12 = (ciphers: string) => ({ ciphers, maxVersion: 'TLSv1.2' as const })
  const cbc = 'ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA384:ECDHE-ECDSA-AES128-SHA256'
  await assert.rejects(secured(gate, withTls12(cbc)))
  for (const suite of [
    'ECDHE-ECDSA-AES128-GCM-SHA256',
    'ECDHE-ECDSA-AES256-GCM-SHA384',
    'ECDHE-ECDSA-CHACHA20-POLY1305',
  ]) {
    const socket = await secured(gate, withTls12(suite))
    assert.equal(socket.getCipher().name, suite)
    socket.destroy()
  }
  const old = await secureGate({ ...tls, ciphers: `ECDHE-ECDSA-AES128-GCM-SHA256:${cbc}` })
  t.after(() => old.close())
  const allowed = await secured(old, withTls12(cbc))
  assert.equal(allowed.getCipher().name, 'ECDHE-ECDSA-AES128-SHA')
  allowed.destroy()
  const modern = await secured(old, {})
  assert.equal(modern.getProtocol(), 'TLSv1.3', 'naming suites of TLS 1.2 does not switch off 1.3')
  modern.destroy()
  await assert.rejects(
    secured(old, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: `${cbc}:@SECLEVEL=0` }),
  )
  assert.throws(() => checkTlsSettings({ ...tls, ciphers: 'NOT-A-SUITE' }), /cannot be used/)
})

test('plain HTTP on the port of TLS is not answered', async () => {
  await assert.rejects(gate.call('/safe/'))
})

test('clients present a certificate where it is demanded; where it is optional, none or a good one', async (t) => {
  const own = { cert: client.certificate, key: client.key }
  // A certificate that is no client's: the authority did not give it out for that.
  const wrong = { cert: one.certificate, key: one.key }
  const asking = { ...tls, clientAuthorities: [authority] }
  const optional = await secureGate({ ...asking, clientCertificates: 'optional' })
  t.after(() => optional.close())
  const required = await secureGate({ ...asking, clientCertificates: 'required' })
  t.after(() => required.close())
  const outcome = async (at: TestGate, options: ConnectionOptions) => {
    try {
      const socket = await secured(at, options)
      const status = await Promise.race([statusOf(socket), once(socket, 'close').then(() => 'closed')])
      socket.destroy()
      return status
    } catch {
      return 'closed'
    }
  }
  assert.equal(await outcome(optional, {}), 'HTTP/1.1 200')
  assert.equal(await outcome(optional, own), 'HTTP/1.1 200')
  assert.equal(await outcome(optional, wrong), 'closed')
  assert.equal(await outcome(required, own), 'HTTP/1.1 200')
  assert.equal(await outcome(required, {}), 'closed')
})

test('certificates that cannot be used are said before anything starts', () => {
  assert.throws(() => checkTlsSettings({ ...tls, certificates: [] }), /at least one/)
  const broken = { ...tls, certificates: [local, { certificate: 'nonsense', key: local.key }] }
  assert.throws(() => checkTlsSettings(broken), /certificate 2 cannot be used/)
})
