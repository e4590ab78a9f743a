import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { type RequestOptions, request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { connect } from 'node:tls'
import { type Made, makeCertificate } from '../support/certificates.ts'
import { dashboardAs } from '../support/client.ts'
import {
  expectStatus,
  newApi,
  newCertificate,
  newOrganisation,
  newUser,
  sessionFor,
  unique,
} from '../support/fixtures.ts'
import { arrayOf, objectOf, type Reply, send } from '../support/http.ts'
import { type Server, startServer } from '../support/server.ts'
import { org, server, upstream, useWorld } from '../support/world.ts'

const folder = mkdtempSync(join(tmpdir(), 'tollgate-certificates-'))
after(() => rmSync(folder, { recursive: true, force: true }))

function file(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

const port = makeCertificate({ name: 'the port', dnsNames: ['localhost'] })

const files = { certificate: file('port.pem', port.certificate), key: file('port.key', port.key) }

useWorld(undefined, { TOLLGATE_TLS_CERT_FILE: files.certificate, TOLLGATE_TLS_KEY_FILE: files.key })

/** One request to the gateway, over a connection of its own. */
function secured(
  path: string,
  options: RequestOptions & { readonly as?: Made; readonly body?: string } = {},
) {
  const { as, body, ...rest } = options
  return new Promise<{ readonly status: number; readonly text: string }>((resolve, reject) => {
    const own = as === undefined ? {} : { cert: as.certificate, key: as.key }
    const call = request(
      { ...server.gateway, path, rejectUnauthorized: false, agent: false, ...own, ...rest },
      (response) => {
        let text = ''
        response.on('data', (chunk) => {
          text += String(chunk)
        })
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
      },
    )
    call.on('error', reject)
    call.end(body)
  })
}

/** Common name of what the gateway shows to who asks for a host. */
async function shownFor(servername: string, at = server): Promise<string> {
  const socket = connect({ ...at.gateway, servername, rejectUnauthorized: false })
  await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject))
  const { CN } = socket.getPeerCertificate().subject
  socket.destroy()
  return String(CN)
}

const boundary = '----tollgate'
const form = (field: string, content: string | Buffer, type = 'application/octet-stream') =>
  Buffer.concat([
    Buffer.from(
      `--${boundary}\r\nContent-Disposition: form-data; name="${field}"; filename="cert.pem"\r\nContent-Type: ${type}\r\n\r\n`,
    ),
    Buffer.from(content),
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ])
const upload = (body: unknown): Promise<Reply> =>
  org.api.post('/api/certs', body, { 'content-type': `multipart/form-data; boundary=${boundary}` })

const chain = (made: Made) => made.certificate + made.key

