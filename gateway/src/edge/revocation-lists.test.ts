import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import type { TlsSettings } from '../settings.ts'
import { startGate, type TestGate } from '../testing/gate.ts'
import { extension, type Issued, issue, revocationList } from '../testing/issue.ts'
import { ask, overHttp2 } from '../testing/tls-client.ts'
import { startUpstream, type TestUpstream } from '../testing/upstream.ts'
import { derIntegerHex } from './der.ts'
import { RevocationListError, revocationLists } from './revocation-lists.ts'
import { checkTlsSettings, DEFAULT_CIPHERS } from './tls-certificates.ts'

const port = issue({ name: 'port', hosts: ['localhost'] })
const root = issue({ name: 'root', authority: true })
const between = issue({ name: 'between', issuer: root, authority: true })
const stranger = issue({ name: 'stranger', authority: true })
const good = issue({ name: 'good', issuer: root })
const bad = issue({ name: 'bad', issuer: root })
const below = issue({ name: 'below', issuer: between })
const NOW = Date.now()
const HOUR_MS = 3_600_000
const VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const

const x509 = ({ certificate }: Issued) => new X509Certificate(certificate)
const authorities = [root.certificate + between.certificate]
const judge = (lists: readonly string[], client: Issued) =>
  revocationLists(lists, authorities).judge(x509(client), NOW)

test('a certificate, or an authority above it, is revoked when the list of its issuer has it', () => {
  const list = revocationList({ issuer: root, revoked: [bad, between] })
  assert.equal(judge([list], bad), 'revoked')
  assert.equal(judge([list], good), undefined)
  assert.equal(judge([list], below), 'revoked')
  assert.equal(judge([revocationList({ issuer: between, revoked: [bad] })], bad), undefined, 'another issuer')
  assert.equal(judge([revocationList({ issuer: between, revoked: [below] })], below), 'revoked')
  assert.equal(judge([revocationList({ issuer: root, revoked: [root] })], good), undefined)
  const same = { ...issue({ name: 'same', issuer: stranger }), serial: bad.serial }
  assert.equal(judge([revocationList({ issuer: root, revoked: [same] })], bad), 'revoked')
  assert.equal(judge([list], issue({ name: 'self-signed' })), 'stranger')
  assert.equal(judge([list], issue({ name: 'strange', issuer: stranger })), 'stranger')
  const many = Array.from({ length: 3_000 }, () => good)
  assert.equal(judge([revocationList({ issuer: root, revoked: [...many, bad] })], bad), 'revoked')
})

test('of several lists the newest of its scope counts; one that has expired says nothing any more', () => {
  const expired = { nextUpdateMs: NOW - HOUR_MS, thisUpdateMs: NOW - 48 * HOUR_MS }
  const old = revocationList({ issuer: root, revoked: [good], ...expired })
  const fresh = revocationList({ issuer: root, revoked: [bad] })
  for (const lists of [[old, fresh], [fresh, old], [old + fresh], [fresh + old]]) {
    assert.equal(judge(lists, good), undefined)
    assert.equal(judge(lists, bad), 'revoked')
  }
  assert.equal(judge([old], good), 'revoked')
  assert.equal(judge([old], bad), 'unknown')
  assert.equal(judge([old], below), 'unknown')
  assert.equal(judge([revocationList({ issuer: root, revoked: [], nextUpdateMs: null })], bad), undefined)
  const part = (number: number) => extension('551d1c', Buffer.from([0x30, 3, 0x81, 1, number]), true)
  const one = revocationList({ issuer: root, revoked: [good], extensions: [part(0xff)], ...expired })
  assert.equal(judge([one, fresh], good), 'revoked', 'a list of another scope stands beside it')
  assert.equal(judge([one, fresh], bad), 'revoked')
  assert.equal(judge([one], bad), 'unknown')
  assert.deepEqual(
    revocationLists([old], authorities).lists.map(({ authority }) => authority),
    ['CN=root'],
  )
})

