import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer as createPlainServer, type Server } from 'node:http'
import { connect as connectHttp2 } from 'node:http2'
import { createServer as createSecureServer, type RequestOptions, request } from 'node:https'
import { type AddressInfo, connect, type Server as NetServer } from 'node:net'
import { after, before, test } from 'node:test'
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls'
import type { CertificateRecord } from '@tollgate/storage/records/certificates'
import { DEFAULT_CIPHERS } from '../edge/tls-certificates.ts'
import { authority, client, local, one, two } from '../testing/certificates.ts'
import { startGate, type TestGate } from '../testing/gate.ts'
import { startUpstream, type TestUpstream } from '../testing/upstream.ts'

let upstream: TestUpstream
let gate: TestGate
let known: CertificateRecord

before(async () => {
  upstream = await startUpstream()
  gate = await startGate({
    settings: {
      tls: {
        certificates: [local],
        minVersion: 'TLSv1.2',
        ciphers: DEFAULT_CIPHERS,
        clientCertificates: 'none',
        clientAuthorities: [],
        revocationLists: [],
      },
      upstreamAuthorities: [authority],
    },
  })
  known = await gate.addCertificate(client.certificate)
})
after(async () => {
  await gate.close()
  await upstream.close()
})

type Answer = { readonly status: number; readonly body: string }

/** One request over a connection of its own. */
function call(path: string, options: RequestOptions = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: '127.0.0.1',
        port: gate.gateway.port,
        path,
        ca: authority,
        agent: false,
        checkServerIdentity: () => undefined,
        ...options,
      },
      (response) => {
        let body = ''
        response.on('data', (chunk) => {
          body += String(chunk)
        })
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
      },
    )
    outgoing.on('error', reject)
    outgoing.end()
  })
}

const shownFor = async (servername: string): Promise<string> => {
  const options: ConnectionOptions = { port: gate.gateway.port, ca: authority, servername }
  const socket = connectTls({ ...options, checkServerIdentity: () => undefined })
  await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject))
  const { CN } = socket.getPeerCertificate().subject
  socket.destroy()
  return String(CN)
}

const own = { cert: client.certificate, key: client.key }
const strange = { cert: one.certificate, key: one.key }
const fingerprintOf = (record: CertificateRecord) => record.id.slice(record.orgId.length)
const error = (text: string) => `{\n    "error": "${text}"\n}`

test('an API shows its certificate on its domain as soon as both are there, and no longer than they are', async () => {
  const certificate = await gate.addCertificate(two.certificate, two.key)
  assert.equal(await shownFor('api.two.test'), 'not-the-host')
  const proxy = { listen_path: '/own/', target_url: upstream.url }
  const api = await gate.addApi({
    name: 'own',
    use_keyless: true,
    domain: 'other.test',
    certificates: [certificate.id],
    proxy,
  })
  assert.equal(await shownFor('other.test'), 'two.test')
  assert.equal(await shownFor('deep.two.test'), 'not-the-host', 'no API has this domain')
  assert.equal(await shownFor('localhost'), 'not-the-host', 'a file keeps its names')
  await gate.removeCertificate(certificate)
  assert.equal(await shownFor('other.test'), 'not-the-host')
  assert.equal((await call('/own/', { headers: { host: 'other.test' } })).status, 200)
  await gate.addCertificate(two.certificate, two.key)
  assert.equal(await shownFor('other.test'), 'two.test')
  await gate.removeApi(api)
  assert.equal(await shownFor('other.test'), 'not-the-host')
})

