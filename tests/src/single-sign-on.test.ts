import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { adminOf } from '../support/client.ts'
import { expectStatus, newOrganisation, newUser, type Organisation, unique } from '../support/fixtures.ts'
import { at, type Reply, send } from '../support/http.ts'
import { type IdentityProvider, type Person, startIdentityProvider } from '../support/identity-provider.ts'
import { org, server, useWorld } from '../support/world.ts'

let idp: IdentityProvider

useWorld(async () => {
  idp = await startIdentityProvider(`http://localhost:${server.dashboard.port}/sso/callback`)
})
after(() => idp?.close())

/** A browser that follows nothing by itself, and keeps the cookies of the dashboard and of the provider apart. */
function browser() {
  const jars = new Map<string, Map<string, string>>()
  const open = async (address: string): Promise<Reply> => {
    const url = new URL(address, `http://localhost:${server.dashboard.port}`)
    const jar = jars.get(url.host) ?? new Map<string, string>()
    jars.set(url.host, jar)
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const reply = await send(
      { host: '127.0.0.1', port: Number(url.port) },
      { path: url.pathname + url.search, headers: { host: url.host, cookie, accept: 'text/html' } },
    )
    for (const line of reply.headers['set-cookie'] ?? []) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (/Max-Age=0|Thu, 01 Jan 1970/i.test(line)) jar.delete(name)
      else jar.set(name, value)
    }
    return reply
  }
  /** Follows redirects until the dashboard's start page; where that is. */
  const follow = async (from: string): Promise<string> => {
    let address = from
    for (let hops = 0; hops < 12; hops++) {
      const current = new URL(address, `http://localhost:${server.dashboard.port}`)
      if (current.pathname === '/' && current.port === String(server.dashboard.port)) {
        return current.pathname + current.search
      }
      const reply = await open(current.href)
      assert.ok(reply.status >= 302 && reply.status <= 303, `${current.href}: ${reply.status} ${reply.text}`)
      address = new URL(String(reply.headers.location), current).href
    }
    throw new Error('redirects without end')
  }
  return { open, follow }
}

const provider = (more: object = {}) => ({
  name: 'Test provider',
  issuer: idp.issuer,
  client_id: idp.clientId,
  client_secret: idp.clientSecret,
  scopes: ['openid', 'email', 'profile', 'groups'],
  ...more,
})

const newProvider = async (owner: Organisation, more: object = {}): Promise<string> =>
  expectStatus(await owner.api.post('/api/identity-providers', provider(more))).textAt('Meta')

/** Signs a person in by a provider; who is in then, or where it led. */
async function signOn(providerId: string, person: Person | undefined) {
  idp.person = person
  const one = browser()
  const end = await one.follow(`/sso/start/${providerId}`)
  const me = await one.open('/api/session')
  return { end, one, email: me.status === 200 ? me.at('user', 'email_address') : undefined, me }
}

const aPerson = (more: Partial<Person> = {}): Person => {
  const name = unique('person')
  return { sub: name, email: `${name}@example.com`, ...more }
}

test('a user with a verified e-mail address is signed in, and known by the provider’s id from then on', async () => {
  const providerId = await newProvider(org)
  const user = await newUser(org, { keys: 'read' })
  const person = aPerson({ email: user.email.toUpperCase() })
  const first = await signOn(providerId, person)
  assert.deepEqual([first.end, first.email], ['/?signed-in', user.email])
  const again = await signOn(providerId, { ...person, email: 'changed@example.com' })
  assert.equal(again.email, user.email)
  assert.equal(at(again.me.json, 'may', 'keys', 'read'), true)
  assert.equal(at(again.me.json, 'is_admin'), false, 'permissions are those that the user has here')
})

test('nobody gets an account by an address that nobody vouches for, or where accounts are not made', async () => {
  const providerId = await newProvider(org)
  const user = await newUser(org, { keys: 'read' })
  const unverified = aPerson({ email: user.email, emailVerified: false })
  assert.deepEqual(
    [(await signOn(providerId, unverified)).end, (await signOn(providerId, aPerson())).end],
    ['/?sign-in=email_unverified', '/?sign-in=no_account'],
  )
  const trusting = await newProvider(org, { trust_email: true })
  assert.equal((await signOn(trusting, unverified)).email, user.email)
})

