import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dashboardAs } from '../support/client.ts'
import { asAdministrator, useBrowserWorld, world } from './support/world.ts'

useBrowserWorld()

const admin = () => dashboardAs(world.server, world.administrator.accessKey)

/** Rights to the API that the first start made. */
async function demoRights(): Promise<object> {
  const definition = (await admin().get('/api/apis?q=Demo')).at('apis', 0, 'api_definition') as Record<
    string,
    string
  >
  const { api_id = '', name } = definition
  return { [api_id]: { api_id, api_name: name, versions: ['Default'] } }
}

/** Makes a policy by the API. @returns its id */
async function makePolicy(policy: object): Promise<string> {
  const body = { access_rights: await demoRights(), rate: 100, per: 60, ...policy }
  return String((await admin().post('/api/portal/policies', body)).at('Message'))
}

test('a policy is created with a name and an access right, and the list shows it', () =>
  asAdministrator(async (page) => {
    await page.goto('/')
    await page.getByRole('link', { name: 'Policies', exact: true }).click()
    await page.getByRole('link', { name: 'CREATE', exact: true }).click()
    const create = page.getByRole('button', { name: 'CREATE' })
    await page.getByText('Give the policy a name').waitFor()
    assert.equal(await create.isDisabled(), true)
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Gold')
    await page.getByText(/^Click Add to give access to Demo/).waitFor()
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    await page.getByRole('switch', { name: 'Keys expire' }).check({ force: true })
    await create.click()
    await page.getByRole('heading', { level: 1, name: 'Gold' }).waitFor()
    await page.getByRole('link', { name: 'Policies', exact: true }).click()
    const row = page.getByRole('row', { name: /^Gold/ })
    await row.getByText('Active').waitFor()
    await row.getByText('Demo').waitFor()

    await row.getByRole('link', { name: '0 keys' }).waitFor()
  }))

test('a change tells how many keys it touches, and differs in its one place, unknown fields and all', () =>
  asAdministrator(async (page) => {
    const id = await makePolicy({ name: 'Odd', 'x-own': { deep: [1, null] }, smoothing: null })
    for (const alias of ['one', 'two']) await admin().post('/api/keys', { alias, apply_policies: [id] })
    const before = (await admin().get(`/api/portal/policies/${id}`)).json as Record<string, unknown>
    await page.goto(`/policies/${id}`)
    await page.getByText('Nothing has been changed').waitFor()
    await page.getByRole('textbox', { name: 'Requests', exact: true }).fill('60')
    await page.getByRole('button', { name: 'Save' }).click()
    const dialog = page.getByRole('dialog', { name: 'Change the policy “Odd”?' })
    await dialog.getByText('This applies to 2 keys at once.').waitFor()
    await dialog.getByText('rate: 100 → 60').waitFor()
    await dialog.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Nothing has been changed').waitFor()
    const after = (await admin().get(`/api/portal/policies/${id}`)).json as Record<string, unknown>

    assert.deepEqual({ ...after, last_updated: '' }, { ...before, rate: 60, last_updated: '' })
  }))

test('odd policies are shown as they are, and clicking to and fro leaves no difference', () =>
  asAdministrator(async (page) => {
    const odd = [
      { name: 'Nothing but rights', rate: undefined, per: undefined },
      { name: 'Nulls', tags: null, meta_data: null, smoothing: null, auth_types: null, rates: null },
      { name: 'Fractions', rate: 0.5, per: 1.5, quota_max: -1, max_query_depth: -1, throttle_interval: -1 },
      { name: 'Old', is_inactive: true, active: true, partitions: { quota: true }, key_expires_in: 90_061 },
      { name: 'Own', 'x-own': [{ deep: null }], meta_data: { list: [1], '': 'empty' }, tags: ['', 'a', 'a'] },
    ]
    for (const policy of odd) {
      const id = await makePolicy(policy)
      await page.goto(`/policies/${id}`)
      await page.getByText('Nothing has been changed').waitFor()
      const state = page.getByRole('combobox', { name: 'State' })
      const before = await state.inputValue()
      for (const option of ['Draft: not offered for new keys', before]) {
        await state.click()
        await page.getByRole('option', { name: option }).click()
      }
      const chosen = page
        .getByRole('radiogroup', { name: 'Of its keys, this policy governs' })
        .getByRole('radio', { checked: true })
      const reach = (await chosen.getAttribute('value')) ?? ''
      const parts = await page.getByRole('checkbox', { name: 'Quota' }).count()
      await page.getByRole('radio', { name: 'Each API by itself' }).check()
      await page.locator(`input[type=radio][value=${reach}]`).check()
      if (parts > 0) await page.getByRole('checkbox', { name: 'Quota' }).check()

      await page.getByText(/^(Nothing has been changed|\d+ changes? not saved yet)$/).waitFor()
      assert.equal(await page.getByText('Nothing has been changed').count(), 1, policy.name)
    }
  }))

