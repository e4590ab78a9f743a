import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Page } from 'playwright-core'
import { dashboardAs } from '../support/client.ts'
import { objectOf } from '../support/http.ts'
import { asAdministrator, newWindow, signIn, useBrowserWorld, watchedPage, world } from './support/world.ts'

/** The designer, and the lossless rule: what it does not know, or does not touch, it sends back as it was. */

useBrowserWorld()

const tabs = ['Core settings', 'Authentication', 'Versions', 'Endpoints', 'Advanced', 'Definition'] as const

const proxy = (name: string) => ({ listen_path: `/${name}/`, target_url: 'http://127.0.0.1:1/' })
const actions = { GET: { action: 'no_action', code: 200, data: '', headers: { 'x-a': 'b' }, mine: [1] } }

/** Documents that the server takes, each odd in its own way. */
const documents: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'as small as can be': { name: 'smallest', proxy: proxy('smallest') },
  'with null wherever it may be': {
    name: 'nulls',
    auth: null,
    auth_configs: null,
    definition: null,
    global_rate_limit: null,
    CORS: null,
    allowed_ips: null,
    event_handlers: null,
    upstream_certificates: null,
    proxy: { ...proxy('nulls'), target_list: null, transport: null },
    version_data: {
      not_versioned: true,
      versions: { Default: { name: 'Default', paths: null, extended_paths: null, global_headers: null } },
    },
  },
  'with fields nobody knows and values that are odd': {
    name: ' odd ',
    unknown: { a: [null, { b: 0.1 }], '': '' },
    max_concurrency: -7,
    session_lifetime: 10 ** 15,
    expiration: '-1',
    use_keyless: false,
    tags: ['', 'a'],
    auth_configs: {
      authToken: { auth_header_name: 'x-key', unknown: 1 },
      jwt: { auth_header_name: 'x-jwt' },
    },
    enable_jwt: true,
    jwt_source: 'aGk=',
    global_rate_limit: { rate: 0.5, per: -1, disabled: true, mine: 'x' },
    protocol: 'odd',
    proxy: {
      ...proxy('odd'),
      transport: { ssl_min_version: 771, ssl_max_version: '1.3', ssl_ciphers: null, mine: true },
      service_discovery: { use_discovery_service: false, query_endpoint: '' },
    },
    upstream_certificates: { '*': 'not-in-the-store' },
    certificates: ['gone'],
    custom_middleware: { pre: [{ name: 'x', path: 'y.js' }], driver: 'otto' },
    event_handlers: {
      events: { QuotaExceeded: [{ handler_name: 'eh_log_handler', handler_meta: { prefix: 'q' } }], Odd: [] },
    },
  },
  'with versions and every kind of rule': {
    name: 'rich',
    proxy: {
      ...proxy('rich'),
      enable_load_balancing: true,
      target_list: ['http://127.0.0.1:1/', '127.0.0.1:2'],
    },
    enable_ip_whitelisting: true,
    allowed_ips: ['127.0.0.1', 'not an address'],
    definition: {
      location: 'url',
      key: '',
      url_versioning_pattern: '^v[0-9]+$',
      strip_versioning_data: true,
    },
    version_data: {
      not_versioned: false,
      default_version: 'v 1.0',
      versions: {
        'v 1.0': {
          name: 'another name',
          expires: '2999-01-01 00:00',
          use_extended_paths: true,
          extended_paths: {
            ignored: [{ path: '/free', method_actions: actions }],
            white_list: [],
            black_list: [{ path: '/black/{id}', method: 'PURGE', disabled: true, mine: {} }],
            transform_headers: [
              { path: '/x', method: 'GET', delete_headers: null, add_headers: { 'x-z': '1' } },
            ],
            size_limits: [{ path: '/x', method: 'POST', size_limit: -1 }],
            hard_timeouts: [{ path: '/x', method: 'GET', timeout: 0.25 }],
            rate_limit: [{ path: '/x', method: 'GET', rate: 1e15, per: 3601, algorithm: '' }],
            request_costs: [{ path: '/x', method: 'GET', cost: 0 }],
            mock_response: [{ path: '/m', method: 'GET', code: 999 }],
            url_rewrites: [{ path: '/u', method: 'GET', match_pattern: '(', rewrite_to: '' }],
            cache: ['/c', '/c'],
          },
        },
        plain: { use_extended_paths: false, paths: { black_list: ['/b', '/b'], ignored: null }, odd: 1 },
      },
    },
  },
}