test('an API with mutual TLS lets in the listed certificates only, while they are in the store', async () => {
  const proxy = { listen_path: '/mutual/', target_url: upstream.url }
  const api = await gate.addApi({
    name: 'mutual',
    use_keyless: true,
    use_mutual_tls_auth: true,
    client_certificates: [fingerprintOf(known), `${gate.orgId}${'0'.repeat(64)}`],
    proxy,
  })
  await gate.logged(({ certificates }) => certificates === `${gate.orgId}${'0'.repeat(64)}`)
  assert.deepEqual(await call('/mutual/'), { status: 403, body: error('Client TLS certificate is required') })
  assert.equal((await call('/mutual/', own)).status, 200)
  const refused = await call('/mutual/', strange)
  assert.equal(refused.status, 403)
  assert.match(refused.body, /Certificate with SHA256 [0-9a-f]{64} not allowed/)
  await gate.removeCertificate(known)
  assert.equal((await call('/mutual/', own)).status, 403)
  known = await gate.addCertificate(client.certificate)
  assert.equal((await call('/mutual/', own)).status, 200)
  await gate.removeApi(api)
})

test('a session from before an API asked for certificates is not taken up again', async () => {
  const port = gate.gateway.port
  const open = (options: ConnectionOptions) =>
    new Promise<TLSSocket>((resolve) => {
      const socket = connectTls(
        {
          port,
          ca: authority,
          maxVersion: 'TLSv1.2',
          checkServerIdentity: () => undefined,
          ...own,
          ...options,
        },
        () => resolve(socket),
      )
    })
  const first = await open({})
  const session = first.getSession()
  first.destroy()
  const proxy = { listen_path: '/later/', target_url: upstream.url }
  const api = await gate.addApi({ name: 'later', use_mutual_tls_auth: true, use_keyless: true, proxy })
  const again = await open({ ...(session && { session }) })
  assert.equal(again.isSessionReused(), false)
  again.destroy()
  await gate.removeApi(api)
})

test('a resumed session, and each stream of HTTP/2, is that of the client who showed the certificate', async () => {
  const proxy = { listen_path: '/resumed/', target_url: upstream.url }
  const api = await gate.addApi({
    name: 'resumed',
    use_mutual_tls_auth: true,
    use_keyless: true,
    client_certificates: [known.id],
    proxy,
  })
  const port = gate.gateway.port
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    const options = { port, ca: authority, maxVersion, checkServerIdentity: () => undefined }
    const ask = (more: ConnectionOptions) =>
      new Promise<{ text: string; session: Buffer | undefined; reused: boolean }>((resolve, reject) => {
        const socket = connectTls({ ...options, ...more }, () =>
          socket.write('GET /resumed/ HTTP/1.1\r\nHost: gate\r\n\r\n'),
        )
        let session: Buffer | undefined
        socket.on('session', (ticket) => {
          session = ticket
        })
        socket.once('data', (text) => {
          resolve({ text: String(text), session, reused: socket.isSessionReused() })
          socket.destroy()
        })
        socket.on('error', reject)
      })
    const first = await ask(own)
    assert.match(first.text, /^HTTP\/1.1 200/)
    assert.ok(first.session)
    const again = await ask({ session: first.session })
    assert.equal(again.reused, true)
    assert.match(again.text, /^HTTP\/1.1 200/, maxVersion)
    assert.match((await ask({})).text, /^HTTP\/1.1 403/)
  }
  for (const [shown, status] of [
    [own, 200],
    [{}, 403],
  ] as const) {
    const session = connectHttp2(`https://127.0.0.1:${port}`, { rejectUnauthorized: false, ...shown })
    for (let i = 0; i < 3; i++) {
      const stream = session.request({ ':path': '/resumed/' })
      const [headers] = await once(stream, 'response')
      stream.resume()
      assert.equal(headers[':status'], status)
    }
    session.destroy()
  }
  await gate.removeApi(api)
})

test('without TLS there is no way into an API with mutual TLS', async (t) => {
  const plain = await startGate()
  t.after(() => plain.close())
  const proxy = { listen_path: '/mutual/', target_url: upstream.url }
  await plain.addApi({ name: 'mutual', use_keyless: true, use_mutual_tls_auth: true, proxy })
  const { status, body } = await plain.call('/mutual/')
  assert.deepEqual([status, body], [403, error('TLS not enabled')])
})

