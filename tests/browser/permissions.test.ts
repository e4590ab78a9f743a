import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Page } from 'playwright-core'
import { dashboardAs } from '../support/client.ts'
import { newWindow, signIn, useBrowserWorld, watchedPage, world } from './support/world.ts'

/** What is needed for something: a permission at a level, or any of several; `undefined` = only to be signed in. */
type Needs = readonly [permission: string | readonly string[], level: 'read' | 'write'] | undefined

/** Who looks: the permissions that are given, and what they mean, said a second time and in another way. */
type Role = {
  readonly name: string
  readonly permissions: Readonly<Record<string, string>>
  readonly may: (permission: string, level: 'read' | 'write') => boolean
}

const everyPermission = [
  'analytics',
  'users',
  'user_groups',
  'keys',
  'apis',
  'certs',
  'log',
  'policies',
  'hooks',
]

const roles: readonly Role[] = [
  {
    name: 'reader',
    permissions: Object.fromEntries(everyPermission.map((permission) => [permission, 'read'])),
    may: (_, level) => level === 'read',
  },
  { name: 'keys-writer', permissions: { keys: 'write' }, may: (permission) => permission === 'keys' },
  { name: 'administrator', permissions: { IsAdmin: 'admin' }, may: () => true },
]

const password = 'a password for all'
const ids = { policy: '', user: '', group: '', key: '', api: '' }

useBrowserWorld(async () => {
  const admin = dashboardAs(world.server, world.administrator.accessKey)
  const definition = (await admin.get('/api/apis?q=Demo')).at('apis', 0, 'api_definition') as {
    api_id: string
  }
  ids.api = definition.api_id
  const rights = { [ids.api]: { api_id: ids.api, api_name: 'Demo', versions: ['Default'] } }
  const policy = { name: 'Gold', access_rights: rights, rate: 10, per: 1 }
  ids.policy = (await admin.post('/api/portal/policies', policy)).textAt('Message')
  ids.key = (await admin.post('/api/keys', { alias: 'one', apply_policies: [ids.policy] })).textAt('key_hash')
  const group = { name: 'Support', user_permissions: { keys: 'read' } }
  ids.group = (await admin.post('/api/usergroups', group)).textAt('Meta')
  const make = (name: string, permissions: object) =>
    admin.post('/api/users', {
      first_name: name,
      last_name: 'User',
      email_address: `${name}@example.com`,
      password,
      active: true,
      user_permissions: permissions,
    })
  ids.user = (await make('looked-at', { keys: 'read' })).textAt('Meta')
  for (const { name, permissions } of roles) {
    const id = (await make(name, permissions)).textAt('Meta')
    // Of their own choice, so that no page reminds them of the given one.
    const accessKey = (await admin.get(`/api/users/${id}`)).textAt('access_key')
    await dashboardAs(world.server, accessKey).post(`/api/users/${id}/actions/reset`, {
      new_password: `${password} ${name}`,
    })
  }
})

const menu: readonly (readonly [label: string, needs: Needs])[] = [
  ['Overview', undefined],
  ['Explain a request', [['keys', 'log'], 'read']],
  ['Users', ['users', 'read']],
  ['APIs', ['apis', 'read']],
  ['Keys', ['keys', 'read']],
  ['Policies', ['policies', 'read']],
  ['Certificates', ['certs', 'read']],
  ['Webhooks', ['hooks', 'read']],
  ['User groups', ['user_groups', 'read']],
  ['Organisation', undefined],
]