test('the keys that list a policy are shown with what becomes of them', () =>
  asAdministrator(async (page) => {
    const id = await makePolicy({ name: 'Listed' })
    await admin().post('/api/keys', { alias: 'orders-service', apply_policies: [id] })
    await admin().post('/api/keys', { alias: 'off-service', apply_policies: [id], is_inactive: true })
    await page.goto('/policies')
    await page
      .getByRole('row', { name: /^Listed/ })
      .getByRole('link', { name: '2 keys' })
      .click()
    const table = page.getByRole('table', { name: 'Keys with this policy' })

    await table.getByRole('row', { name: /^orders-service.*Open/ }).waitFor()
    await table.getByRole('row', { name: /^off-service.*Disabled/ }).waitFor()
  }))

test('partitions are chosen in words, and one part at least', () =>
  asAdministrator(async (page) => {
    const id = await makePolicy({ name: 'Partly' })
    await page.goto(`/policies/${id}`)
    await page.getByRole('radio', { name: 'Only some parts' }).check()
    await page.getByRole('checkbox', { name: 'Access rights' }).check()
    await page.getByText('This policy governs neither rate nor quota').waitFor()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Nothing has been changed').waitFor()
    const saved = await admin().get(`/api/portal/policies/${id}`)
    assert.equal(saved.at('partitions', 'acl'), true)
    await page.getByRole('radio', { name: 'Everything' }).check()
    await page.getByRole('radio', { name: 'Only some parts' }).check()
    await page.getByText('Tick a part that it governs').waitFor()
    await page.getByRole('checkbox', { name: 'Access rights' }).check()

    await page.getByText('Nothing has been changed').waitFor()
  }))

test('a policy is duplicated without its ids', () =>
  asAdministrator(async (page) => {
    const id = await makePolicy({ name: 'Silver', id: 'silver', tags: ['paid'] })
    await page.goto(`/policies/${id}`)
    await page.getByRole('link', { name: 'Duplicate' }).click()
    await page.getByRole('button', { name: 'CREATE' }).click()
    await page.getByRole('heading', { level: 1, name: 'Silver (copy)' }).waitFor()
    const found = await admin().get('/api/portal/policies?q=Silver&page_size=10&sort=name')

    assert.equal(found.at('Total'), 2)
    assert.deepEqual(found.at('Data', 1, 'tags'), ['paid'])
    assert.notEqual(found.at('Data', 1, '_id'), id)
  }))

test('a document that is no policy is told so, and one that is saved shows its difference first', () =>
  asAdministrator(async (page) => {
    const id = await makePolicy({ name: 'Raw' })
    await page.goto(`/policies/${id}/document`)
    const editor = page.getByRole('textbox', { name: 'Policy as JSON' })
    await editor.waitFor()
    await page.getByText('Nothing has been changed').waitFor()
    const before = JSON.stringify((await admin().get(`/api/portal/policies/${id}`)).json, null, 2)
    await editor.fill(before.replace('"rate": 100', '"rate": "many"'))
    await page.getByText(/^rate: /).waitFor()
    await editor.fill(before.replace('"rate": 100', '"rate": 7'))
    await page.getByRole('button', { name: 'Review and save' }).click()
    const dialog = page.getByRole('dialog', { name: 'Save this document?' })
    await dialog.getByText('No key lists this policy yet.').waitFor()
    await dialog.getByText('"rate": 7').waitFor()
    await dialog.getByRole('button', { name: 'Save' }).click()
    await dialog.waitFor({ state: 'hidden' })

    assert.equal((await admin().get(`/api/portal/policies/${id}`)).at('rate'), 7)
  }))

test('a policy that keys list is deleted only when its name is typed', () =>
  asAdministrator(async (page) => {
    const id = await makePolicy({ name: 'Doomed' })
    await admin().post('/api/keys', { alias: 'loses', apply_policies: [id] })
    await page.goto(`/policies/${id}`)
    await page.getByRole('tab', { name: 'Keys (1)' }).waitFor()
    await page.getByRole('button', { name: 'Delete' }).click()
    const dialog = page.getByRole('dialog', { name: 'Delete the policy “Doomed”?' })
    await dialog.getByText('1 key will lose what it gives').waitFor()
    const button = dialog.getByRole('button', { name: 'Delete' })
    assert.equal(await button.isDisabled(), true)
    await dialog.getByLabel('Type Doomed to go on').fill('Doomed')
    await button.click()
    await page.getByRole('heading', { level: 1, name: 'Policies' }).waitFor()

    assert.equal((await admin().get(`/api/portal/policies/${id}`)).status, 404)
  }))
