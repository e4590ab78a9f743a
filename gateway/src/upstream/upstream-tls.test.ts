import assert from 'node:assert/strict'
import { createServer as createPlainServer, type Server } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import type { TLSSocket } from 'node:tls'
import type { ApiDefinition } from '@tollgate/model/definition/api-definition'
import { authority, local } from '../testing/certificates.ts'
import { startGate, type TestGate } from '../testing/gate.ts'
import { storedCertificates } from '../worker/stored-certificates.ts'

const _none = storedCertificates([], '')

/** Says by what means the request came. */
const upstream = createServer({ cert: local.certificate, key: local.key }, (request, response) => {
  // A server of TLS has such sockets.
  const socket = request.socket as TLSSocket
  connections.add(socket)
  response.end(`${socket.getProtocol()} ${String(socket.servername)}`)
})
const connections = new Set<TLSSocket>()
let port = 0
let trusting: TestGate
let strange: TestGate

before(async () => {
  port = await listening(upstream, '127.0.0.1')
  trusting = await startGate({ settings: { upstreamAuthorities: [authority] } })
  strange = await startGate()
})
after(async () => {
  await trusting.close()
  await strange.close()
  upstream.closeAllConnections()
  upstream.close()
})

function listening(server: Server, host: string): Promise<number> {
  return new Promise((resolve) => {
    // A TCP server's address is an object.
    server.listen(0, host, () => resolve((server.address() as AddressInfo).port))
  })
}

let count = 0
async function call(gate: TestGate, transport: Record<string, unknown>, host = 'localhost') {
  const path = `/tls-${++count}/`
  const proxy: ApiDefinition['proxy'] = {
    listen_path: path,
    target_url: `https://${host}:${port}`,
    transport,
  }
  await gate.addApi({ name: path, use_keyless: true, proxy })
  const reply = await gate.call(path)
  return reply.status === 200 ? reply.body : reply.status
}

test('the certificate of an upstream is verified unless its API says otherwise', async () => {
  assert.equal(await call(strange, {}), 500)
  assert.equal(connections.size, 0)
  assert.equal(await call(strange, { ssl_insecure_skip_verify: true }), 'TLSv1.3 localhost')
  assert.equal(await call(strange, {}), 500, 'the trust of one API is not lent to another')
})

test('certificates of an authority of our own are accepted, by name and by address', async () => {
  assert.equal(await call(trusting, {}), 'TLSv1.3 localhost')
  assert.equal(await call(trusting, {}, '127.0.0.1'), 'TLSv1.3 false')
})

test('bounds of the version, ciphers and the check of the common name are obeyed', async () => {
  assert.equal(await call(trusting, { ssl_max_version: 771 }), 'TLSv1.2 localhost')
  assert.equal(await call(trusting, { ssl_min_version: 772 }), 'TLSv1.3 localhost')
  const ciphers = ['TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256']
  assert.equal(await call(trusting, { ssl_ciphers: ciphers, ssl_max_version: 771 }), 'TLSv1.2 localhost')
  const others = ['TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256']
  assert.equal(await call(trusting, { ssl_ciphers: others, ssl_max_version: 771 }), 500)
  assert.equal(await call(trusting, { ssl_force_common_name_check: true }), 500)
})

test('an upstream with an IPv6 address is reached', async (t) => {
  const server = createPlainServer((request, response) => response.end(request.headers.host))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const plain = await listening(server, '::1')
  const proxy = { listen_path: '/six/', target_url: `http://[::1]:${plain}/` }
  await trusting.addApi({ name: 'six', use_keyless: true, proxy })
  assert.equal((await trusting.call('/six/')).body, `[::1]:${plain}`)
})