/** Pages by their address; on each what is offered, by role and name, to whom. */
const pages = (): readonly {
  readonly path: string
  readonly needs: Needs
  readonly offers?: readonly (readonly ['link' | 'button', string | RegExp, Needs])[]
}[] => [
  { path: '/users', needs: ['users', 'read'], offers: [['link', 'ADD USER', ['users', 'write']]] },
  { path: '/users/new', needs: ['users', 'write'], offers: [['button', 'Save', ['users', 'write']]] },
  {
    path: `/users/${ids.user}`,
    needs: ['users', 'read'],
    offers: [
      ['button', 'Save', ['users', 'write']],
      ['button', 'Actions', ['users', 'write']],
      ['button', 'Reset key', ['users', 'write']],
    ],
  },
  { path: '/apis', needs: ['apis', 'read'], offers: [['link', /ADD NEW API/, ['apis', 'write']]] },
  { path: '/apis/new', needs: ['apis', 'write'] },
  { path: '/keys', needs: ['keys', 'read'], offers: [['link', 'CREATE', ['keys', 'write']]] },
  { path: '/keys/new', needs: ['keys', 'write'], offers: [['button', 'CREATE', ['keys', 'write']]] },
  { path: `/keys/${ids.key}`, needs: ['keys', 'read'] },
  { path: '/policies', needs: ['policies', 'read'], offers: [['link', 'CREATE', ['policies', 'write']]] },
  {
    path: '/policies/new',
    needs: ['policies', 'write'],
    offers: [['button', 'CREATE', ['policies', 'write']]],
  },
  {
    path: `/policies/${ids.policy}`,
    needs: ['policies', 'read'],
    offers: [
      ['button', 'Save', ['policies', 'write']],
      ['button', 'Delete', ['policies', 'write']],
      ['link', 'Duplicate', ['policies', 'write']],
    ],
  },
  {
    path: `/policies/${ids.policy}/document`,
    needs: ['policies', 'read'],
    offers: [['button', 'Review and save', ['policies', 'write']]],
  },
  { path: '/certificates', needs: ['certs', 'read'] },
  { path: '/certificates/new', needs: ['certs', 'write'] },
  { path: '/webhooks', needs: ['hooks', 'read'] },
  { path: '/webhooks/new', needs: ['hooks', 'write'] },
  {
    path: '/user-groups',
    needs: ['user_groups', 'read'],
    offers: [['link', 'CREATE', ['user_groups', 'write']]],
  },
  { path: '/user-groups/new', needs: ['user_groups', 'write'] },
  {
    path: `/user-groups/${ids.group}`,
    needs: ['user_groups', 'read'],
    offers: [
      ['button', 'Save', ['user_groups', 'write']],
      ['button', 'Delete', ['user_groups', 'write']],
    ],
  },
  { path: '/organisation', needs: undefined, offers: [['button', 'Save', ['administrators', 'write']]] },
  { path: '/profile', needs: undefined, offers: [['button', 'Reset key', undefined]] },
  { path: '/explain', needs: [['keys', 'log'], 'read'] },
]

/** What the server says itself, whatever the pages offer. Nothing here changes anything. */
const calls = (): readonly (readonly [method: string, path: string, needs: Needs])[] => [
  ['GET', '/api/users', ['users', 'read']],
  ['PUT', `/api/users/${ids.user}`, ['users', 'write']],
  ['DELETE', '/api/users/000000000000000000000000', ['users', 'write']],
  ['GET', '/api/apis', ['apis', 'read']],
  ['DELETE', '/api/apis/nothing', ['apis', 'write']],
  ['GET', '/api/keys', ['keys', 'read']],
  ['DELETE', '/api/keys/nothing', ['keys', 'write']],
  ['GET', '/api/portal/policies', ['policies', 'read']],
  ['DELETE', '/api/portal/policies/000000000000000000000000', ['policies', 'write']],
  ['GET', '/api/certs', ['certs', 'read']],
  ['GET', '/api/hooks', ['hooks', 'read']],
  ['GET', '/api/usergroups', ['user_groups', 'read']],
  ['PUT', `/api/usergroups/${ids.group}`, ['user_groups', 'write']],
  ['GET', '/api/session', undefined],
  ['GET', '/api/organisation', undefined],
]

