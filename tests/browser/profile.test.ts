import assert from 'node:assert/strict'
import { test } from 'node:test'
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

const ann = { email: 'ann@example.com', password: 'first password' }

useBrowserWorld(async () => {
  const admin = dashboardAs(world.server, world.administrator.accessKey)
  const user = { first_name: 'Ann', last_name: 'Lee', email_address: ann.email, password: ann.password }
  await admin.post('/api/users', { ...user, active: true, user_permissions: { keys: 'read' } })
})

test('the own password is changed where one stands, and ends the sessions in other browsers', async () => {
  const [other, context] = [await newWindow(world), await newWindow(world)]
  const elsewhere = await watchedPage(other)
  await signIn(elsewhere.page, ann)
  const { page, mishaps } = await watchedPage(context)
  await signIn(page, ann)
  await page.getByRole('button', { name: 'Account of Ann Lee' }).click()
  await page.getByRole('menuitem', { name: 'Profile' }).click()
  await page.getByRole('region', { name: 'Sessions' }).getByRole('listitem').nth(1).waitFor()
  await page.getByLabel('New password', { exact: true }).fill('a password of my own')
  await page.getByText('Repeat the new password').waitFor()
  await page.getByLabel('New password again', { exact: true }).fill('a password of my own')
  await page.getByRole('button', { name: 'Change the password' }).click()
  await page.getByText('Your new password is in force').waitFor()
  // The password is the user's own now, so that another change asks for it.
  await page.getByLabel('Current password', { exact: true }).waitFor()

  assert.deepEqual(mishaps, [])
  assert.equal((await elsewhere.page.request.get('/api/users/me')).status(), 401)
  assert.equal((await page.request.get('/api/users/me')).status(), 200)
  await Promise.all([other.close(), context.close()])
})

test('other sessions are listed, and ended one by one or all at once', () =>
  asAdministrator(async (page) => {
    const others = [await newWindow(world), await newWindow(world), await newWindow(world)]
    const pages = await Promise.all(others.map((context) => watchedPage(context)))
    for (const one of pages) await signIn(one.page, world.administrator)
    await page.goto('/profile')
    const sessions = page.getByRole('list', { name: 'Sessions' }).getByRole('listitem')
    await sessions.nth(3).waitFor()
    assert.equal(await sessions.getByText('This browser').count(), 1)
    await page.getByRole('button', { name: 'End the session of Chrome on Linux' }).first().click()
    await sessions.nth(3).waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Sign out everywhere else' }).click()
    const dialog = page.getByRole('dialog', { name: 'Sign out everywhere else?' })
    await dialog.getByText('2 other sessions will end').waitFor()
    await dialog.getByRole('button', { name: 'Sign out everywhere else' }).click()
    await page.getByText('This is the only session.').waitFor()

    const answers = await Promise.all(pages.map((one) => one.page.request.get('/api/users/me')))
    assert.deepEqual(
      answers.map((answer) => answer.status()),
      [401, 401, 401],
    )
    await Promise.all(others.map((context) => context.close()))
  }))

test('a reset access key is another one, and the old one is refused', async () => {
  const context = await newWindow(world)
  const { page } = await watchedPage(context)
  await signIn(page, { ...ann, password: 'a password of my own' })
  await page.goto('/profile')
  const credentials = page.getByRole('region', { name: 'Dashboard API Access Credentials' })
  await credentials.getByRole('button', { name: 'Copy access key' }).click()
  await confirmIdentity(page, 'a password of my own')
  await page.getByText('The access key is in the clipboard').waitFor()
  const old = String(await page.evaluate('navigator.clipboard.readText()'))
  await credentials.getByRole('button', { name: 'Reset key' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Reset key' }).click()
  await page.getByText('There is a new access key').waitFor()
  await credentials.getByRole('button', { name: 'Show access key' }).click()
  const shown = credentials.getByLabel('access key', { exact: true })
  await shown.filter({ hasText: /^[0-9a-f]{32}$/ }).waitFor()
  const renewed = await shown.innerText()

  assert.notEqual(renewed, old)
  assert.equal((await dashboardAs(world.server, old).get('/api/users/me')).status, 401)
  assert.equal((await dashboardAs(world.server, renewed).get('/api/users/me')).status, 200)
  await context.close()
})

test('the theme that is chosen is the theme of the page', () =>
  asAdministrator(async (page) => {
    await page.goto('/profile')
    await page.getByText('Dark', { exact: true }).click()
    assert.equal(await page.evaluate('document.documentElement.dataset.mantineColorScheme'), 'dark')
    await page.reload()

    assert.equal(await page.evaluate('document.documentElement.dataset.mantineColorScheme'), 'dark')
  }))

test('the organisation gets another name, and nothing else of it changes', () =>
  asAdministrator(async (page) => {
    const admin = dashboardAs(world.server, world.administrator.accessKey)
    const before = (await admin.get('/api/organisation')).json as Record<string, unknown>
    await page.goto('/organisation')
    await page.getByText('Nothing has been changed').waitFor()
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Acme')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('heading', { level: 1, name: 'Acme' }).waitFor()
    const after = (await admin.get('/api/organisation')).json as Record<string, unknown>

    assert.deepEqual(after, { ...before, owner_name: 'Acme' })
  }))