test('a list that cannot be relied on is refused, whoever brings it', () => {
  const refused = (list: string, reason: RegExp) =>
    assert.throws(
      () => revocationLists([list], authorities),
      (error) => error instanceof RevocationListError && reason.test(error.message),
      String(reason),
    )
  const revoked = [bad]
  refused(revocationList({ issuer: stranger, revoked }), /no authority/)
  refused(revocationList({ issuer: { ...stranger, name: 'root' }, revoked }), /no authority/)
  const list = revocationList({ issuer: root, revoked })
  const der = Buffer.from(list.split('\n').slice(1, -2).join(''), 'base64')
  const pem = (bytes: Buffer) =>
    `-----BEGIN X509 CRL-----\n${bytes.toString('base64')}\n-----END X509 CRL-----\n`
  assert.equal(judge([pem(der)], bad), 'revoked')
  const altered = Buffer.from(der)
  altered[80] = (altered[80] ?? 0) ^ 1
  assert.throws(() => revocationLists([pem(altered)], authorities), RevocationListError)
  refused(pem(der.subarray(0, -1)), /cannot be used/)
  refused(pem(Buffer.concat([der, Buffer.from([0])])), /cannot be used/)
  refused(pem(Buffer.alloc(0)), /cannot be used/)
  refused(root.certificate, /has none/)
  const with_ = (...extensions: Buffer[]) => revocationList({ issuer: root, revoked, extensions })
  refused(with_(extension('551d1b', Buffer.from([2, 1, 1]), true)), /delta/)
  refused(with_(extension('551d1c', Buffer.from([0x30, 3, 0x84, 1, 0xff]), true)), /indirect/)
  refused(with_(extension('551d63', Buffer.from([5, 0]), true)), /critical extension/)
  assert.equal(judge([with_(extension('551d63', Buffer.from([5, 0])))], bad), 'revoked')
  const settings = {
    certificates: [port],
    minVersion: 'TLSv1.2',
    ciphers: DEFAULT_CIPHERS,
    clientCertificates: 'none',
  } as const
  assert.throws(
    () => checkTlsSettings({ ...settings, clientAuthorities: authorities, revocationLists: [pem(altered)] }),
    RevocationListError,
  )
})

test('whatever is in the file, it is read or refused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat({ max: 400 }), (bytes, at) => {
      const list = revocationList({ issuer: root, revoked: [bad] })
      const der = Buffer.from(list.split('\n').slice(1, -2).join(''), 'base64')
      const mixed = Buffer.concat([der.subarray(0, at), bytes, der.subarray(at + bytes.length)])
      const text = `-----BEGIN X509 CRL-----\n${mixed.toString('base64')}\n-----END X509 CRL-----`
      try {
        return judge([text], bad) === 'revoked'
      } catch (error) {
        return error instanceof RevocationListError
      }
    }),
    { numRuns: 50 },
  )
  assert.equal(derIntegerHex(Buffer.from([0, 0xab])), 'AB')
  assert.equal(derIntegerHex(Buffer.from([0x0a])), 'A')
  assert.equal(derIntegerHex(Buffer.from([0xff])), '-1')
  assert.equal(derIntegerHex(Buffer.from([0])), '0')
})

let upstream: TestUpstream
before(async () => {
  upstream = await startUpstream()
})
after(() => upstream.close())

async function gateWith(t: { after(end: () => Promise<void>): void }, more: Partial<TlsSettings>) {
  const tls: TlsSettings = {
    certificates: [port],
    minVersion: 'TLSv1.2',
    ciphers: DEFAULT_CIPHERS,
    clientCertificates: 'none',
    clientAuthorities: [root.certificate],
    revocationLists: [revocationList({ issuer: root, revoked: [] })],
    ...more,
  }
  const gate = await startGate({ workers: 2, settings: { tls } })
  t.after(() => gate.close())
  const proxy = { listen_path: '/safe/', target_url: upstream.url }
  await gate.addApi({ name: 'safe', use_keyless: true, proxy })
  return { gate, tls }
}

const status = async (gate: TestGate, path: string, as: Issued, more: object = {}) =>
  (await ask(gate.gateway.port, path, 'gate', { as, ...more })).status

