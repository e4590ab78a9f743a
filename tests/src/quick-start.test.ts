import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { makeCertificate } from '../support/certificates.ts'
import { adminOf, type Client, controlOf, dashboardAs, through } from '../support/client.ts'
import { expectStatus } from '../support/fixtures.ts'
import { arrayOf, objectOf, send } from '../support/http.ts'
import { freshSettings, runTollgate, type Server, startServer } from '../support/server.ts'
import { startUpstream, type Upstream } from '../support/upstream.ts'

/**
 * The open-source gateway's quick start against a fresh start: a folder of definitions, a file of policies, and the calls
 * of its control API, without a Dashboard's organisation.
 */

let server: Server
let upstream: Upstream
let control: Client
let folder: string
let policies: string

const definition = (apiId: string, more: object = {}) => ({
  name: `API ${apiId}`,
  slug: apiId,
  api_id: apiId,
  org_id: 'default',
  auth: { auth_header_name: 'authorization' },
  definition: { location: 'header', key: 'x-api-version' },
  version_data: {
    not_versioned: true,
    versions: { Default: { name: 'Default', use_extended_paths: true } },
  },
  proxy: { listen_path: `/${apiId}/`, target_url: upstream.url, strip_listen_path: true },
  active: true,
  ...more,
})

const keyOn = (apiId: string, more: object = {}) => ({
  allowance: 1000,
  rate: 1000,
  per: 1,
  expires: -1,
  quota_max: -1,
  org_id: 'default',
  access_rights: { [apiId]: { api_id: apiId, api_name: apiId, versions: ['Default'] } },
  ...more,
})

const file = (name: string, content: unknown) =>
  writeFile(path.join(folder, name), typeof content === 'string' ? content : JSON.stringify(content))

const settings = () => ({ TOLLGATE_APPS_DIR: folder, TOLLGATE_POLICIES_FILE: policies })

before(async () => {
  upstream = await startUpstream()
  folder = await mkdtemp(path.join(tmpdir(), 'tollgate-apps-'))
  policies = path.join(await mkdtemp(path.join(tmpdir(), 'tollgate-policies-')), 'policies.json')
  await file('app.json', definition('keyless', { use_keyless: true }))
  await file(
    'protected.json',
    definition('protected', { org_id: '1', id: null, tags: null, expiration: null }),
  )
  await file('wrapped.json', { api_definition: definition('wrapped', { use_keyless: true, org_id: '' }) })
  await file('broken.json', '{ "name": ')
  await file('odd.json', definition('odd', { use_keyless: 'yes' }))
  await file('nameless.json', definition('', {}))
  await file('new-format.json', { openapi: '3.0.3', info: { title: 'x' }, 'x-tyk-api-gateway': {} })
  await file('notes.txt', 'not a definition')
  const access_rights = { protected: { api_id: 'protected', api_name: 'p', versions: ['Default'] } }
  await writeFile(
    policies,
    JSON.stringify({
      gold: {
        name: 'Gold',
        org_id: '1',
        active: true,
        rate: 3,
        per: 60,
        quota_max: -1,
        access_rights,
        tags: null,
      },
      silver: { name: 'Gold', org_id: '1', active: true, rate: 2, per: 60, access_rights },
      bad: { rate: 'fast' },
    }),
  )
  server = await startServer(settings())
  control = controlOf(server)
})
after(async () => {
  await server?.dispose()
  await upstream?.close()
  await rm(folder, { recursive: true, force: true })
  await rm(path.dirname(policies), { recursive: true, force: true })
})

test('hello says that all is well before anything is configured by hand', async () => {
  const hello = expectStatus(await send(server.gateway, { path: '/hello' }))
  assert.equal(hello.at('status'), 'pass')
  assert.equal(hello.at('details', 'redis', 'status'), 'pass')
  assert.equal(hello.at('details', 'dashboard', 'status'), 'pass')
})

test('the definitions of the folder are served at start, whatever organisation they name', async () => {
  assert.equal((await through(server, '/keyless/get')).status, 200)
  assert.equal((await through(server, '/wrapped/get')).status, 200)
  assert.equal((await through(server, '/protected/get')).status, 401)
  const listed = arrayOf((await control.get('/tyk/apis')).json).map((api) => objectOf(api))
  const orgOf = (apiId: string) => listed.find(({ api_id }) => api_id === apiId)?.org_id
  assert.deepEqual([orgOf('keyless'), orgOf('protected')], ['default', '1'])
})

test('what cannot be taken of a file is named in the log, and keeps nothing else out', () => {
  const lines = server.output()
  for (const name of ['broken.json', 'odd.json', 'nameless.json', 'new-format.json', 'policies.json, bad'])
    assert.match(lines, new RegExp(`"[^"]*${name.replace('.', '\\.')}"`), name)
  assert.match(lines, /use_keyless/)
  assert.doesNotMatch(lines, /notes\.txt/)
})

test('policies of the file make keys, by the ids that the file gives them', async () => {
  const made = expectStatus(await control.post('/tyk/keys/create', { org_id: '1', apply_policies: ['gold'] }))
  const key = made.textAt('key')
  assert.match(key, /^1[0-9a-f]{32}$/)
  assert.equal((await through(server, '/protected/get', key)).status, 200)
  const listed = arrayOf((await control.get('/tyk/policies')).json).map((policy) => objectOf(policy).id)
  assert.deepEqual(listed.sort(), ['gold', 'silver'])
})