const administrator = () => dashboardAs(world.server, world.administrator.accessKey)

/** Stores a document and reads it back: what the server has made of it is what counts. */
async function stored(definition: Readonly<Record<string, unknown>>, more: object = {}) {
  const api = administrator()
  const made = await api.post('/api/apis', { api_definition: definition, ...more })
  assert.equal(made.status, 200, made.text)
  const id = made.textAt('ID')
  return { id, document: JSON.parse((await api.get(`/api/apis/${id}`)).text) }
}

/** Opens every tab, and goes through every control of it by the keyboard. */
async function lookAtEverything(page: Page): Promise<void> {
  for (const tab of tabs) {
    await page.getByRole('tab', { name: tab }).click()
    await page.getByRole('tabpanel', { name: tab }).waitFor()
    if (tab === 'Definition') await page.getByRole('textbox', { name: 'API definition' }).waitFor()
    for (let presses = 0; presses < 45; presses++) await page.keyboard.press('Tab')
  }
}

suite('the lossless rule', () => {
  for (const [what, definition] of Object.entries(documents)) {
    test(`a definition ${what} is looked at on every tab without a change, and one change is the only one`, () =>
      asAdministrator(async (page) => {
        const { id, document } = await stored(definition, { odd_wrapper: { a: 1 } })
        await page.goto(`/apis/${id}/core`)
        await lookAtEverything(page)
        await page.getByText('Nothing has been changed').waitFor()
        assert.equal(await page.getByRole('button', { name: 'Review and save' }).isEnabled(), false)

        await page.getByRole('tab', { name: 'Core settings' }).click()
        await page.getByLabel('API Name').fill('renamed')
        await page.getByText('1 change not saved yet').waitFor()
        const sending = page.waitForRequest((request) => request.method() === 'PUT')
        await page.getByRole('button', { name: 'SAVE' }).click()
        const sent = (await sending).postDataJSON()
        await page.getByText('Saved, and in force').waitFor()

        const renamed = { ...document, api_definition: { ...document.api_definition, name: 'renamed' } }
        assert.deepEqual(sent, renamed)
        const kept = JSON.parse((await administrator().get(`/api/apis/${id}`)).text)
        assert.deepEqual({ ...kept, updated_at: '' }, { ...renamed, updated_at: '' })
      }))
  }

  test('what is switched and switched back is no change', () =>
    asAdministrator(async (page) => {
      const { id } = await stored({ name: 'back and forth', proxy: proxy('back') })
      await page.goto(`/apis/${id}/authentication`)
      await page.getByRole('radio', { name: 'Open (Keyless)' }).click()
      await page.getByText('not saved yet').waitFor()
      await page.getByRole('radio', { name: 'Auth Token' }).click()
      await page.getByText('Nothing has been changed').waitFor()
    }))
})