test('a certificate stands for its key, and a key that is bound to one opens nothing without it', async () => {
  const proxy = { listen_path: '/bound/', target_url: upstream.url }
  const auth = { use_certificate: true }
  const api = await gate.addApi({ name: 'bound', use_standard_auth: true, auth, proxy })
  const plain = await gate.addApi({
    name: 'plain',
    use_standard_auth: true,
    proxy: { ...proxy, listen_path: '/plain/' },
  })
  const right = (apiId: string) => ({ [apiId]: { api_id: apiId, versions: ['Default'] } })
  const rights = { ...right(api.apiId), ...right(plain.apiId) }
  assert.deepEqual(await call('/bound/'), { status: 401, body: error('Authorization field missing') })
  assert.equal((await call('/bound/', own)).status, 403, 'no key is bound to it')
  const { secret } = await gate.addKey(
    { access_rights: rights, certificate: known.id },
    gate.orgId + known.id,
  )
  assert.equal((await call('/bound/', own)).status, 200)
  for (const path of ['/bound/', '/plain/']) {
    const headers = { authorization: secret }
    assert.deepEqual(await call(path, { headers }), {
      status: 401,
      body: error('Client certificate required'),
    })
    assert.equal((await call(path, { headers, ...strange })).status, 401)
    assert.equal((await call(path, { headers, ...own })).status, 200)
  }
  await gate.removeCertificate(known)
  assert.equal((await call('/bound/', own)).status, 401, 'a deleted certificate opens nothing')
  known = await gate.addCertificate(client.certificate)
  assert.equal((await call('/bound/', own)).status, 200)
  const { secret: unbound } = await gate.addKey({ access_rights: rights })
  const headers = { authorization: unbound }
  assert.equal((await call('/bound/', { headers, ...own })).status, 401)
  assert.equal((await call('/plain/', { headers })).status, 200)

  const mutual = await gate.changeApi(plain, { use_mutual_tls_auth: true, client_certificates: [known.id] })
  assert.equal((await call('/plain/', { headers, ...own })).status, 200)
  const { secret: elsewhere } = await gate.addKey({
    access_rights: rights,
    mtls_static_certificate_bindings: [`${gate.orgId}${'0'.repeat(64)}`],
  })
  assert.equal((await call('/plain/', { headers: { authorization: elsewhere }, ...own })).status, 401)
  await gate.removeApi(api)
  await gate.removeApi(mutual)
})

/** An upstream that says who the gate says it is. */
async function securedUpstream(t: { after(end: () => void): void }): Promise<number> {
  const server = createSecureServer(
    { cert: local.certificate, key: local.key, ca: authority, requestCert: true, rejectUnauthorized: false },
    (incoming, response) => {
      const socket = incoming.socket as TLSSocket // a server of TLS has such sockets
      response.end(String(socket.getPeerCertificate().subject?.CN ?? 'nobody'))
    },
  )
  t.after(() => close(server))
  return listening(server)
}

const listening = (server: NetServer): Promise<number> =>
  new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
  )
const close = (server: Server) => {
  server.closeAllConnections()
  server.close()
}

