import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { connect as connectPlain, createServer } from 'node:net'
import { after, before, test } from 'node:test'
import { objectId } from '@tollgate/model/ids'
import { seal } from '@tollgate/storage/secrets'
import { DEFAULT_CIPHERS } from '../edge/tls-certificates.ts'
import { addOrganisation, startGate, type TestGate } from '../testing/gate.ts'
import { type Issued, issue } from '../testing/issue.ts'
import { ask, overHttp2, shownTo } from '../testing/tls-client.ts'
import { startUpstream, type TestUpstream } from '../testing/upstream.ts'

const port = issue({ name: 'port', hosts: ['localhost'] })
const operator = issue({ name: 'operator', hosts: ['*.victim.test'] })
const client = issue({ name: 'client' })
const ACTOR = { kind: 'system', id: 'test' } as const

let upstream: TestUpstream
let gate: TestGate
const other = objectId()

before(async () => {
  upstream = await startUpstream()
  gate = await startGate({
    workers: 2,
    settings: {
      tls: {
        certificates: [port, operator],
        minVersion: 'TLSv1.2',
        ciphers: DEFAULT_CIPHERS,
        clientCertificates: 'none',
        clientAuthorities: [],
        revocationLists: [],
      },
      clientHeaderTimeoutMs: 1_000,
    },
  })
  await addOrganisation(gate.storage, other)
})
after(async () => {
  await gate.close()
  await upstream.close()
})

/** Puts a certificate into the store of an organisation; its id. */
async function store(issued: Issued, orgId = gate.orgId): Promise<string> {
  const { certificate: pem, key, fingerprint } = issued
  const id = orgId + fingerprint
  const createdAt = new Date().toISOString()
  await gate.storage.write(ACTOR, ({ certificates }) =>
    certificates.insert({ id, orgId, pem, keySealed: seal(gate.pepper, key), createdAt }),
  )
  return id
}

const shown = (servername: string) => shownTo(gate.gateway.port, { servername })
const path = () => `/${randomBytes(4).toString('hex')}/`

/** An API of an organisation on a domain; what it wants of TLS. */
async function api(domain: string, more: object, orgId = gate.orgId) {
  const listen_path = path()
  const proxy = { listen_path, target_url: upstream.url }
  const record = await gate.addApi(
    { name: `API of ${domain}`, domain, use_keyless: true, proxy, ...more },
    orgId,
  )
  return { record, path: listen_path, remove: () => gate.removeApi(record) }
}

test('finding 3b: the operator’s certificates keep every name they cover, their wildcards too', async () => {
  const forged = await store(issue({ name: 'forged', hosts: ['api.victim.test'] }), other)
  const anywhere = await api('b.test', { certificates: [forged] }, other)
  const claimed = await api('api.victim.test', { certificates: [forged] }, other)
  assert.equal(await shown('api.victim.test'), 'operator')
  assert.equal(await shown('API.Victim.Test.'), 'operator')
  assert.equal(await shown('deep.api.victim.test'), 'port', 'a wildcard is for one label')
  assert.equal(await shown('victim.test'), 'port')
  assert.equal(await shown('b.test'), 'forged', 'on its own domain it may show what it wants')
  await anywhere.remove()
  await claimed.remove()
})

test('finding 3b: a tenant’s certificate serves domains of its own APIs only, of two the first one’s', async () => {
  const right = await store(issue({ name: 'right', hosts: ['shop.test', 'www.shop.test', 'not-mine.test'] }))
  const wrong = await store(issue({ name: 'wrong', hosts: ['shop.test', '*.shop.test'] }), other)
  const own = await api('shop.test', { certificates: [right] })
  const elsewhere = await api('b.test', { certificates: [wrong] }, other)
  const same = await api('shop.test', { certificates: [wrong] }, other)
  assert.equal(await shown('shop.test'), 'right')
  assert.equal(await shown('SHOP.TEST'), 'right')
  assert.equal(await shown('shop.test.'), 'right')
  for (const name of ['www.shop.test', 'not-mine.test', 'x.shop.test', 'test', 't'])
    assert.equal(await shown(name), 'port', `no API has the domain ${name}`)
  const www = await api('www.shop.test', {})
  assert.equal(await shown('www.shop.test'), 'right', 'named by another API of the organisation')
  await gate.changeApi(own.record, { active: false })
  assert.equal(await shown('shop.test'), 'wrong', 'now it is the domain of the second')
  await gate.changeApi(own.record, { active: true })
  assert.equal(await shown('shop.test'), 'right')
  for (const each of [own, elsewhere, same, www]) await each.remove()
})