suite('what is not permitted is neither offered nor done', () => {
  for (const role of roles) {
    test(`for the ${role.name}: menu, pages, buttons and the server agree`, async () => {
      const context = await newWindow(world)
      const { page, mishaps } = await watchedPage(context)
      try {
        await signIn(page, { email: `${role.name}@example.com`, password: `${password} ${role.name}` })
        const wrong = [
          ...(await wrongInMenu(page, role)),
          ...(await wrongOnPages(page, role, mishaps)),
          ...(await wrongInPalette(page, role)),
        ]
        const asked = mishaps.splice(0)
        wrong.push(...(await wrongFromServer(page, role)))

        assert.deepEqual(wrong, [])
        assert.deepEqual(asked, [])
      } finally {
        await context.close()
      }
    })
  }
})

async function wrongInMenu(page: Page, role: Role): Promise<string[]> {
  const links = page.getByRole('navigation', { name: 'Main' }).getByRole('link')
  const shown = await links.allInnerTexts()
  const expected = menu.filter(([, needs]) => isPermitted(role, needs)).map(([label]) => label)
  return shown.map((label) => label.trim()).join() === expected.join()
    ? []
    : [`the menu shows ${shown.join()}`]
}

async function wrongOnPages(page: Page, role: Role, mishaps: readonly string[]): Promise<string[]> {
  const wrong: string[] = []
  for (const { path, needs, offers = [] } of pages()) {
    const before = mishaps.length
    await page.goto(path)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await page.locator('[aria-busy="true"]').first().waitFor({ state: 'detached' })
    const isRefused = (await page.getByRole('heading', { level: 1, name: 'No permission' }).count()) > 0
    if (isRefused === isPermitted(role, needs)) {
      wrong.push(`${path} is ${isRefused ? 'refused' : 'shown'}`)
    }
    for (const [kind, name, needed] of offers) {
      const isExpected = isPermitted(role, needs) && isPermitted(role, needed)
      const control = page
        .locator('#content')
        .getByRole(kind, typeof name === 'string' ? { name, exact: true } : { name })
      // What is offered may take a moment to be drawn; what is not must not be there once the page stands.
      if (isExpected) await control.first().waitFor()
      else if ((await control.count()) > 0) wrong.push(`${path} offers ${name}`)
    }
    if (mishaps.length > before) wrong.push(`${path}: ${mishaps.slice(before).join(', ')}`)
  }
  return wrong
}

async function wrongInPalette(page: Page, role: Role): Promise<string[]> {
  await page.goto('/profile')
  await page.getByRole('heading', { level: 1, name: 'Profile' }).waitFor()
  await page.keyboard.press('Control+k')
  await page.getByRole('textbox', { name: 'Find or do' }).fill('Create a ')
  const commands = [
    ['Create a key', ['keys', 'write']],
    ['Create a policy', ['policies', 'write']],
    ['Create a user group', ['user_groups', 'write']],
    ['Create a webhook', ['hooks', 'write']],
  ] as const
  const wrong: string[] = []
  for (const [label, needs] of commands) {
    const command = page.getByRole('dialog').getByText(label, { exact: true })
    if (isPermitted(role, needs)) await command.waitFor()
    else if ((await command.count()) > 0) wrong.push(`the palette offers ${label}`)
  }
  return wrong
}

async function wrongFromServer(page: Page, role: Role): Promise<string[]> {
  const wrong: string[] = []
  for (const [method, path, needs] of calls()) {
    const data = method === 'PUT' ? {} : undefined
    const headers = { origin: world.origin }
    const answer = await page.request.fetch(path, { method, headers, ...(data && { data }) })
    const isRefused = answer.status() === 403
    if (isRefused === isPermitted(role, needs) || answer.status() === 401) {
      wrong.push(`${method} ${path} is answered with ${answer.status()}`)
    }
  }
  return wrong
}

function isPermitted(role: Role, needs: Needs): boolean {
  if (needs === undefined) return true
  const [permissions, level] = needs
  return [permissions].flat().some((permission) => role.may(permission, level))
}