test('a rule that is added to a path is obeyed as soon as it is saved, and one that is taken out is not', () =>
  asAdministrator(async (page) => {
    const { id } = await stored({ name: 'ruled', use_keyless: true, proxy: proxy('ruled') })
    const status = async () =>
      (await fetch(`http://127.0.0.1:${world.server.gateway.port}/ruled/ping`)).status
    await page.goto(`/apis/${id}/endpoints`)
    await page.getByRole('button', { name: 'Add a path' }).click()
    const editor = page.getByRole('dialog')
    await editor.getByLabel('Path', { exact: true }).fill('/ping')
    await editor.getByRole('button', { name: 'Add a rule' }).click()
    await page.getByRole('menuitem', { name: /^Mock reply/ }).click()
    await editor.getByLabel('Status').fill('203')
    await editor.getByRole('button', { name: 'Done' }).click()
    await page.getByText('Mock reply: 203').waitFor()
    await page.getByRole('button', { name: 'SAVE' }).click()
    await page.getByText('Nothing has been changed').waitFor()
    assert.equal(await status(), 203)

    await page.getByRole('button', { name: '/ping' }).click()
    await editor.getByRole('button', { name: 'Remove: Mock reply' }).click()
    await page.getByRole('button', { name: 'SAVE' }).click()
    await page.getByText('Nothing has been changed').waitFor()
    assert.notEqual(await status(), 203)
  }))

