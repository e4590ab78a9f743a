import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { dashboardAs } from '../support/client.ts'
import {
  asAdministrator,
  confirmIdentity,
  newWindow,
  signIn,
  useBrowserWorld,
  watchedPage,
  world,
} from './support/world.ts'

useBrowserWorld()

const admin = () => dashboardAs(world.server, world.administrator.accessKey)

/** Makes a user by the API. @returns its id */
async function makeUser(email: string, more: object = {}): Promise<string> {
  const user = { first_name: 'Ann', last_name: 'Lee', email_address: email, password: 'first password' }
  const permissions = { user_permissions: { keys: 'read' }, active: true }
  return String((await admin().post('/api/users', { ...user, ...permissions, ...more })).at('Meta'))
}

test('the credentials of a user stand at the end of the page that Edit leads to, with the Organisation ID', () =>
  asAdministrator(async (page) => {
    await page.goto('/')
    await page.getByRole('link', { name: 'Users', exact: true }).click()
    for (const name of ['FIRST NAME', 'LAST NAME', 'USER ID', 'USER EMAIL', 'STATUS']) {
      await page.getByRole('columnheader', { name }).waitFor()
    }
    await page.getByRole('searchbox').fill(world.administrator.email)
    await page.getByRole('link', { name: `Edit ${world.administrator.email}` }).click()
    const credentials = page.getByRole('region', { name: 'Dashboard API Access Credentials' })
    assert.equal((await credentials.innerText()).includes(world.administrator.accessKey), false)
    await credentials.getByRole('button', { name: 'Show access key' }).click()
    await confirmIdentity(page, world.administrator.password)
    await credentials.getByText(world.administrator.accessKey).waitFor()
    const organisation = page.getByRole('region', { name: 'Organisation ID' })
    await organisation.getByRole('button', { name: 'Copy Organisation ID' }).click()

    assert.match(String(await page.evaluate('navigator.clipboard.readText()')), /^[0-9a-f]{24}$/)
  }))

test('a user is added with a row of the table, and signs in with what it opens', async () => {
  await asAdministrator(async (page) => {
    await page.goto('/users')
    await page.getByRole('link', { name: 'ADD USER' }).click()
    await page.getByLabel('First Name').fill('Bo')
    await page.getByLabel('Last Name').fill('Madsen')
    const save = page.getByRole('button', { name: 'Save' })
    assert.equal(await save.isDisabled(), true)
    await page.getByText('Give an e-mail address').waitFor()
    await page.getByLabel('Email Address').fill('bo@example.com')
    await page.getByRole('textbox', { name: 'Password', exact: true }).fill('first password')
    await page.getByText('Give a permission, or choose a group').waitFor()
    await page.getByRole('radio', { name: 'Keys / Tokens: Write' }).check()
    await save.click()
    await page.getByRole('heading', { name: 'Bo Madsen' }).waitFor()

    assert.equal(await page.getByRole('radio', { name: 'Keys / Tokens: Write' }).isChecked(), true)
    assert.equal(await page.getByRole('radio', { name: 'APIs: None' }).isChecked(), true)
  })
  const context = await newWindow(world)
  const { page } = await watchedPage(context)
  await signIn(page, { email: 'bo@example.com', password: 'first password' })
  await page.getByRole('link', { name: 'Keys', exact: true }).waitFor()
  assert.equal(await page.getByRole('link', { name: 'Policies', exact: true }).count(), 0)
  await context.close()
})

test('a user that is opened and changed in one place is sent with that one difference, unknown fields and all', () =>
  asAdministrator(async (page) => {
    const id = await makeUser('odd@example.com', {
      'x-badge': { floor: 3 },
      user_permissions: { keys: 'read', billing: 'write' },
    })
    const before = (await admin().get(`/api/users/${id}`)).json as Record<string, unknown>
    await page.goto(`/users/${id}`)
    await page.getByText('Nothing has been changed').waitFor()
    await page.getByRole('radio', { name: 'billing: Write' }).waitFor()
    await page.getByLabel('Last Name').fill('Ng')
    await save(page)
    await page.getByText('Nothing has been changed').waitFor()
    const after = (await admin().get(`/api/users/${id}`)).json as Record<string, unknown>

    assert.deepEqual(after, { ...before, last_name: 'Ng' })
  }))

test('making an administrator and taking it back leaves the permissions as they were', () =>
  asAdministrator(async (page) => {
    const id = await makeUser('switch@example.com')
    await page.goto(`/users/${id}`)
    const admins = page.getByRole('switch', { name: 'Account is admin' })
    await admins.check({ force: true })
    await page.getByText('1 change not saved yet').waitFor()
    await admins.uncheck({ force: true })

    await page.getByText('Nothing has been changed').waitFor()
  }))

test('a group that is changed in one place is sent with that one difference, unknown fields and all', () =>
  asAdministrator(async (page) => {
    const group = { name: 'Odd group', 'x-own': [null], user_permissions: { keys: 'admin', billing: 'deny' } }
    const id = (await admin().post('/api/usergroups', group)).textAt('Meta')
    const before = (await admin().get(`/api/usergroups/${id}`)).json as Record<string, unknown>
    await page.goto(`/user-groups/${id}`)
    await page.getByText('Nothing has been changed').waitFor()
    await page.getByRole('radio', { name: 'APIs: Read' }).check()
    await page.getByRole('radio', { name: 'APIs: None' }).check()
    await page.getByText('Nothing has been changed').waitFor()
    await page.getByRole('textbox', { name: 'Description' }).fill('Changed')
    await save(page)
    await page.getByText('Nothing has been changed').waitFor()
    const after = (await admin().get(`/api/usergroups/${id}`)).json as Record<string, unknown>

    assert.deepEqual(after, { ...before, description: 'Changed' })
  }))

test('a user is shut out, and deleted after a question that names them', () =>
  asAdministrator(async (page) => {
    const id = await makeUser('leaves@example.com')
    await page.goto(`/users/${id}`)
    await page.getByRole('button', { name: 'Actions' }).click()
    await page.getByRole('menuitem', { name: 'Shut out' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Shut out' }).click()
    await page.getByText('Inactive', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Actions' }).click()
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    const dialog = page.getByRole('dialog', { name: 'Delete the user leaves@example.com?' })
    await dialog.getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('heading', { name: 'Users', exact: true }).waitFor()

    assert.equal((await admin().get(`/api/users/${id}`)).status, 404)
  }))

test('a group gives its permissions to a member, and says what its deletion takes away', () =>
  asAdministrator(async (page) => {
    const id = await makeUser('member@example.com')
    await page.goto('/user-groups')
    await page.getByRole('link', { name: 'CREATE', exact: true }).click()
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Support')
    await page.getByRole('radio', { name: 'Policies: Read' }).check()
    await page.getByRole('button', { name: 'CREATE' }).click()
    await page.getByRole('heading', { level: 1, name: 'Support' }).waitFor()
    await page.goto(`/users/${id}`)
    await page.getByRole('combobox', { name: 'User group' }).click()
    await page.getByRole('option', { name: 'Support' }).click()
    await save(page)
    await page.getByText('Nothing has been changed').waitFor()
    await page.goto('/user-groups')
    await page.getByRole('link', { name: 'Support' }).click()
    await page.getByRole('region', { name: 'Members' }).getByRole('link', { name: 'Ann Lee' }).waitFor()
    await page.getByRole('button', { name: 'Delete' }).click()

    await page
      .getByRole('dialog')
      .getByText(/Its 1 member may do nothing/)
      .waitFor()
  }))

async function save(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Save' }).click()
}