test('an API, a key and a policy of the control API are in force at once, as the quick start has them', async () => {
  const added = expectStatus(await control.post('/tyk/apis', definition('posted')))
  assert.deepEqual(added.json, { key: 'posted', status: 'ok', action: 'added' })
  assert.equal(expectStatus(await control.get('/tyk/reload/group')).text, '{"status":"ok","message":""}\n')
  assert.equal((await through(server, '/posted/get')).status, 401)

  const made = expectStatus(await control.post('/tyk/keys/create', keyOn('posted')))
  const key = made.textAt('key')
  assert.equal((await through(server, '/posted/get', key)).status, 200)
  assert.equal((await through(server, '/posted/get', `Bearer ${key}`)).status, 200)
  assert.equal(expectStatus(await control.get(`/tyk/keys/${key}`)).at('org_id'), 'default')

  expectStatus(await control.post('/tyk/keys/my-own-key', keyOn('posted')))
  assert.equal((await through(server, '/posted/get', 'my-own-key')).status, 200)
  expectStatus(await control.put('/tyk/keys/my-own-key', keyOn('posted', { is_inactive: true })))
  assert.equal((await through(server, '/posted/get', 'my-own-key')).status, 403)
  expectStatus(await control.delete('/tyk/keys/my-own-key'))
  assert.equal((await through(server, '/posted/get', 'my-own-key')).status, 403)

  const policy = { ...keyOn('posted'), id: 'posted-policy', rate: 5, per: 1 }
  expectStatus(await control.post('/tyk/policies', policy))
  const byPolicy = await control.post('/tyk/keys', { apply_policies: ['posted-policy'] })
  assert.equal((await through(server, '/posted/get', expectStatus(byPolicy).textAt('key'))).status, 200)

  expectStatus(await control.delete('/tyk/apis/posted'))
  assert.equal((await through(server, '/posted/get', key)).status, 404)
})

test('a changed file is in force after a reload, one that is gone deletes nothing', async () => {
  await file('app.json', definition('keyless', { use_keyless: true, name: 'renamed' }))
  await file('late.json', definition('late', { use_keyless: true }))
  await rm(path.join(folder, 'wrapped.json'))
  expectStatus(await control.get('/tyk/reload?block=true'))
  assert.equal((await control.get('/tyk/apis/keyless')).at('name'), 'renamed')
  assert.equal((await through(server, '/late/get')).status, 200)
  assert.equal((await through(server, '/wrapped/get')).status, 200)
})

test('a start on the same folder lets the files win and keeps the rest', async () => {
  expectStatus(
    await control.put('/tyk/apis/keyless', definition('keyless', { use_keyless: true, name: 'by hand' })),
  )
  expectStatus(await control.post('/tyk/apis', definition('kept', { use_keyless: true })))
  server = await server.restart()
  control = controlOf(server)
  assert.equal((await control.get('/tyk/apis/keyless')).at('name'), 'renamed')
  assert.equal((await through(server, '/kept/get')).status, 200)
  const made = await control.post('/tyk/keys/create', { org_id: '1', apply_policies: ['silver'] })
  assert.equal((await through(server, '/protected/get', expectStatus(made).textAt('key'))).status, 200)
})

test('a folder or file that is not there keeps the program from starting, with its name', async () => {
  const fresh = await freshSettings()
  for (const [setting, wrong] of [
    ['TOLLGATE_APPS_DIR', `${folder}/none`],
    ['TOLLGATE_APPS_DIR', policies],
    ['TOLLGATE_POLICIES_FILE', folder],
  ] as const) {
    const { code, stderr } = await runTollgate(['start'], { ...fresh.env, [setting]: wrong })
    assert.deepEqual([code, stderr.includes(setting), stderr.includes(wrong)], [1, true, true], stderr)
  }
  await fresh.remove()
})

test('with TOLLGATE_DEFAULT_ORG the Dashboard shows what the open-source routes write', async () => {
  const own = await startServer({ TOLLGATE_DEFAULT_ORG: 'default', TOLLGATE_APPS_DIR: folder })
  try {
    const { org_id: _, ...unnamed } = definition('unnamed', { use_keyless: true })
    expectStatus(await controlOf(own).post('/tyk/apis', unnamed))
    assert.equal((await controlOf(own).get('/tyk/apis/unnamed')).at('org_id'), 'default')
    const accessKey = /API credentials\s+([0-9a-f]{32})/.exec(own.output())?.[1] ?? ''
    const shown = expectStatus(await dashboardAs(own, accessKey).get('/api/apis?p=-1'))
    const ids = arrayOf(shown.at('apis')).map((api) => objectOf(objectOf(api).api_definition).api_id)
    for (const id of ['unnamed', 'keyless', 'late']) assert.ok(ids.includes(id), id)
    const organisations = expectStatus(await adminOf(own).get('/admin/organisations?p=-1')).at(
      'organisations',
    )
    assert.ok(arrayOf(organisations).some((organisation) => objectOf(organisation).id === 'default'))
  } finally {
    await own.dispose()
  }
})

test('certificates of an organisation of any id are found by their ids', async () => {
  const { certificate } = makeCertificate({ name: 'quick.example' })
  const added = expectStatus(await control.post('/tyk/certs?org_id=default', certificate))
  const id = added.textAt('id')
  assert.match(id, /^default[0-9a-f]{64}$/)
  assert.equal((await control.get(`/tyk/certs/${id}`)).at('subject', 'CommonName'), 'quick.example')
  const bound = keyOn('keyless', { certificate: id.slice('default'.length) })
  assert.equal(expectStatus(await control.post('/tyk/keys', bound)).textAt('key'), `default${id}`)
  expectStatus(await control.delete(`/tyk/certs/${id}`))
  assert.equal((await control.get(`/tyk/certs/${id}`)).status, 404)
})
