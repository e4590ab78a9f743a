import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testDashboard } from '../test-dashboard.ts'
import type { Ask } from '../test-world.ts'

type Wanted = { readonly listen_path: string; readonly domain?: string; readonly api_id?: string }

function create(ask: Ask, { listen_path, ...fields }: Wanted) {
  const proxy = { listen_path, target_url: 'http://127.0.0.1:1/' }
  return ask('POST', '/api/apis', { api_definition: { name: 'one', active: true, proxy, ...fields } })
}

const TAKEN = { Status: 'Error', Message: 'Found API with same url', Meta: null }

const robberies: readonly (readonly [string, Wanted, Wanted])[] = [
  ['a longer listen path', { listen_path: '/demo/' }, { listen_path: '/demo/get' }],
  ['a shorter listen path', { listen_path: '/demo/get' }, { listen_path: '/de' }],
  ['the root', { listen_path: '/demo/' }, { listen_path: '/' }],
  ['a listen path with a placeholder', { listen_path: '/demo/' }, { listen_path: '/{any}/' }],
  ['the address of the gateway', { listen_path: '/demo/' }, { listen_path: '/demo/', domain: '127.0.0.1' }],
  ['the name of the gateway', { listen_path: '/demo/' }, { listen_path: '/', domain: 'GW.example:8080' }],
  [
    'a domain that covers the gateway',
    { listen_path: '/demo/' },
    { listen_path: '/', domain: '{a}.example' },
  ],
  ['a domain of one placeholder', { listen_path: '/demo/' }, { listen_path: '/demo/', domain: '{a:.*}' }],
  [
    'a domain that covers a domain',
    { listen_path: '/', domain: 'api.victim.test' },
    { listen_path: '/x/', domain: '{a}.victim.test' },
  ],
  ['an api_id for a listen path', { listen_path: '/demo/' }, { listen_path: '/other/', api_id: 'demo' }],
  ['a listen path for an api_id', { listen_path: '/other/', api_id: 'demo' }, { listen_path: '/demo/x/' }],
]
for (const [what, victim, thief] of robberies)
  test(`finding 3: another organisation's requests cannot be taken by ${what}`, async () => {
    const { member } = await testDashboard()
    const [owner, other] = [await member(), await member()]
    assert.equal((await create(owner.ask, victim)).status, 200)
    const refused = await create(other.ask, thief)
    assert.deepEqual([refused.status, refused.body], [403, TAKEN])

    const made = await create(other.ask, { listen_path: '/of-its-own/' })
    const { body } = await other.ask('GET', `/api/apis/${made.body.ID}`)
    const { listen_path, ...fields } = thief
    const proxy = { ...body.api_definition.proxy, listen_path }
    const moved = { ...body, api_definition: { ...body.api_definition, ...fields, proxy } }
    if (thief.api_id === undefined)
      assert.equal((await other.ask('PUT', `/api/apis/${made.body.ID}`, moved)).status, 403)
  })

test('within one organisation a listen path may lie under another, and domains may be its own', async () => {
  const { member } = await testDashboard()
  const { ask } = await member()
  const wanted: readonly Wanted[] = [
    { listen_path: '/demo/' },
    { listen_path: '/demo/get/' },
    { listen_path: '/', domain: 'gw.example' },
  ]
  for (const one of wanted) assert.equal((await create(ask, one)).status, 200)
})

test('two organisations with domains of their own do not meet', async () => {
  const { member } = await testDashboard()
  for (const domain of ['a.example', 'b.example']) {
    const { ask } = await member()
    assert.equal((await create(ask, { listen_path: '/', domain })).status, 200)
  }
})

test('finding 3a: an api_id that is the first word of a listen path is refused where the path is', async () => {
  const { member } = await testDashboard()
  const { ask } = await member()
  assert.equal((await create(ask, { listen_path: '/demo/' })).status, 200)
  assert.equal((await create(ask, { listen_path: '/other/', api_id: 'demo' })).status, 403)
})

test('where claims go by organisation, a listen path begins with its slug and a domain is assigned', async () => {
  const world = await testDashboard({ claimRule: 'by-organisation' })
  const { ask, orgId } = await world.member()
  const assign = {
    owner_slug: 'acme',
    gateway_claims: { domains: ['*.acme.test'], listen_paths: ['/shared/x'] },
  }
  assert.equal((await world.admin('PUT', `/admin/organisations/${orgId}`, assign)).status, 200)
  for (const one of [
    { listen_path: '/acme/a/' },
    { listen_path: '/shared/x/' },
    { listen_path: '/', domain: 'api.acme.test' },
  ])
    assert.equal((await create(ask, one)).status, 200, one.listen_path)
  for (const one of [
    { listen_path: '/acmes/' },
    { listen_path: '/' },
    { listen_path: '/shared/' },
    { listen_path: '/acme/', domain: 'other.test' },
  ])
    assert.equal((await create(ask, one)).status, 403, one.listen_path)
  const own = (await ask('GET', '/api/organisation')).body
  const more = { ...own, gateway_claims: { domains: ['other.test'] } }
  assert.equal((await ask('PUT', '/api/organisation', more)).status, 403)
})
