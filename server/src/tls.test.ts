import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:http2'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { TLSSocket } from 'node:tls'
import { authority, local, one } from '@tollgate/gateway/testing/certificates'
import { ConfigMistakes, readConfig } from './config.ts'
import { openLog } from './log.ts'
import { start } from './start.ts'
import { StartFailure } from './start-failure.ts'

const folder = mkdtempSync(join(tmpdir(), 'tollgate-tls-'))
after(() => rmSync(folder, { recursive: true, force: true }))

function file(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

function config(more: Readonly<Record<string, string>>) {
  return readConfig({
    TOLLGATE_DATA_DIR: join(folder, 'data'),
    TOLLGATE_DASHBOARD_PORT: '0',
    TOLLGATE_GATEWAY_PORT: '0',
    TOLLGATE_DEMO: 'off',
    TOLLGATE_WORKERS: '1',
    TOLLGATE_STOP_DRAIN_MS: '0',
    TOLLGATE_LOG_LEVEL: 'silent',
    ...more,
  })
}

/** Status of `/hello` over HTTP/1.1, and the host that the certificate is for. */
function hello(url: string): Promise<{ status: number | undefined; host: string }> {
  return new Promise((resolve, reject) => {
    const call = request(`${url}/hello`, { ca: authority, agent: false }, (reply) => {
      const host = reply.socket instanceof TLSSocket ? reply.socket.getPeerCertificate().subjectaltname : ''
      reply.resume().on('end', () => resolve({ status: reply.statusCode, host: host ?? '' }))
    })
    call.on('error', reject).end()
  })
}

test('with a certificate the gateway port speaks TLS, and reads a renewed one without a restart', async () => {
  const certificate = file('cert.pem', local.certificate)
  const key = file('key.pem', local.key)
  const settings = config({ TOLLGATE_TLS_CERT_FILE: certificate, TOLLGATE_TLS_KEY_FILE: key })
  const running = await start(settings, openLog(settings))
  const url = running.addresses.gatewayUrl.replace('127.0.0.1', 'localhost')

  assert.match(url, /^https:/)
  const before = await hello(url)
  assert.equal(before.status, 200)

  const session = connect(url, { ca: authority })
  const stream = session.request({ ':path': '/hello' })
  const [headers] = await new Promise<[Record<string, unknown>]>((resolve) =>
    stream.once('response', (...args) => resolve([args[0]])),
  )
  assert.equal(headers[':status'], 200)
  session.destroy()

  file('cert.pem', one.certificate)
  await assert.rejects(running.rereadCertificates(), StartFailure, 'certificate and key do not fit')
  assert.deepEqual(await hello(url), before)

  file('key.pem', one.key)
  await running.rereadCertificates()
  const renewed = await hello(url)
  assert.equal(renewed.status, 200)
  assert.notEqual(renewed.host, before.host)
  await running.stop()
})

test('a file that is no certificate, or is not there, is one clear line', async () => {
  const key = file('key2.pem', local.key)
  for (const certificate of [file('no.pem', 'hello'), join(folder, 'missing.pem')]) {
    const settings = config({ TOLLGATE_TLS_CERT_FILE: certificate, TOLLGATE_TLS_KEY_FILE: key })
    await assert.rejects(start(settings, openLog(settings)), (error: unknown) => {
      assert.ok(error instanceof StartFailure)
      assert.ok(error.message.includes(certificate))
      return true
    })
  }
})

test('certificates, keys and authorities that do not go together are mistakes of the settings', () => {
  const certificate = file('cert3.pem', local.certificate)
  assert.throws(
    () => config({ TOLLGATE_TLS_CERT_FILE: certificate, TOLLGATE_TLS_CLIENT_CERTIFICATES: 'required' }),
    (error: unknown) => error instanceof ConfigMistakes && error.mistakes.length === 2,
  )
})

test('finding 26: suites are taken by names that are known, and said to be wrong otherwise', () => {
  const suites = 'ecdhe-rsa-aes128-gcm-sha256, ECDHE-RSA-AES128-SHA:TLS_AES_128_GCM_SHA256'
  assert.equal(
    config({ TOLLGATE_TLS_CIPHERS: suites }).tls.ciphers,
    'ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-SHA:TLS_AES_128_GCM_SHA256',
  )
  for (const wrong of ['HIGH:!aNULL', 'ECDHE-RSA-AES128-GCM-SHA265', 'AES128-SHA,,', '@SECLEVEL=0'])
    assert.throws(() => config({ TOLLGATE_TLS_CIPHERS: wrong }), ConfigMistakes, wrong)
})
