import assert from 'node:assert/strict'
import { test } from 'node:test'
import { through } from '../support/client.ts'
import { apiBody, expectStatus, newApi, unique } from '../support/fixtures.ts'
import { objectOf, type Reply, sendRaw } from '../support/http.ts'
import { org, server, upstream, useWorld } from '../support/world.ts'

// The tests' own address plays the proxy in front.
useWorld(undefined, { TOLLGATE_TRUSTED_PROXIES: '127.0.0.1' })

/** A keyless API with this proxy section and these further fields. */
const open = (proxy: Readonly<Record<string, unknown>>, more: Readonly<Record<string, unknown>> = {}) =>
  newApi(org, upstream.url, {
    use_keyless: true,
    proxy: { target_url: upstream.url, strip_listen_path: true, ...proxy },
    ...more,
  })

const urlSeen = (reply: Reply) => expectStatus(reply).textAt('url')

test('what no API listens to is 404 with the text Not Found', async () => {
  const reply = await through(server, `/${unique('nothing')}/here`)

  assert.equal(reply.status, 404)
  assert.equal(reply.text, 'Not Found')
  assert.match(String(reply.headers['content-type']), /^text\/plain/)
  assert.equal(reply.headers['x-generator'], undefined)
})

test('the longest listen path wins, and a listen path is a raw prefix', async () => {
  const word = unique('long')
  await open({ listen_path: `/${word}`, target_url: `${upstream.url}/short` })
  await open({ listen_path: `/${word}/deep/`, target_url: `${upstream.url}/long` })

  assert.equal(urlSeen(await through(server, `/${word}/other`)), '/short/other')
  assert.equal(urlSeen(await through(server, `/${word}/deep/er`)), '/long/er')
  assert.equal(urlSeen(await through(server, `/${word}/dee`)), '/short/dee')
  assert.equal(urlSeen(await through(server, `/${word}tail`)), '/short/tail')
})

test('every API also answers under its id', async () => {
  const api = await open({ listen_path: `/${unique('by-id')}/` })

  assert.equal(urlSeen(await through(server, `/${api.id}/orders?x=1`)), '/orders?x=1')
})

test('the listen path is stripped or kept as the definition says', async () => {
  const word = unique('strip')
  await open({ listen_path: `/${word}/`, strip_listen_path: true })
  await open({ listen_path: `/${word}-kept/`, strip_listen_path: false })

  assert.equal(urlSeen(await through(server, `/${word}/a/b`)), '/a/b')
  assert.equal(urlSeen(await through(server, `/${word}-kept/a/b`)), `/${word}-kept/a/b`)
})

test('target and request are joined with one slash and the query of the target goes first', async () => {
  const cases: [string, string, string][] = [
    ['/base', 'a', '/base/a'],
    ['/base/', 'a', '/base/a'],
    ['/base?fixed=1', 'a?own=2', '/base/a?fixed=1&own=2'],
    ['/base?fixed=1', 'a', '/base/a?fixed=1'],
    ['', 'a?own=2&own=3', '/a?own=2&own=3'],
  ]
  for (const [target, request, expected] of cases) {
    const api = await open({ listen_path: `/${unique('join')}/`, target_url: `${upstream.url}${target}` })
    assert.equal(urlSeen(await through(server, `${api.listenPath}${request}`)), expected)
  }
})

test('an API without a listen path gets its id as one', async () => {
  const api = await open({ listen_path: '' })

  assert.equal(urlSeen(await through(server, `/${api.id}/x`)), '/x')
})

test('a custom domain is served for its host alone, whatever the port in the Host header', async () => {
  const word = unique('domain')
  await open({ listen_path: `/${word}/`, target_url: `${upstream.url}/any` })
  await open(
    { listen_path: `/${word}/`, target_url: `${upstream.url}/own` },
    { domain: `${word}.example.com` },
  )
  const at = (host: string) => through(server, `/${word}/x`, undefined, { headers: { host } })

  assert.equal(urlSeen(await at(`${word}.example.com`)), '/own/x')
  assert.equal(urlSeen(await at(`${word}.example.com:8080`)), '/own/x')
  assert.equal(urlSeen(await at(`${word.toUpperCase()}.EXAMPLE.com`)), '/own/x')
  assert.equal(urlSeen(await at('other.example.com')), '/any/x')
})

