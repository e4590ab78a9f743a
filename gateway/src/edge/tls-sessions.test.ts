import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { TlsSettings } from '../settings.ts'
import { startGate, type TestGate } from '../testing/gate.ts'
import { issue } from '../testing/issue.ts'
import { type Asking, ask, overHttp2 } from '../testing/tls-client.ts'
import { startUpstream, type TestUpstream } from '../testing/upstream.ts'
import { DEFAULT_CIPHERS } from './tls-certificates.ts'

const port = issue({ name: 'port', hosts: ['localhost'] })
const oldAuthority = issue({ name: 'old authority', authority: true })
const newAuthority = issue({ name: 'new authority', authority: true })
const oldClient = issue({ name: 'old client', issuer: oldAuthority })
const newClient = issue({ name: 'new client', issuer: newAuthority })
const VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const
/** So often, so that each of the workers is met. */
const TIMES = 5

const settings = (more: Partial<TlsSettings>): TlsSettings => ({
  certificates: [port],
  minVersion: 'TLSv1.2',
  ciphers: DEFAULT_CIPHERS,
  clientCertificates: 'none',
  clientAuthorities: [],
  revocationLists: [],
  ...more,
})

let upstream: TestUpstream
before(async () => {
  upstream = await startUpstream()
})
after(() => upstream.close())

async function gateWith(t: { after(end: () => Promise<void>): void }, tls: TlsSettings): Promise<TestGate> {
  const gate = await startGate({ workers: 2, settings: { tls } })
  t.after(() => gate.close())
  const proxy = { listen_path: '/safe/', target_url: upstream.url }
  await gate.addApi({ name: 'safe', use_keyless: true, proxy })
  return gate
}

/** A session that may be resumed, by HTTP/1.1. */
async function begun(gate: TestGate, asking: Asking): Promise<Buffer> {
  const { status, session } = await ask(gate.gateway.port, '/safe/', 'gate', asking)
  assert.equal(status, 200)
  assert.ok(session !== undefined)
  return session
}

test('finding 12: a session ends when the authority of the client’s certificate is replaced', async (t) => {
  for (const clientCertificates of ['required', 'optional'] as const) {
    const from = settings({ clientCertificates, clientAuthorities: [oldAuthority.certificate] })
    const to = { ...from, clientAuthorities: [newAuthority.certificate] }
    const gate = await gateWith(t, from)
    for (const maxVersion of VERSIONS) {
      const session = await begun(gate, { as: oldClient, maxVersion })
      for (let i = 0; i < TIMES; i++) {
        const again = await ask(gate.gateway.port, '/safe/', 'gate', { maxVersion, session })
        assert.deepEqual([again.status, again.reused], [200, true], `${maxVersion}: on any worker`)
      }
      await gate.gateway.replaceCertificates(to)
      for (let i = 0; i < TIMES; i++) {
        const old = await ask(gate.gateway.port, '/safe/', 'gate', { as: oldClient, maxVersion, session })
        assert.deepEqual([old.status, old.reused], ['closed', false], maxVersion)
        const other = await ask(gate.gateway.port, '/safe/', 'gate', { as: newClient, maxVersion, session })
        assert.deepEqual([other.status, other.reused], [200, false], 'a whole handshake')
      }
      const fresh = await begun(gate, { as: newClient, maxVersion })
      const resumed = await ask(gate.gateway.port, '/safe/', 'gate', { maxVersion, session: fresh })
      assert.deepEqual([resumed.status, resumed.reused], [200, true])
      await gate.gateway.replaceCertificates(from)
    }
  }
})