test('a certificate is uploaded in a form under any name, listed in every mode, read and deleted', async () => {
  const ids: string[] = []
  for (const field of ['cert', 'data', 'fileField']) {
    const made = makeCertificate({ name: field, dnsNames: ['a.test', '*.b.test'] })
    const reply = expectStatus(await upload(form(field, chain(made))))
    const id = org.id + made.fingerprint
    assert.equal(reply.text, `{"id":"${id}","message":"Certificate added","status":"ok"}`)
    ids.unshift(id)
  }
  const [last = ''] = ids
  assert.deepEqual((await org.api.get('/api/certs')).json, { certs: ids, pages: 1 })
  const bare = makeCertificate({ name: 'without a key', ca: true })
  const withoutKey = expectStatus(await org.api.post('/api/certs', bare.certificate)).textAt('id')
  const names = async (query: string) =>
    arrayOf((await org.api.get(`/api/certs?mode=detailed${query}`)).at('cert_basics')).map((one) =>
      String((one as Record<string, unknown>).subject_cn),
    )
  assert.deepEqual(await names(''), ['without a key', 'fileField', 'data', 'cert'])
  assert.deepEqual(await names('&filter=with_pk'), ['fileField', 'data', 'cert'])
  assert.deepEqual(await names('&filter=without_pk'), ['without a key'])
  const read = expectStatus(await org.api.get(`/api/certs/${last}`))
  assert.deepEqual(read.at('dns_names'), ['a.test', '*.b.test'])
  assert.deepEqual(
    [read.at('id'), read.at('fingerprint'), read.at('has_private'), read.at('is_ca')],
    [last, last.slice(24), true, false],
  )
  assert.equal(read.at('subject', 'CommonName'), 'fileField')
  assert.match(read.textAt('not_after'), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
  assert.equal((await org.api.get(`/api/certs/${withoutKey}`)).at('is_ca'), true)
  assert.deepEqual((await org.api.get('/api/certs/details')).at('certificates', 1), read.json)
  for (const id of [...ids, withoutKey]) {
    assert.deepEqual((await org.api.delete(`/api/certs/${id}`)).json, { status: 'ok', message: 'removed' })
    assert.equal((await org.api.get(`/api/certs/${id}`)).status, 404)
    assert.equal((await org.api.delete(`/api/certs/${id}`)).status, 404)
  }
  assert.deepEqual((await org.api.get('/api/certs')).json, { certs: [], pages: 1 })
})

test('private keys are in no answer, in no history and in clear nowhere on the disk', async () => {
  const made = makeCertificate({ name: unique('secret') })
  const id = await newCertificate(org, made)
  const [, line = ''] = made.key.split('\n')
  for (const path of ['/api/certs?mode=detailed', '/api/certs/details', `/api/certs/${id}`]) {
    const { text } = expectStatus(await org.api.get(path))
    assert.ok(!text.includes('PRIVATE') && !text.includes(line), path)
  }
  for (const name of readdirSync(server.dataDir, { recursive: true, encoding: 'utf8' })) {
    const path = join(server.dataDir, name)
    if (statSync(path).isFile()) assert.ok(!readFileSync(path).includes(line), name)
  }
})

test('what is no certificate is refused with the reason', async () => {
  const [good, other] = [makeCertificate({ name: 'good' }), makeCertificate({ name: 'other' })]
  const pkcs12 = Buffer.from('308209f10201033082', 'hex')
  const encrypted = good.privateKey.export({
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase: 'secret',
  })
  const broken = good.certificate.replace(/[A-Za-z0-9]{20}/, 'A'.repeat(20))
  const cases: [string, string | Buffer, RegExp, number?][] = [
    ['an empty file', '', /body empty/],
    ['garbage', 'not a certificate', /no PEM/],
    ['bytes', Buffer.alloc(5_000, 0xff), /no PEM/],
    ['an unfinished block', good.certificate.slice(0, -30), /CERTIFICATE without an end/],
    ['a damaged certificate', broken, /cannot be read|cannot be used/],
    ['a key alone', good.key, /no certificate/],
    ['a key of another', good.certificate + other.key, /does not match/],
    ['two keys', chain(good) + other.key, /several private keys/],
    ['an encrypted key', good.certificate + encrypted, /encrypted/],
    ['PKCS#12', pkcs12, /PKCS#12/],
    ['DER', Buffer.from(good.certificate.split('\n').slice(1, -2).join(''), 'base64'), /DER/],
    [
      'another kind of block',
      '-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----',
      /no certificate/,
    ],
    [
      'a broken key',
      `${good.certificate}-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n`,
      /private key cannot be read/,
    ],
    ['too many', makeCertificate({ name: 'x' }).certificate.repeat(101), /more than 100/],
    ['too large', `${good.certificate}${'#'.repeat(300_000)}`, /262144 bytes/, 413],
  ]
  for (const [what, body, reason, status = 400] of cases) {
    for (const reply of [await upload(form('cert', body)), await org.api.post('/api/certs', body)]) {
      assert.equal(reply.status, status, `${what}: ${reply.text}`)
      assert.match(reply.textAt('Message'), reason, what)
      assert.ok(!reply.text.includes('PRIVATE KEY'), what)
    }
  }
  const notWhole = await upload(form('cert', chain(good)).subarray(0, -10))
  assert.equal(notWhole.status, 400, notWhole.text)
  const noFile = await upload(Buffer.from(`--${boundary}--\r\n`))
  assert.equal(noFile.status, 400, noFile.text)
  for (const type of [
    'multipart/form-data',
    'multipart/form-data; boundary=',
    `multipart/form-data; boundary=${'x'.repeat(5_000)}`,
  ]) {
    assert.equal(
      (await org.api.post('/api/certs', form('c', 'x'), { 'content-type': type })).status,
      400,
      type,
    )
  }
})

test('expired certificates, bundles of authorities and public keys are taken, an expired one with a word about it', async () => {
  const expired = makeCertificate({ name: 'old', notAfter: new Date(Date.now() - 1_000) })
  const added = expectStatus(await org.api.post('/api/certs', chain(expired)))
  assert.equal(added.headers['x-tollgate-warning'], 'the certificate has expired')
  assert.deepEqual(Object.keys(objectOf(added.json)), ['id', 'message', 'status'])
  const twice = await org.api.post('/api/certs', chain(expired))
  assert.equal(twice.status, 404)
  assert.match(twice.textAt('Message'), /ID already exists$/)

  const authorities = [1, 2, 3].map((n) => makeCertificate({ name: `authority ${n}`, ca: true }))
  const bundle = expectStatus(
    await org.api.post('/api/certs', authorities.map((one) => one.certificate).join('')),
  )
  assert.equal(bundle.textAt('id'), org.id + authorities[0]?.fingerprint)
  const [issuer] = authorities
  const leaf = makeCertificate({ name: 'leaf', ...(issuer && { issuer }) })
  // Key first, issuer before the certificate: the key tells which one is meant.
  const reversed = expectStatus(
    await org.api.post('/api/certs', leaf.key + issuer?.certificate + leaf.certificate),
  )
  assert.equal(reversed.textAt('id'), org.id + leaf.fingerprint)
  const pem = leaf.publicKey.export({ type: 'spki', format: 'pem' }).toString()
  const key = expectStatus(await org.api.post('/api/certs', pem))
  assert.equal((await org.api.get(`/api/certs/${key.textAt('id')}`)).at('has_private'), false)
})

test('what uses a certificate is told, and taken out on demand', async () => {
  const made = makeCertificate({ name: 'used' })
  const id = await newCertificate(org, made)
  const uses = await newApi(org, upstream.url, {
    use_mutual_tls_auth: true,
    client_certificates: [id],
    upstream_certificates: { '*': id },
    certificates: [made.fingerprint],
  })
  const key = expectStatus(await org.api.post('/api/keys', sessionFor(uses, { certificate: id })))
  assert.equal(key.textAt('key_id'), org.id + id)
  const again = await org.api.post('/api/keys', sessionFor(uses, { certificate: made.fingerprint }))
  assert.equal(again.status, 400)
  assert.match(again.textAt('Message'), /another key is bound/)
  assert.deepEqual((await org.api.get(`/api/certs/${id}/apis`)).json, {
    cert_id: id,
    apis: [
      {
        api_id: uses.id,
        name: uses.name,
        usage_type: ['client', 'upstream', 'server'],
        tyk_api_type: 'Tyk Classic',
      },
    ],
    pages: 1,
  })
  const path = `/api/certs/dependencies/${id}`
  assert.deepEqual((await org.api.get(path)).json, {
    certID: id,
    client_cert_apis: [uses.id],
    client_cert_api_names: [uses.name],
    upstream_cert_apis: [uses.id],
    upstream_cert_api_names: [uses.name],
    key_cert: org.id + id,
  })
  const { api: onlyCertificates } = await newUser(org, { certs: 'write' })
  assert.equal((await onlyCertificates.delete(path)).status, 403, 'it would change an API and delete a key')
  assert.equal((await org.api.get(`/api/keys/${key.textAt('key_hash')}`)).status, 200)
  assert.equal(
    (await org.api.delete(path)).text,
    '{"Status":"OK","Message":"Certificate dependencies deletion successfully attempted","Meta":null}',
  )
  const definition = (await org.api.get(`/api/apis/${uses.id}`)).at('api_definition') as Record<
    string,
    unknown
  >
  assert.deepEqual([definition.client_certificates, definition.upstream_certificates], [[], {}])
  assert.equal((await org.api.get(`/api/keys/${key.textAt('key_hash')}`)).status, 404)
})

test('an organisation neither sees nor uses the certificates of another', async () => {
  const id = await newCertificate(org)
  const other = await newOrganisation(server)
  for (const path of [`/api/certs/${id}`, `/api/certs/${id}/apis`, `/api/certs/dependencies/${id}`]) {
    const reply = await other.api.get(path)
    assert.deepEqual(
      [reply.status, reply.at('Message')],
      [400, 'Attempted access to non-owned certificate'],
      path,
    )
  }
  assert.equal((await other.api.delete(`/api/certs/${id}`)).status, 400)
  assert.deepEqual((await other.api.get('/api/certs')).at('certs'), [])
  const api = await newApi(other, upstream.url)
  const key = await other.api.post('/api/keys', sessionFor(api, { certificate: id }))
  assert.deepEqual([key.status, key.at('Message')], [400, `Certificate not found: ${id}`])
  assert.equal((await org.api.get(`/api/certs/${id}`)).status, 200)
})

test('a domain has its certificate as soon as the upload is answered, and no longer than it is there', async () => {
  const made = makeCertificate({ name: 'shop', dnsNames: ['shop.test'] })
  const id = org.id + made.fingerprint
  await newApi(org, upstream.url, { use_keyless: true, domain: 'shop.test', certificates: [id] })
  assert.equal(await shownFor('shop.test'), 'the port')
  await newCertificate(org, made)
  for (let i = 0; i < 6; i++) assert.equal(await shownFor('shop.test'), 'shop')
  assert.equal(await shownFor('localhost'), 'the port')
  expectStatus(await org.api.delete(`/api/certs/${id}`))
  for (let i = 0; i < 6; i++) assert.equal(await shownFor('shop.test'), 'the port')
  await newCertificate(org, made)
})

test('certificates of the store are there again after a restart', async (t) => {
  const first = await startServer({
    TOLLGATE_TLS_CERT_FILE: files.certificate,
    TOLLGATE_TLS_KEY_FILE: files.key,
  })
  let second: Server | undefined
  t.after(() => (second ?? first).dispose())
  const owner = await newOrganisation(first)
  const made = makeCertificate({ name: 'kept', dnsNames: ['kept.test'] })
  const certificates = [await newCertificate(owner, made)]
  await newApi(owner, upstream.url, { use_keyless: true, domain: 'kept.test', certificates })
  second = await first.restart()
  assert.equal(await shownFor('kept.test', second), 'kept')
})

test('mutual TLS lets in the listed certificates, and keys go with theirs', async () => {
  const [mine, stranger] = [makeCertificate({ name: 'mine' }), makeCertificate({ name: 'stranger' })]
  const expired = makeCertificate({ name: 'late', notAfter: new Date(Date.now() - 1_000) })
  const ids = [await newCertificate(org, mine), await newCertificate(org, expired)]
  const mutual = await newApi(org, upstream.url, {
    use_keyless: true,
    use_mutual_tls_auth: true,
    client_certificates: ids,
  })
  const told = async (as?: Made) => {
    const { status, text } = await secured(mutual.listenPath, as && { as })
    return [status, status === 200 ? '' : JSON.parse(text).error]
  }
  assert.deepEqual(await told(), [403, 'Client TLS certificate is required'])
  assert.deepEqual(await told(stranger), [403, `Certificate with SHA256 ${stranger.fingerprint} not allowed`])
  assert.deepEqual(await told(expired), [403, 'Certificate has expired'])
  assert.deepEqual(await told(mine), [200, ''])

  const tokens = await newApi(org, upstream.url, { auth: { use_certificate: true } })
  const bound = expectStatus(await org.api.post('/api/keys', sessionFor(tokens, { certificate: ids[0] })))
  assert.equal((await secured(tokens.listenPath, { as: mine })).status, 200)
  assert.equal((await secured(tokens.listenPath, { as: stranger })).status, 403)
  const authorization = bound.textAt('key_id')
  const alone = await secured(tokens.listenPath, { headers: { authorization } })
  assert.deepEqual([alone.status, JSON.parse(alone.text).error], [401, 'Client certificate required'])

  // Who knows the certificate must not come to a key by its name, nor unbind the key.
  const named = await org.api.post(`/api/keys/${authorization}`, sessionFor(tokens))
  assert.equal(named.status, 400, named.text)
  const unbound = await org.api.put(`/api/keys/${authorization}`, sessionFor(tokens, { certificate: '' }))
  assert.equal(unbound.status, 400, unbound.text)
  expectStatus(await org.api.put(`/api/keys/${authorization}`, sessionFor(tokens, { alias: 'still bound' })))
  assert.equal((await secured(tokens.listenPath, { headers: { authorization } })).status, 401)
  assert.equal((await secured(tokens.listenPath, { as: mine })).status, 200)

  expectStatus(await org.api.delete(`/api/certs/${ids[0]}`))
  assert.equal((await told(mine))[0], 403)
})

test('the control API has the same certificates', async () => {
  const headers = { 'x-tyk-authorization': server.gatewaySecret }
  const made = makeCertificate({ name: 'controlled' })
  const at = `/tyk/certs?org_id=${org.id}`
  const added = await secured(at, { method: 'POST', headers, body: chain(made) })
  const id = org.id + made.fingerprint
  assert.deepEqual(JSON.parse(added.text), { id, status: 'ok', message: 'Certificate added' })
  assert.equal((await secured(at, { method: 'POST', headers, body: chain(made) })).status, 403)
  assert.equal((await secured(at, { method: 'POST', headers, body: 'nonsense' })).status, 403)
  assert.equal(JSON.parse((await secured(at, { headers })).text).certs[0], id)
  assert.equal(
    JSON.parse((await secured(`${at}&mode=detailed`, { headers })).text).certs[0].subject_cn,
    'controlled',
  )
  assert.equal(
    JSON.parse((await secured(`/tyk/certs/${id}`, { headers })).text).fingerprint,
    made.fingerprint,
  )
  assert.equal((await org.api.get(`/api/certs/${id}`)).status, 200)
  const removed = await secured(`/tyk/certs/${id}`, { method: 'DELETE', headers })
  assert.deepEqual(JSON.parse(removed.text), { status: 'ok', message: 'removed' })
  const gone = await secured(`/tyk/certs/${id}`, { headers })
  assert.deepEqual(
    [gone.status, JSON.parse(gone.text).message],
    [404, 'Certificate with given SHA256 fingerprint not found'],
  )
  assert.equal((await secured('/tyk/certs')).status, 403)
})

test('nobody but who may, adds certificates', async () => {
  const anonymous = dashboardAs(server)
  assert.equal((await anonymous.post('/api/certs', chain(makeCertificate({ name: 'x' })))).status, 401)
  assert.equal((await send(server.dashboard, { path: '/api/certs' })).status, 401)
})