test('finding 3b: a domain with parts left open takes certificates that cover the host', async () => {
  const wild = await store(issue({ name: 'wild', hosts: ['*.wild.test', '*.b.wild.test'] }))
  const broad = await store(
    issue({ name: 'broad', hosts: ['*.wild.test', '*.victim.test', '*.free.test'] }),
    other,
  )
  const own = await api('{tenant}.wild.test', { certificates: [wild] })
  const foreign = await api('{tenant}.free.test', { certificates: [broad] }, other)
  assert.equal(await shown('a.wild.test'), 'wild')
  assert.equal(await shown('A.WILD.test.'), 'wild')
  assert.equal(await shown('a.b.wild.test'), 'port', 'the domain has one open label, not two')
  assert.equal(await shown('wild.test'), 'port')
  assert.equal(await shown('x.victim.test'), 'operator')
  assert.equal(await shown('x.free.test'), 'broad')
  await own.remove()
  await foreign.remove()
})

test('finding 23: clients are asked for a certificate by the host they name, and nobody is let in unasked', async () => {
  const id = await store(client)
  const mutual = await api('mutual.test', { use_mutual_tls_auth: true, client_certificates: [id] })
  const plain = await api('plain.test', {})
  const status = async (servername: string, host: string, to = mutual) =>
    (await ask(gate.gateway.port, to.path, host, { servername, as: client })).status
  for (const name of ['mutual.test', 'MUTUAL.test', 'mutual.test.'])
    assert.equal(await status(name, 'mutual.test'), 200, name)
  for (const name of ['plain.test', 'unknown.test', 'x.mutual.test'])
    assert.equal(await status(name, 'mutual.test'), 421, `${name}: asked for nothing, and not let in`)
  const nameless = await ask(gate.gateway.port, mutual.path, 'MUTUAL.test:443', {
    as: client,
    servername: '',
  })
  assert.equal(nameless.status, 421, 'who names no host is not asked')
  assert.equal(await status('plain.test', 'plain.test', plain), 200)
  assert.equal(await status('mutual.test', 'plain.test', plain), 200)
  const without = await ask(gate.gateway.port, mutual.path, 'mutual.test', { servername: 'mutual.test' })
  assert.equal(without.status, 403, 'asked, and shows none')
  await mutual.remove()
  await plain.remove()
  await gate.removeCertificate({ id, orgId: gate.orgId, pem: '', keySealed: '', createdAt: '' })
})

test('finding 23: an API without a domain asks on all names but those that APIs have', async () => {
  const id = await store(client)
  const mutual = await api('', { use_mutual_tls_auth: true, client_certificates: [id] })
  const plain = await api('plain.test', {})
  const open = await api('{x}.open.test', {})
  const status = async (servername: string, host: string) =>
    (await ask(gate.gateway.port, mutual.path, host, { servername, as: client })).status
  assert.equal(await status('unknown.test', 'unknown.test'), 200)
  assert.equal(await status('', '127.0.0.1'), 200)
  assert.equal(
    await status('unknown.test', 'plain.test'),
    200,
    'the certificate was shown on this connection',
  )
  assert.equal(await status('plain.test', 'plain.test'), 403)
  assert.equal(await status('a.open.test', 'a.open.test'), 403)
  assert.equal(await status('plain.test', 'unknown.test'), 421)
  assert.equal(await status('plain.test', '127.0.0.1'), 421)
  for (const each of [mutual, plain, open]) await each.remove()
  await gate.removeCertificate({ id, orgId: gate.orgId, pem: '', keySealed: '', createdAt: '' })
})