test('finding 12: so does one of HTTP/2', async (t) => {
  const from = settings({ clientCertificates: 'required', clientAuthorities: [oldAuthority.certificate] })
  const gate = await gateWith(t, from)
  for (const maxVersion of VERSIONS) {
    const first = await overHttp2(gate.gateway.port, { as: oldClient, maxVersion })
    assert.equal(await first.ask('/safe/', 'gate'), 200)
    const session = await first.ticket
    first.close()
    const again = await overHttp2(gate.gateway.port, { maxVersion, session })
    assert.deepEqual([again.reused, await again.ask('/safe/', 'gate')], [true, 200])
    again.close()
    await gate.gateway.replaceCertificates({ ...from, clientAuthorities: [newAuthority.certificate] })
    const late = await overHttp2(gate.gateway.port, { as: newClient, maxVersion, session })
    assert.deepEqual([late.reused, await late.ask('/safe/', 'gate')], [false, 200])
    late.close()
    await gate.gateway.replaceCertificates(from)
  }
})

test('finding 12: a session ends when a certificate that clients may show is deleted from the store', async (t) => {
  const gate = await gateWith(t, settings({}))
  const unasked = await begun(gate, { servername: 'plain.test' })
  await gate.addApi({
    name: 'plain',
    domain: 'plain.test',
    use_keyless: true,
    proxy: { listen_path: '/safe/', target_url: upstream.url },
  })
  for (const maxVersion of VERSIONS) {
    const record = await gate.addCertificate(oldClient.certificate)
    const api = await gate.addApi({
      name: 'mutual',
      use_keyless: true,
      use_mutual_tls_auth: true,
      client_certificates: [record.id],
      proxy: { listen_path: '/mutual/', target_url: upstream.url },
    })
    const first = await ask(gate.gateway.port, '/mutual/', 'gate', { as: oldClient, maxVersion })
    assert.equal(first.status, 200)
    const session = { ...(first.session && { session: first.session }), maxVersion }
    const unrelated = await gate.addCertificate(newClient.certificate)
    for (let i = 0; i < TIMES; i++) {
      const again = await ask(gate.gateway.port, '/mutual/', 'gate', session)
      assert.deepEqual([again.status, again.reused], [200, true], 'another certificate changes nothing')
      const crossed = await ask(gate.gateway.port, '/mutual/', 'gate', {
        ...session,
        servername: 'plain.test',
      })
      assert.deepEqual([crossed.status, crossed.reused], [421, false], 'not where nobody is asked')
    }
    await gate.removeCertificate(record)
    for (let i = 0; i < TIMES; i++) {
      const late = await ask(gate.gateway.port, '/mutual/', 'gate', { ...session, as: oldClient })
      assert.deepEqual([late.status, late.reused], [403, false])
    }
    await gate.removeCertificate(unrelated)
    await gate.removeApi(api)
  }
  const plain = await ask(gate.gateway.port, '/safe/', 'gate', { session: unasked, servername: 'plain.test' })
  assert.deepEqual([plain.status, plain.reused], [200, true], 'who was never asked goes on')
})

test('finding 12: a certificate that keys are bound to ends sessions as well', async (t) => {
  const gate = await gateWith(t, settings({}))
  const record = await gate.addCertificate(oldClient.certificate)
  const api = await gate.addApi({
    name: 'token',
    use_standard_auth: true,
    auth: { use_certificate: true },
    proxy: { listen_path: '/token/', target_url: upstream.url },
  })
  const rights = { [api.apiId]: { api_id: api.apiId, versions: ['Default'] } }
  await gate.addKey({ access_rights: rights, certificate: record.id }, gate.orgId + record.id)
  const first = await ask(gate.gateway.port, '/token/', 'gate', { as: oldClient })
  assert.equal(first.status, 200)
  const session = { ...(first.session && { session: first.session }) }
  const again = await ask(gate.gateway.port, '/token/', 'gate', session)
  assert.deepEqual([again.status, again.reused], [200, true])
  await gate.removeCertificate(record)
  for (let i = 0; i < TIMES; i++) {
    const late = await ask(gate.gateway.port, '/token/', 'gate', { ...session, as: oldClient })
    assert.deepEqual([late.status, late.reused], [401, false])
  }
})
