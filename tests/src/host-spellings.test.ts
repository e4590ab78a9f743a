import assert from 'node:assert/strict'
import http2 from 'node:http2'
import { test } from 'node:test'
import { newApi, unique } from '../support/fixtures.ts'
import { send } from '../support/http.ts'
import { org, server, upstream, useWorld } from '../support/world.ts'

/** One host, however it is spelled, is one host: an API of its domain is never missed, and its listen path is taken once. */

useWorld()

const spellings = (name: string) => [
  name,
  `${name}.`,
  name.toUpperCase(),
  `${name}:8080`,
  `${name}.:8080`,
  `${name.toUpperCase()}.:80`,
]

/** The status of a GET over HTTP/2 without TLS, under this authority. */
async function overHttp2(authority: string, path: string): Promise<number> {
  const session = http2.connect(`http://127.0.0.1:${server.gateway.port}`)
  try {
    const stream = session.request({ ':path': path, ':authority': authority })
    stream.resume()
    return await new Promise((resolve, reject) => {
      session.on('error', reject)
      stream.on('error', reject)
      stream.on('response', (headers) => resolve(headers[':status'] ?? 0))
    })
  } finally {
    session.close()
  }
}

test('W8: an API of a domain answers to every spelling of it, over HTTP/1.1 and HTTP/2', async () => {
  const path = `/${unique('host')}/`
  const name = `${unique('shop')}.example`
  const proxy = { listen_path: path, target_url: upstream.url, strip_listen_path: true }
  // The one of the domain asks for a key, the one of every domain asks for nothing.
  await newApi(org, upstream.url, { proxy, use_keyless: true })
  await newApi(org, upstream.url, { proxy, domain: name })
  for (const host of spellings(name)) {
    assert.equal((await send(server.gateway, { path, headers: { host } })).status, 401, host)
    assert.equal(await overHttp2(host, path), 401, `${host} over HTTP/2`)
  }
  for (const host of [`www.${name}`, `${name}.org`, `x${name}`]) {
    assert.equal((await send(server.gateway, { path, headers: { host } })).status, 200, host)
    assert.equal(await overHttp2(host, path), 200, `${host} over HTTP/2`)
  }
})

test('W8: a domain that is spelled otherwise in the definition is the same, and its listen path is taken', async () => {
  const path = `/${unique('host')}/`
  const name = `${unique('shop')}.example`
  const proxy = { listen_path: path, target_url: upstream.url, strip_listen_path: true }
  await newApi(org, upstream.url, { proxy, domain: `${name.toUpperCase()}.`, use_keyless: true })
  for (const host of spellings(name))
    assert.equal((await send(server.gateway, { path, headers: { host } })).status, 200, host)
  for (const domain of spellings(name)) {
    const definition = { name: unique('api'), domain, proxy, use_keyless: true }
    const reply = await org.api.post('/api/apis', { api_definition: definition })
    assert.deepEqual([reply.status, reply.at('Message')], [403, 'Found API with same url'], domain)
  }
})