test('accounts are made at the first sign-in, in the user group that the provider’s groups lead to', async () => {
  const own = await newOrganisation(server)
  const group = async (name: string, permissions: object) =>
    expectStatus(
      await own.api.post('/api/usergroups', { name, active: true, user_permissions: permissions }),
    ).textAt('Meta')
  const [support, developers] = [
    await group('Support', { keys: 'read' }),
    await group('Developers', { apis: 'write' }),
  ]
  const providerId = await newProvider(own, {
    create_accounts: true,
    group_claim: 'groups',
    groups: [
      { claim: 'dev', group_id: developers },
      { claim: 'help', group_id: support },
    ],
  })
  const person = aPerson({ groups: ['other', 'help'] })
  const first = await signOn(providerId, person)
  assert.equal(first.email, person.email)
  assert.equal(at(first.me.json, 'user', 'group_id'), support)
  assert.equal(at(first.me.json, 'may', 'keys', 'read'), true)
  const moved = await signOn(providerId, { ...person, groups: ['dev'] })
  assert.equal(at(moved.me.json, 'user', 'group_id'), developers)
  const left = await signOn(providerId, { ...person, groups: [] })
  assert.deepEqual([left.end, left.email], ['/?sign-in=no_access', undefined])
  assert.equal((await signOn(providerId, aPerson({ groups: ['none of these'] }))).end, '/?sign-in=no_access')
})

test('a provider of one organisation never opens the account of another', async () => {
  const [mine, other] = [await newOrganisation(server), await newOrganisation(server)]
  const victim = await newUser(other, { IsAdmin: 'admin' })
  const providerId = await newProvider(mine, { trust_email: true })
  const { end, email } = await signOn(providerId, aPerson({ email: victim.email }))
  assert.deepEqual([end, email], ['/?sign-in=no_account', undefined])
})

test('what is not an answer to this browser’s own sign-in signs nobody in', async () => {
  const providerId = await newProvider(org, { create_accounts: false })
  const user = await newUser(org, { keys: 'read' })
  idp.person = aPerson({ email: user.email })
  const [victim, attacker] = [browser(), browser()]
  await victim.open(`/sso/start/${providerId}`)
  // The attacker's own answer, given to the victim's browser.
  let address = String((await attacker.open(`/sso/start/${providerId}`)).headers.location)
  while (!address.includes('/sso/callback')) {
    address = new URL(String((await attacker.open(address)).headers.location), address).href
  }
  assert.equal((await victim.open(address)).headers.location, '/?sign-in=expired')
  assert.equal((await victim.open('/api/session')).status, 401)
  assert.equal((await attacker.open(address)).headers.location, '/?signed-in')
  assert.equal((await attacker.open(address)).headers.location, '/?sign-in=expired', 'an answer counts once')
  for (const path of ['/sso/callback', '/sso/callback?state=x&code=y', '/sso/callback?error=access_denied']) {
    assert.equal((await browser().open(path)).headers.location, '/?sign-in=expired', path)
  }
})

test('a provider that declines, is gone, is off or is unknown is told on the sign-in page', async () => {
  const declining = await newProvider(org)
  assert.equal((await signOn(declining, undefined)).end, '/?sign-in=refused')
  const gone = await newProvider(org, { issuer: 'http://127.0.0.1:1' })
  assert.equal((await signOn(gone, aPerson())).end, '/?sign-in=unreachable')
  const off = await newProvider(org, { active: false })
  assert.equal((await signOn(off, aPerson())).end, '/?sign-in=unknown_provider')
  assert.equal((await signOn('f'.repeat(24), aPerson())).end, '/?sign-in=unknown_provider')
  const wrongSecret = await newProvider(org, { client_secret: 'not the secret' })
  const user = await newUser(org, { keys: 'read' })
  assert.equal((await signOn(wrongSecret, aPerson({ email: user.email }))).end, '/?sign-in=invalid')
})

test('the secret of a provider is never shown, stays when it is not sent, and goes with the issuer', async () => {
  const id = await newProvider(org)
  const path = `/api/identity-providers/${id}`
  const read = expectStatus(await org.api.get(path))
  assert.ok(!read.text.includes(idp.clientSecret))
  assert.equal(read.at('has_client_secret'), true)
  assert.equal(read.at('redirect_uri'), `http://localhost:${server.dashboard.port}/sso/callback`)
  const { client_secret: _, ...without } = provider({ name: 'Renamed' })
  expectStatus(await org.api.put(path, without))
  assert.equal(expectStatus(await org.api.get(path)).at('has_client_secret'), true)
  assert.equal(expectStatus(await org.api.post(`${path}/check`)).at('issuer'), idp.issuer)
  expectStatus(await org.api.put(path, { ...without, issuer: 'https://evil.example' }))
  assert.equal(expectStatus(await org.api.get(path)).at('has_client_secret'), false)
  for (const issuer of ['http://idp.example', 'ftp://127.0.0.1', 'https://user@idp.example', 'nonsense']) {
    assert.equal((await org.api.post('/api/identity-providers', provider({ issuer }))).status, 400, issuer)
  }
  const plain = await newUser(org, { idm: 'write', users: 'write' })
  assert.equal((await plain.api.get('/api/identity-providers')).status, 403)
})