test('the definition is checked while it is typed, shows what saving changes, and keeps what nobody knows', () =>
  asAdministrator(async (page) => {
    const { id, document } = await stored({ name: 'raw', mine: { a: 1 }, proxy: proxy('raw') })
    await page.goto(`/apis/${id}/definition`)
    const editor = page.getByRole('textbox', { name: 'API definition' })
    const type = async (definition: object | string) => {
      await editor.click()
      await page.keyboard.press('Control+a')
      const typed = typeof definition === 'string' ? definition : JSON.stringify(definition)
      await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(typed)})`)
      await page.keyboard.press('Control+v')
    }
    await type('{ "name": ')
    await page.getByText('The definition is not valid JSON').waitFor()
    await type({ ...document.api_definition, proxy: { listen_path: 'x', target_url: 'http://a/' } })
    await page.getByText('proxy.listen_path: Must start with "/"').first().waitFor()
    await type({ ...document.api_definition, name: 'raw two' })
    await page.getByText('1 change not saved yet').waitFor()
    await page.getByRole('button', { name: 'Review and save' }).click()
    const dialog = page.getByRole('dialog', { name: /^What saving changes/ })
    await dialog.getByText('raw two').waitFor()
    await dialog.getByRole('button', { name: 'SAVE' }).click()
    await page.getByRole('heading', { level: 1, name: 'raw two' }).waitFor()

    const kept = JSON.parse((await administrator().get(`/api/apis/${id}`)).text)
    assert.deepEqual(kept.api_definition, { ...document.api_definition, name: 'raw two' })
  }))

test('an API is exported, imported switched off under its id, duplicated, switched on and deleted', () =>
  asAdministrator(async (page) => {
    const { id, document } = await stored({ name: 'Traveller', mine: [1], proxy: proxy('traveller') })
    await page.goto(`/apis/${id}`)
    await page.getByRole('button', { name: 'More about this API' }).click()
    const downloading = page.waitForEvent('download')
    await page.getByRole('menuitem', { name: 'Export as JSON' }).click()
    const file = await (await downloading).path()
    // Deleted: a key names it, so that its name has to be typed.
    const rights = { [id]: { api_id: id, api_name: 'Traveller', versions: ['Default'] } }
    await administrator().post('/api/keys', { alias: 'its-key', rate: 1, per: 1, access_rights: rights })
    await page.getByRole('button', { name: 'More about this API' }).click()
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    const dialog = page.getByRole('dialog', { name: 'Delete the API “Traveller”?' })
    await dialog.getByText('1 key').waitFor()
    await dialog.getByText('its-key').waitFor()
    await dialog.getByLabel('Type Traveller to go on').fill('Traveller')
    await dialog.getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('heading', { level: 1, name: 'Created APIs' }).waitFor()
    assert.equal((await administrator().get(`/api/apis/${id}`)).status, 400)
    // Imported again.
    await page.getByRole('link', { name: 'IMPORT API' }).click()
    await page.locator('input[type="file"]').setInputFiles(file)
    await page.getByText('“Traveller” can be imported').waitFor()
    await page.getByRole('button', { name: 'GENERATE API' }).click()
    await page.getByRole('heading', { level: 1, name: 'Traveller' }).waitFor()
    const imported = JSON.parse((await administrator().get(`/api/apis/${id}`)).text)
    const { id: _, ...kept } = objectOf(imported.api_definition)
    const { id: __, ...exported } = objectOf(document.api_definition)
    assert.deepEqual(kept, { ...exported, active: false })
    // Switched on in the list, by its own switch.
    await page.goto('/apis?q=Traveller')
    await page.getByRole('switch', { name: 'Traveller is active' }).click()
    await page.getByText('“Traveller” is in force').waitFor()
    assert.equal((await administrator().get(`/api/apis/${id}`)).at('api_definition', 'active'), true)
    // Duplicated.
    await page.getByRole('row', { name: /^Traveller/ }).click({ position: { x: 400, y: 8 } })
    await page.getByRole('heading', { level: 1, name: 'Traveller' }).waitFor()
    await page.getByRole('button', { name: 'More about this API' }).click()
    await page.getByRole('menuitem', { name: 'Duplicate' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Duplicate' }).click()
    await page.getByRole('heading', { level: 1, name: 'Traveller copy' }).waitFor()
    await page.getByText('Inactive', { exact: true }).waitFor()
  }))

test('leaving with changes asks first, and going among the tabs does not', () =>
  asAdministrator(async (page) => {
    const { id } = await stored({ name: 'asks', proxy: proxy('asks') })
    await page.goto(`/apis/${id}/core`)
    await page.getByLabel('API Name').fill('asks twice')
    await page.getByRole('tab', { name: 'Advanced' }).click()
    await page.getByRole('tab', { name: 'Core settings' }).click()
    assert.equal(await page.getByLabel('API Name').inputValue(), 'asks twice')
    await page.getByRole('link', { name: 'APIs', exact: true }).click()
    const dialog = page.getByRole('dialog', { name: 'Leave without saving?' })
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('button', { name: 'Discard' }).click()
    await page.getByText('Nothing has been changed').waitFor()
  }))

test('who may only read APIs sees all of one and is offered no change', async () => {
  await stored({ name: 'looked at', proxy: proxy('looked-at') })
  const reader = { email: 'reader@example.com', password: 'reads and reads' }
  const made = await administrator().post('/api/users', {
    first_name: 'Rea',
    last_name: 'Der',
    email_address: reader.email,
    password: reader.password,
    active: true,
    user_permissions: { apis: 'read' },
  })
  assert.equal(made.status, 200, made.text)
  const context = await newWindow(world)
  const { page, mishaps } = await watchedPage(context)
  await signIn(page, reader)
  await page.goto('/apis?q=looked')
  await page.getByRole('link', { name: 'looked at', exact: true }).click()
  await page.getByText('You may look at APIs, not change them.').waitFor()
  assert.equal(await page.getByLabel('API Name').isEnabled(), false)
  for (const tab of [...tabs, 'Try it', 'Who can call this']) {
    await page.getByRole('tab', { name: tab }).click()
    await page.getByRole('tabpanel', { name: tab }).waitFor()
    assert.equal(
      await page.getByRole('button', { name: /^(SAVE|Review and save|Add a path)$/ }).count(),
      0,
      tab,
    )
  }
  await page.getByRole('button', { name: 'More about this API' }).click()
  await page.getByRole('menuitem', { name: 'Export as JSON' }).waitFor()
  assert.equal(await page.getByRole('menuitem').count(), 1)
  await page.goto('/apis')
  await page.getByRole('heading', { level: 1, name: 'Created APIs' }).waitFor()
  assert.equal(await page.getByRole('link', { name: /ADD NEW API|IMPORT API/ }).count(), 0)
  assert.equal(await page.getByRole('switch').count(), 0)
  assert.deepEqual(mishaps, [])
  await context.close()
})