test('finding 12: a revoked certificate is refused, resumed sessions and open connections with it', async (t) => {
  for (const clientCertificates of ['required', 'optional'] as const) {
    const { gate, tls } = await gateWith(t, { clientCertificates })
    for (const maxVersion of VERSIONS) {
      const first = await ask(gate.gateway.port, '/safe/', 'gate', { as: bad, maxVersion })
      assert.equal(first.status, 200)
      const session = first.session && { session: first.session }
      const open = await overHttp2(gate.gateway.port, { as: bad, maxVersion })
      const other = await overHttp2(gate.gateway.port, { as: good, maxVersion })
      assert.equal(await open.ask('/safe/', 'gate'), 200)
      assert.equal(await other.ask('/safe/', 'gate'), 200)
      const revoking = revocationList({ issuer: root, revoked: [bad] })
      await gate.gateway.replaceCertificates({ ...tls, revocationLists: [revoking] })
      assert.equal(await open.ask('/safe/', 'gate'), 'closed')
      assert.equal(await other.ask('/safe/', 'gate'), 200, 'nobody else’s')
      for (let i = 0; i < 4; i++) {
        assert.equal(await status(gate, '/safe/', bad, { maxVersion, ...session }), 'closed')
        assert.equal(await status(gate, '/safe/', good, { maxVersion }), 200)
      }
      other.close()
      await gate.gateway.replaceCertificates(tls)
    }
    await gate.logged(({ reason }) => reason === 'TLS: the client’s certificate is revoked')
  }
})

test('an API that lists a certificate refuses it once it is revoked, or when the list has expired', async (t) => {
  const { gate, tls } = await gateWith(t, {})
  const record = await gate.addCertificate(bad.certificate)
  const self = issue({ name: 'self-signed' })
  const selfRecord = await gate.addCertificate(self.certificate)
  await gate.addApi({
    name: 'mutual',
    use_keyless: true,
    use_mutual_tls_auth: true,
    client_certificates: [record.id, selfRecord.id],
    proxy: { listen_path: '/mutual/', target_url: upstream.url },
  })
  assert.equal(await status(gate, '/mutual/', bad), 200)
  const revoking = revocationList({ issuer: root, revoked: [bad] })
  await gate.gateway.replaceCertificates({ ...tls, revocationLists: [revoking] })
  assert.equal(await status(gate, '/mutual/', bad), 403)
  const line = await gate.logged(({ code }) => code === 'client_certificate_revoked')
  assert.match(JSON.stringify(line), /"code":"certificate_revoked"/)
  assert.equal(await status(gate, '/safe/', bad), 200, 'who asks for none does not mind')
  assert.equal(await status(gate, '/mutual/', self), 200, 'a certificate of no authority is on no list')
  const expired = revocationList({ issuer: root, revoked: [], nextUpdateMs: Date.now() - 1_000 })
  await gate.gateway.replaceCertificates({ ...tls, revocationLists: [expired] })
  assert.equal(await status(gate, '/mutual/', bad), 403)
  assert.equal(await status(gate, '/mutual/', self), 200)
  await gate.gateway.replaceCertificates(tls)
  assert.equal(await status(gate, '/mutual/', bad), 200)
  await assert.rejects(gate.gateway.replaceCertificates({ ...tls, revocationLists: ['nonsense'] }))
  assert.equal(await status(gate, '/mutual/', bad), 200)
})

test('who is of a revoked authority is refused, though his own certificate is on no list', async (t) => {
  const ours = [root.certificate, between.certificate]
  const { gate, tls } = await gateWith(t, { clientCertificates: 'required', clientAuthorities: ours })
  const withIssuer = { ...below, certificate: below.certificate + between.certificate }
  assert.equal(await status(gate, '/safe/', withIssuer), 200)
  assert.equal(await status(gate, '/safe/', below), 200)
  const revoking = revocationList({ issuer: root, revoked: [between] })
  await gate.gateway.replaceCertificates({ ...tls, revocationLists: [revoking] })
  assert.equal(await status(gate, '/safe/', withIssuer), 'closed')
  assert.equal(await status(gate, '/safe/', good), 200)
  assert.equal(await status(gate, '/safe/', below), 'closed', 'nor where he leaves it out')
  await gate.gateway.replaceCertificates({ ...tls, clientAuthorities: [root.certificate] })
  assert.equal(await status(gate, '/safe/', withIssuer), 'closed', 'an authority that cannot be looked up')
  await gate.gateway.replaceCertificates({
    ...tls,
    clientAuthorities: [root.certificate],
    revocationLists: [],
  })
  assert.equal(await status(gate, '/safe/', withIssuer), 200, 'without lists it is enough to be below ours')
})