test('finding 23: a request of HTTP/2 that came by the connection of another host is misdirected', async () => {
  const id = await store(client)
  const mutual = await api('mutual.test', { use_mutual_tls_auth: true, client_certificates: [id] })
  const token = await api('token.test', {
    use_keyless: false,
    use_standard_auth: true,
    auth: { use_certificate: true },
  })
  const plain = await api('plain.test', {})
  const coalesced = await overHttp2(gate.gateway.port, { servername: 'plain.test', as: client })
  assert.equal(await coalesced.ask(plain.path, 'plain.test'), 200)
  assert.equal(await coalesced.ask(mutual.path, 'mutual.test'), 421)
  assert.equal(await coalesced.ask(token.path, 'token.test'), 421)
  assert.equal(await coalesced.ask(plain.path, 'plain.test'), 200, 'the connection goes on')
  coalesced.close()
  const own = await overHttp2(gate.gateway.port, { servername: 'mutual.test', as: client })
  assert.equal(await own.ask(mutual.path, 'mutual.test'), 200)
  assert.equal(await own.ask(plain.path, 'plain.test'), 200)
  own.close()
  for (const each of [mutual, token, plain]) await each.remove()
  await gate.removeCertificate({ id, orgId: gate.orgId, pem: '', keySealed: '', createdAt: '' })
})

test('finding 23: the clients of an API are asked for what one of its versions wants', async () => {
  const id = await store(client)
  const version = await api('', { internal: true, use_mutual_tls_auth: true, client_certificates: [id] })
  const base = await api('base.test', {
    definition: {
      enabled: true,
      name: 'v1',
      default: 'v1',
      location: 'url-param',
      key: 'v',
      versions: { v2: version.record.apiId },
    },
  })
  const first = await ask(gate.gateway.port, base.path, 'base.test', { servername: 'base.test', as: client })
  assert.equal(first.status, 200)
  const at = `${base.path}?v=v2`
  assert.equal((await ask(gate.gateway.port, at, 'base.test', { servername: 'base.test' })).status, 403)
  const second = await ask(gate.gateway.port, at, 'base.test', { servername: 'base.test', as: client })
  assert.equal(second.status, 200)
  await base.remove()
  await version.remove()
  await gate.removeCertificate({ id, orgId: gate.orgId, pem: '', keySealed: '', createdAt: '' })
})

test('a handshake that comes in small pieces is read all the same, and one that never comes is given up', async (t) => {
  const id = await store(client)
  const mutual = await api('mutual.test', { use_mutual_tls_auth: true, client_certificates: [id] })
  const slow = createServer((from) => {
    const to = connectPlain(gate.gateway.port, '127.0.0.1')
    to.setNoDelay(true)
    for (const end of [from, to]) end.on('error', () => end.destroy())
    to.pipe(from)
    from.once('data', async (hello: Buffer) => {
      from.pause()
      for (let at = 0; at < hello.length; at += 50) {
        to.write(hello.subarray(at, at + 50))
        await new Promise((resolve) => setImmediate(resolve))
      }
      from.pipe(to)
    })
  })
  await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve))
  t.after(() => slow.close())
  const address = slow.address()
  assert.ok(typeof address === 'object' && address !== null)
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    const asked = await ask(address.port, mutual.path, 'mutual.test', {
      servername: 'mutual.test',
      as: client,
      maxVersion,
    })
    assert.equal(asked.status, 200, maxVersion)
  }
  const silent = connectPlain(gate.gateway.port, '127.0.0.1')
  silent.write(Buffer.from([22, 3, 1]))
  await new Promise((resolve) => silent.once('close', resolve))
  const nonsense = connectPlain(gate.gateway.port, '127.0.0.1')
  nonsense.on('error', () => {})
  nonsense.write('GET / HTTP/1.1\r\nHost: mutual.test\r\n\r\n')
  await new Promise((resolve) => nonsense.resume().once('close', resolve))
  await gate.logged(({ reason }) => reason === 'TLS: no handshake in time')
  await mutual.remove()
})
