import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:http2'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { TLSSocket } from 'node:tls'
import { authority, local, one } from '@tollgate/gateway/testing/certificates'
import { issue, revocationList } from '@tollgate/gateway/testing/issue'
import { ConfigMistakes, readConfig } from './config.ts'
import { doctor } from './doctor.ts'
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

test('revocation lists are read with the certificates; an expired one is said by doctor and in the log', async (t) => {
  const issuer = issue({ name: 'issuer', authority: true })
  const list = (nextUpdateMs: number) => revocationList({ issuer, revoked: [], nextUpdateMs })
  const lists = file('lists.pem', list(Date.now() + 60_000))
  const more = {
    TOLLGATE_TLS_CERT_FILE: file('cert4.pem', local.certificate),
    TOLLGATE_TLS_KEY_FILE: file('key4.pem', local.key),
    TOLLGATE_TLS_CRL_FILE: lists,
  }
  assert.throws(() => config(more), ConfigMistakes, 'whose lists?')
  const settings = config({ ...more, TOLLGATE_TLS_CLIENT_CA_FILE: file('ca4.pem', issuer.certificate) })
  const examined = async () => {
    const lines: string[] = []
    await doctor(settings, (line) => lines.push(line))
    return lines.find((line) => line.includes('TLS')) ?? ''
  }
  assert.match(await examined(), /^ok .*TLS: certificates 1, files of revocation lists 1/)
  const log = openLog(settings)
  const said: unknown[] = []
  const running = await start(settings, { ...log, line: (fields) => said.push(fields.msg) })
  t.after(() => running.stop())
  const sentence = /the revocation list of CN=issuer expired at .*: its clients are refused/
  assert.ok(!said.some((msg) => sentence.test(String(msg))))
  file('lists.pem', list(Date.now() - 60_000))
  await running.rereadCertificates()
  assert.ok(said.some((msg) => sentence.test(String(msg))))
  assert.match(await examined(), /^WRONG .*CN=issuer expired/)
  file('lists.pem', revocationList({ issuer: issue({ name: 'issuer' }), revoked: [] }))
  await assert.rejects(running.rereadCertificates(), StartFailure)
  assert.match(await examined(), /^WRONG .*no authority of clients’ certificates has signed it/)
})