test('an issuer at a link-local address, where clouds keep credentials, is not asked', async () => {
  const id = await newProvider(org, { issuer: 'https://169.254.169.254' })
  const reply = await org.api.post(`/api/identity-providers/${id}/check`)
  assert.equal(reply.status, 502)
  assert.match(reply.text, /no address of an identity provider/)
})

const passwordSignIn = (email: string, password = 'correct horse') =>
  send(server.dashboard, { method: 'POST', path: '/login', body: { username: email, password } })

test('where only the provider signs in, passwords open nothing but the emergency user’s', async () => {
  const own = await newOrganisation(server)
  const rules = { single_sign_on_only: true, emergency_user_id: own.userId }
  const put = (body: object) => own.api.put('/api/organisation/sign-in', body)
  assert.match((await put(rules)).text, /needs one that is active/)
  const providerId = await newProvider(own)
  const reader = await newUser(own, { keys: 'read' })
  for (const unfit of ['', reader.id, org.userId]) {
    assert.match((await put({ ...rules, emergency_user_id: unfit })).text, /emergency user/)
  }
  expectStatus(await put(rules))
  const email = `${unique('other')}@example.com`
  const other = { email_address: email, password: 'correct horse', org_id: own.id }
  expectStatus(await adminOf(server).post('/admin/users', other))
  const refused = await passwordSignIn(email)
  assert.deepEqual(
    [refused.status, refused.at('Message')],
    [403, 'Your organisation signs in with its identity provider only'],
  )
  assert.equal((await passwordSignIn(email, 'a wrong one')).status, 401)
  expectStatus(await passwordSignIn(own.email))
  assert.equal((await signOn(providerId, aPerson({ email }))).email, email)
  assert.equal((await own.api.delete(`/api/identity-providers/${providerId}`)).status, 409)
  const operator = { single_sign_on_only: false }
  expectStatus(await adminOf(server).put(`/admin/organisations/${own.id}/sign-in`, operator))
  expectStatus(await passwordSignIn(email))
})

test('a nonce of the contract signs a browser in once, as the user it names', async () => {
  const user = await newUser(org, { keys: 'read' })
  const asked = {
    ForSection: 'dashboard',
    OrgID: org.id,
    EmailAddress: user.email,
    GroupID: '',
    GroupsIDs: null,
  }
  const made = expectStatus(await adminOf(server).post('/admin/sso', asked))
  assert.equal(made.at('Message'), 'SSO Nonce created')
  const nonce = made.textAt('Meta')
  assert.match(nonce, /^[A-Za-z0-9_-]{40,}$/)
  const one = browser()
  assert.equal((await one.open(`/tap?nonce=${nonce}`)).headers.location, '/?signed-in')
  assert.equal((await one.open('/api/session')).at('user', 'email_address'), user.email)
  const again = browser()
  assert.equal((await again.open(`/tap?nonce=${nonce}`)).headers.location, '/?sign-in=expired')
  assert.equal((await again.open('/api/session')).status, 401)
})

test('a nonce makes an account in the named group, unless only registered users may come', async () => {
  const group = expectStatus(
    await org.api.post('/api/usergroups', {
      name: unique('g'),
      active: true,
      user_permissions: { keys: 'read' },
    }),
  ).textAt('Meta')
  const tap = async (more: object) => {
    const sent = { ForSection: 'dashboard', EmailAddress: `${unique('new')}@example.com`, ...more }
    const nonce = expectStatus(await org.api.post('/api/sso', sent)).textAt('Meta')
    const one = browser()
    await one.open(`/tap?nonce=${nonce}`)
    return one.open('/api/session')
  }
  const made = await tap({ GroupID: group, DisplayName: 'New' })
  assert.deepEqual([made.at('user', 'group_id'), made.at('is_admin')], [group, false])
  assert.equal((await tap({ GroupID: group, SSOOnlyForRegisteredUsers: true })).status, 401)
  const plain = await newUser(org, { users: 'write' })
  assert.equal((await plain.api.post('/api/sso', { EmailAddress: 'a@b' })).status, 403)
  for (const [body, words] of [
    [{ EmailAddress: 'a@b', GroupID: 'e'.repeat(24) }, /Group id not found/],
    [{ EmailAddress: '' }, /EmailAddress/],
    [{ EmailAddress: 'a@b', ForSection: 'portal' }, /section/],
  ] as const) {
    const reply = await org.api.post('/api/sso', body)
    assert.equal(reply.status, 400)
    assert.match(reply.text, words)
  }
  const unknown = { ForSection: 'dashboard', EmailAddress: 'a@b', OrgID: 'e'.repeat(24) }
  const reply = await adminOf(server).post('/admin/sso', unknown)
  assert.match(
    reply.text,
    /^\{"Status":"Error","Message":"Cannot create an SSO session for an invalid payload: Org id not found/,
  )
})
