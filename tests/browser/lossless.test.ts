import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dashboardAs } from '../support/client.ts'
import { asAdministrator, useBrowserWorld, world } from './support/world.ts'

/**
 * The lossless rule, for every form (the designer of APIs, which has tabs, keeps it in its own file): a stored document
 * with fields that nobody knows and odd values is opened without a change, and saved with one change differs in it alone.
 */

useBrowserWorld()

const admin = () => dashboardAs(world.server, world.administrator.accessKey)

/** Values that a document may hold where nobody asks for them. */
const ODD = { 'x-own': { deep: [null, { b: 0.1 }], '': '' }, x_flag: false, x_empty: '' } as const

/** An odd right to the API that the first start made. */
async function demoRights(): Promise<object> {
  const { api_id = '', name } = (await admin().get('/api/apis?q=Demo')).at(
    'apis',
    0,
    'api_definition',
  ) as Record<string, string>
  return {
    [api_id]: { api_id, api_name: name, versions: ['Default'], allowed_urls: [], limit: null, ...ODD },
  }
}

/** A form: how its document comes to be, where it is opened and read, and the one field that is changed. */
type Form = {
  readonly kind: string
  /** @returns id */
  readonly make: () => Promise<string>
  readonly page: (id: string) => string
  readonly resource: (id: string) => string
  /** Label of the field, where it stands in the document, and its new value. */
  readonly change: {
    readonly label: string
    readonly path: readonly [string, ...string[]]
    readonly value: string
  }
}

const forms: readonly Form[] = [
  {
    kind: 'key',
    make: async () => {
      const made = await admin().post('/api/keys', {
        alias: 'odd',
        rate: 0.5,
        per: 1.5,
        quota_max: -7,
        tags: ['', 'a', 'a'],
        meta_data: { list: [1], '': 'empty' },
        smoothing: null,
        access_rights: await demoRights(),
        ...ODD,
      })
      assert.equal(made.status, 200, made.text)
      return made.textAt('key_hash')
    },
    page: (id) => `/keys/${id}?tab=edit`,
    resource: (id) => `/api/keys/${id}`,
    change: { label: 'Alias', path: ['data', 'alias'], value: 'renamed' },
  },
  {
    kind: 'policy',
    make: async () => {
      const body = {
        name: 'odd',
        rate: 0.5,
        per: 1.5,
        tags: null,
        rates: null,
        partitions: { quota: true },
        ...ODD,
      }
      const made = await admin().post('/api/portal/policies', { access_rights: await demoRights(), ...body })
      assert.equal(made.status, 200, made.text)
      return made.textAt('Message')
    },
    page: (id) => `/policies/${id}`,
    resource: (id) => `/api/portal/policies/${id}`,
    change: { label: 'Name', path: ['name'], value: 'renamed' },
  },
  {
    kind: 'user',
    make: async () => {
      const user = {
        first_name: ' odd ',
        last_name: '',
        email_address: 'odd@example.com',
        password: 'ojK3!mmw9-qq',
      }
      const made = await admin().post('/api/users', {
        ...user,
        active: true,
        user_permissions: { apis: 'read' },
        ...ODD,
      })
      assert.equal(made.status, 200, made.text)
      return made.textAt('Meta')
    },
    page: (id) => `/users/${id}`,
    resource: (id) => `/api/users/${id}`,
    change: { label: 'Last Name', path: ['last_name'], value: 'renamed' },
  },
  {
    kind: 'user group',
    make: async () => {
      const made = await admin().post('/api/usergroups', { name: 'odd', user_permissions: {}, ...ODD })
      assert.equal(made.status, 200, made.text)
      return made.textAt('Meta')
    },
    page: (id) => `/user-groups/${id}`,
    resource: (id) => `/api/usergroups/${id}`,
    change: { label: 'Description', path: ['description'], value: 'renamed' },
  },
  {
    kind: 'webhook',
    make: async () => {
      const hook = {
        name: 'odd',
        method: 'PATCH',
        target_path: 'http://127.0.0.1:1/',
        header_map: null,
        ...ODD,
      }
      const made = await admin().post('/api/hooks', hook)
      assert.equal(made.status, 200, made.text)
      const { hooks } = (await admin().get('/api/hooks')).json as { hooks: { id: string; name: string }[] }
      return hooks.find(({ name }) => name === 'odd')?.id ?? ''
    },
    page: (id) => `/webhooks/${id}`,
    resource: (id) => `/api/hooks/${id}`,
    change: { label: 'Name', path: ['name'], value: 'renamed' },
  },
  {
    kind: 'organisation',
    make: async () => '',
    page: () => '/organisation',
    resource: () => '/api/organisation',
    change: { label: 'Slug', path: ['owner_slug'], value: 'renamed' },
  },
]

for (const { kind, make, page: address, resource, change } of forms)
  test(`a ${kind} that is odd is opened without a change, and saved with one it differs in it alone`, () =>
    asAdministrator(async (page) => {
      const id = await make()
      const before = (await admin().get(resource(id))).json
      await page.goto(address(id))
      await page.getByText('Nothing has been changed').waitFor()
      for (let presses = 0; presses < 60; presses++) await page.keyboard.press('Tab')
      await page.getByText('Nothing has been changed').waitFor()

      await page.getByRole('textbox', { name: change.label, exact: true }).fill(change.value)
      await page.getByText('1 change not saved yet').waitFor()
      const sending = page.waitForRequest((request) => request.method() === 'PUT')
      await page.getByRole('button', { name: /^save/i }).click()
      const request = await sending
      assert.equal((await request.response())?.status(), 200, await (await request.response())?.text())
      const sent = request.postDataJSON()
      await page.getByText('Nothing has been changed').waitFor()

      const [last = ''] = change.path.slice(-1)
      const whole = change.path[0] === 'data' ? (before as { data: object }).data : (before as object)
      // A user's access key is a secret: the page does not hold it, and the server keeps it.
      const { access_key: _secret, ...shown } = whole as Record<string, unknown>
      assert.deepEqual(sent, { ...shown, [last]: change.value })
      const after = (await admin().get(resource(id))).json
      const kept = change.path[0] === 'data' ? (after as { data: object }).data : (after as object)
      assert.deepEqual({ ...kept, ...times }, { ...whole, [last]: change.value, ...times })
    }))

/** What the server writes itself when it saves. */
const times = { last_updated: '', updated_at: '' }