test('the upstream sees its own host, or the client’s where it is preserved', async () => {
  const usual = await open({ listen_path: `/${unique('host')}/` })
  const preserved = await open({ listen_path: `/${unique('host')}/`, preserve_host_header: true })
  const hostAt = async (path: string) =>
    expectStatus(await through(server, path, undefined, { headers: { host: 'client.example.com' } })).at(
      'headers',
      'host',
    )

  assert.equal(await hostAt(usual.listenPath), `127.0.0.1:${upstream.origin.port}`)
  assert.equal(await hostAt(preserved.listenPath), 'client.example.com')
})

test('the upstream learns the client from X-Forwarded-For, and the gate’s name only where the client gives none', async () => {
  const api = await open({ listen_path: `/${unique('forwarded')}/` })
  const plain = expectStatus(await through(server, api.listenPath))
  const behind = expectStatus(
    await through(server, api.listenPath, undefined, {
      headers: { 'x-forwarded-for': '203.0.113.9', 'user-agent': 'client/1.0' },
    }),
  )

  assert.equal(plain.at('headers', 'x-forwarded-for'), '127.0.0.1')
  assert.ok(plain.at('headers', 'user-agent'))
  assert.equal(behind.at('headers', 'x-forwarded-for'), '203.0.113.9, 127.0.0.1')
  assert.equal(behind.at('headers', 'user-agent'), 'client/1.0')
})

test('hop-by-hop headers and what Connection names stay on their side', async () => {
  const api = await open({ listen_path: `/${unique('hop')}/` })
  const seen = expectStatus(
    await through(server, api.listenPath, undefined, {
      headers: {
        connection: 'keep-alive, x-private',
        'x-private': '1',
        'keep-alive': 'timeout=5',
        'proxy-authorization': 'Basic eA==',
        te: 'deflate;q=0.5',
        'x-public': '2',
      },
    }),
  )

  const headers = objectOf(seen.at('headers'))
  assert.equal(headers['x-public'], '2')
  for (const name of ['x-private', 'keep-alive', 'proxy-authorization', 'te']) {
    assert.equal(headers[name], undefined, name)
  }
})

test('Connection cannot take away what the gate or the upstream relies on', async () => {
  const api = await open({ listen_path: `/${unique('nominated')}/` })
  const seen = expectStatus(
    await through(server, api.listenPath, undefined, {
      headers: { connection: 'close, x-forwarded-for, host, cookie', cookie: 'a=b' },
    }),
  )

  assert.equal(seen.at('headers', 'x-forwarded-for'), '127.0.0.1')
  assert.equal(seen.at('headers', 'cookie'), 'a=b')
  assert.equal(seen.at('headers', 'host'), `127.0.0.1:${upstream.origin.port}`)
})