test('upstreams are shown the certificate for their host, and must have a pinned key', async (t) => {
  const target_url = `https://localhost:${await securedUpstream(t)}/`
  const proxy = { listen_path: '/up/', target_url }
  const api = await gate.addApi({ name: 'up', use_keyless: true, proxy })
  assert.equal((await call('/up/')).body, 'nobody')
  await assert.rejects(
    gate.addCertificate(client.certificate.trim(), client.key),
    'it is there already, without its key',
  )
  await gate.changeApi(api, { upstream_certificates: { localhost: known.id } })
  assert.equal((await call('/up/')).status, 500)
  const line = await gate.logged(
    ({ msg, error: text }) => /cannot be compiled/.test(String(msg)) && /no private key/.test(String(text)),
  )
  assert.equal(line.apiId, api.apiId)
  await gate.removeCertificate(known)
  known = await gate.addCertificate(client.certificate, client.key)
  const showing = { upstream_certificates: { localhost: known.id, '*': 'unknown' } }
  await gate.changeApi(api, { upstream_certificates: { localhost: known.id } })
  const name = (await call('/up/')).body
  assert.ok(name !== 'nobody' && name !== '', name)
  await gate.changeApi(api, { ...showing, upstream_certificates_disabled: true })
  assert.equal((await call('/up/')).body, 'nobody')

  const theirs = await gate.addCertificate(local.certificate)
  for (const insecure of [false, true]) {
    const secured = { ...proxy, transport: { ssl_insecure_skip_verify: insecure } }
    const pin = (id: string) => gate.changeApi(api, { proxy: secured, pinned_public_keys: { localhost: id } })
    await pin(`${known.id}, ${theirs.id}`)
    assert.equal((await call('/up/')).status, 200)
    await pin(known.id)
    assert.equal((await call('/up/')).status, 500, 'another key')
    await pin(`${theirs.id},${gate.orgId}${'1'.repeat(64)}`)
    assert.equal((await call('/up/')).status, 500, 'a certificate that is not there')
  }
  await gate.removeApi(api)
})

test('certificates of another organisation are unknown to an API', async (t) => {
  const proxy = { listen_path: '/foreign/', target_url: `https://localhost:${await securedUpstream(t)}/` }
  const foreign = 'f'.repeat(24)
  const api = await gate.addApi(
    { name: 'foreign', use_keyless: true, upstream_certificates: { '*': known.id }, proxy },
    foreign,
  )
  assert.equal((await call('/foreign/')).status, 500)
  await gate.changeApi(api, {
    upstream_certificates: {},
    use_mutual_tls_auth: true,
    client_certificates: [known.id, fingerprintOf(known)],
  })
  assert.equal((await call('/foreign/', own)).status, 403)
  await gate.removeApi(api)
})

test('https upstreams are reached through the tunnel of a proxy, http ones by its relay', async (t) => {
  const asked: string[] = []
  const proxyServer = createPlainServer((incoming, response) => {
    asked.push(`${incoming.method} ${incoming.url} ${incoming.headers['proxy-authorization']}`)
    response.end('relayed')
  })
  let admits = true
  proxyServer.on('connect', (incoming, socket) => {
    asked.push(`CONNECT ${incoming.url} ${incoming.headers['proxy-authorization']}`)
    if (!admits) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')
      return
    }
    const [, port] = /:(\d+)$/.exec(incoming.url ?? '') ?? []
    const onward = connect(Number(port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      onward.pipe(socket).pipe(onward)
    })
    for (const end of [socket, onward]) end.on('error', () => end.destroy())
  })
  t.after(() => close(proxyServer))
  const transport = { proxy_url: `http://user:word@127.0.0.1:${await listening(proxyServer)}` }
  const port = await securedUpstream(t)
  const proxy = { listen_path: '/through/', target_url: `https://localhost:${port}/`, transport }
  const api = await gate.addApi({ name: 'through', use_keyless: true, proxy })
  assert.deepEqual(await call('/through/'), { status: 200, body: 'nobody' })
  assert.deepEqual(await call('/through/'), { status: 200, body: 'nobody' })
  const authorization = `Basic ${Buffer.from('user:word').toString('base64')}`
  assert.deepEqual(asked.splice(0), [`CONNECT localhost:${port} ${authorization}`])

  const plain = { ...proxy, target_url: 'http://inner.test/base', strip_listen_path: true }
  await gate.changeApi(api, { proxy: plain })
  assert.deepEqual(await call('/through/x?y=1'), { status: 200, body: 'relayed' })
  assert.deepEqual(asked.splice(0), [`GET http://inner.test/base/x?y=1 ${authorization}`])

  admits = false
  await gate.changeApi(api, { proxy })
  assert.equal((await call('/through/')).status, 500)
  await gate.removeApi(api)
})