test('the path that is matched is the path that is sent: dots and escapes lead around nothing', async () => {
  const word = unique('normal')
  await open(
    { listen_path: `/${word}/` },
    {
      version_data: {
        not_versioned: true,
        versions: {
          Default: {
            name: 'Default',
            use_extended_paths: true,
            extended_paths: {
              black_list: [{ path: '/secret', method_actions: { GET: { action: 'no_action' } } }],
            },
          },
        },
      },
    },
  )
  for (const path of [
    'secret',
    './secret',
    'a/../secret',
    '%73ecret',
    'a/%2e%2e/secret',
    '/secret',
    'secret/x',
  ]) {
    const { text } = await sendRaw(
      server.gateway,
      `GET /${word}/${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    )
    assert.match(text, /^HTTP\/1\.1 (403|400) /, path)
  }
  for (const path of ['%2f', '..%2f..%2fx', '%5c', '%00', '%zz', '../../../x']) {
    const { text } = await sendRaw(
      server.gateway,
      `GET /${word}/${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    )
    assert.match(text, /^HTTP\/1\.1 (400|404) /, path)
  }
})

test('two APIs on one listen path and domain are refused', async () => {
  const api = await open({ listen_path: `/${unique('same')}/` })
  const again = await org.api.post(
    '/api/apis',
    apiBody(upstream.url, {
      use_keyless: true,
      proxy: { listen_path: api.listenPath, target_url: upstream.url, strip_listen_path: true },
    }),
  )

  assert.equal(again.status, 403)
  assert.equal(again.text, '{"Status":"Error","Message":"Found API with same url","Meta":null}')
})

test('load balancing goes round the targets', async () => {
  const targets = ['/one', '/two', '/three'].map((path) => `${upstream.url}${path}`)
  const api = await open({
    listen_path: `/${unique('balanced')}/`,
    enable_load_balancing: true,
    target_list: targets,
  })
  const counts = new Map<string, number>()
  for (let index = 0; index < 60; index++) {
    const url = urlSeen(await through(server, `${api.listenPath}x`))
    counts.set(url, (counts.get(url) ?? 0) + 1)
  }

  assert.deepEqual([...counts.keys()].sort(), ['/one/x', '/three/x', '/two/x'])
  for (const count of counts.values()) assert.ok(count >= 15 && count <= 25, JSON.stringify([...counts]))
})

test('header changes of the version and of a path reach upstream and client', async () => {
  const api = await open(
    { listen_path: `/${unique('headers')}/` },
    {
      version_data: {
        not_versioned: true,
        versions: {
          Default: {
            name: 'Default',
            use_extended_paths: true,
            global_headers: { 'x-added': 'everywhere' },
            global_headers_remove: ['x-unwanted'],
            global_response_headers: { 'x-answer': 'from the gate' },
            global_response_headers_remove: ['x-inner'],
            extended_paths: {
              transform_headers: [
                {
                  path: '/special',
                  method: 'GET',
                  delete_headers: ['x-client'],
                  add_headers: { 'x-path': 'special' },
                },
              ],
            },
          },
        },
      },
    },
  )
  const headers = { 'x-unwanted': '1', 'x-client': '2' }
  const usual = expectStatus(await through(server, `${api.listenPath}usual`, undefined, { headers }))
  const special = expectStatus(await through(server, `${api.listenPath}special`, undefined, { headers }))

  assert.equal(usual.at('headers', 'x-added'), 'everywhere')
  assert.equal(usual.at('headers', 'x-unwanted'), undefined)
  assert.equal(usual.at('headers', 'x-client'), '2')
  assert.equal(usual.at('headers', 'x-path'), undefined)
  assert.equal(special.at('headers', 'x-path'), 'special')
  assert.equal(special.at('headers', 'x-client'), undefined)
  assert.equal(usual.headers['x-answer'], 'from the gate')
})

test('white list, black list and ignored paths let in what they say', async () => {
  const listed = async (paths: Readonly<Record<string, unknown>>) =>
    newApi(org, upstream.url, {
      version_data: {
        not_versioned: true,
        versions: { Default: { name: 'Default', use_extended_paths: true, extended_paths: paths } },
      },
    })
  const actions = { GET: { action: 'no_action', code: 200, data: '', headers: {} } }
  const white = await listed({ white_list: [{ path: '/open', method_actions: actions }] })
  const black = await listed({ black_list: [{ path: '/shut', method_actions: actions }] })
  const ignored = await listed({ ignored: [{ path: '/free', method_actions: actions }] })
  const status = async (path: string, method = 'GET') =>
    (await through(server, path, undefined, { method })).status

  assert.equal(await status(`${white.listenPath}open`), 401, 'listed, so only the key is missing')
  const refused = await through(server, `${white.listenPath}other`)
  assert.equal(refused.status, 403)
  assert.equal(refused.text, '{\n    "error": "Requested endpoint is forbidden"\n}')
  assert.equal(await status(`${black.listenPath}shut`), 403)
  assert.equal(await status(`${black.listenPath}other`), 401)
  assert.equal(await status(`${ignored.listenPath}free`), 200, 'needs no key')
  assert.equal(await status(`${ignored.listenPath}other`), 401)
})

test('a mock reply is given before any key is asked for', async () => {
  const api = await newApi(org, upstream.url, {
    version_data: {
      not_versioned: true,
      versions: {
        Default: {
          name: 'Default',
          use_extended_paths: true,
          extended_paths: {
            white_list: [
              {
                path: '/mock',
                method_actions: {
                  GET: { action: 'reply', code: 418, data: 'a teapot', headers: { 'x-mock': 'yes' } },
                },
              },
            ],
          },
        },
      },
    },
  })
  upstream.forget()
  const reply = await through(server, `${api.listenPath}mock`)

  assert.equal(reply.status, 418)
  assert.equal(reply.text, 'a teapot')
  assert.equal(reply.headers['x-mock'], 'yes')
  assert.equal(upstream.seen.length, 0)
})

const versions = (more: Readonly<Record<string, unknown>> = {}) => ({
  not_versioned: false,
  default_version: '',
  versions: {
    v1: { name: 'v1', global_headers: { 'x-seen-version': 'v1' } },
    v2: { name: 'v2', global_headers: { 'x-seen-version': 'v2' } },
    old: { name: 'old', expires: '2020-01-01 00:00' },
    lasting: { name: 'lasting', expires: '2999-01-01 00:00' },
  },
  ...more,
})

test('a version is told by header, by query or by the first segment of the path', async () => {
  const byHeader = await open(
    { listen_path: `/${unique('v')}/` },
    {
      definition: { location: 'header', key: 'x-api-version' },
      version_data: versions(),
    },
  )
  const byQuery = await open(
    { listen_path: `/${unique('v')}/` },
    {
      definition: { location: 'url-param', key: 'v' },
      version_data: versions(),
    },
  )
  const byPath = await open(
    { listen_path: `/${unique('v')}/` },
    {
      definition: { location: 'url', key: '', strip_path: true },
      version_data: versions(),
    },
  )
  for (const version of ['v1', 'v2']) {
    const replies = [
      await through(server, `${byHeader.listenPath}x`, undefined, { headers: { 'x-api-version': version } }),
      await through(server, `${byQuery.listenPath}x?v=${version}`),
      await through(server, `${byPath.listenPath}${version}/x`),
    ]
    for (const reply of replies) assert.equal(expectStatus(reply).at('headers', 'x-seen-version'), version)
    assert.equal(replies[2]?.at('url'), '/x')
  }
})

test('a missing, an unknown and an expired version are refused with their texts; a default is taken', async () => {
  const definition = { location: 'header', key: 'x-api-version' }
  const strict = await open({ listen_path: `/${unique('v')}/` }, { definition, version_data: versions() })
  const lenient = await open(
    { listen_path: `/${unique('v')}/` },
    { definition, version_data: versions({ default_version: 'v2' }) },
  )
  const ask = (path: string, version?: string) =>
    through(server, path, undefined, { headers: version === undefined ? {} : { 'x-api-version': version } })

  const missing = await ask(strict.listenPath)
  assert.deepEqual([missing.status, missing.at('error')], [403, 'Version information not found'])
  const unknown = await ask(strict.listenPath, 'v9')
  assert.deepEqual([unknown.status, unknown.at('error')], [403, 'This API version does not seem to exist'])
  const expired = await ask(strict.listenPath, 'old')
  assert.deepEqual(
    [expired.status, expired.at('error')],
    [403, 'Api Version has expired, please check documentation or contact administrator'],
  )
  assert.equal((await ask(lenient.listenPath)).at('headers', 'x-seen-version'), 'v2')
  const lasting = expectStatus(await ask(strict.listenPath, 'lasting'))
  assert.ok(!Number.isNaN(Date.parse(String(lasting.headers['x-tyk-api-expires']))))
})

test('an API of an auth mode this release cannot judge refuses everyone', async () => {
  const modes = [
    { enable_jwt: true, jwt_signing_method: 'hmac', jwt_source: 'c2VjcmV0' },
    { use_basic_auth: true },
    { use_oauth2: true },
    { enable_signature_checking: true },
    { use_openid: true },
  ]
  for (const mode of modes) {
    const created = await org.api.post('/api/apis', apiBody(upstream.url, mode))
    if (created.status === 400) continue
    const id = expectStatus(created).textAt('ID')
    upstream.forget()
    for (const headers of [{}, { authorization: 'Basic YTpi' }, { authorization: 'Bearer x.y.z' }]) {
      const reply = await through(server, `/${id}/`, undefined, { headers })
      assert.ok(reply.status >= 400, `${JSON.stringify(mode)}: ${reply.status}`)
    }
    assert.equal(upstream.seen.length, 0, JSON.stringify(mode))
  }
})
