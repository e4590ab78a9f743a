import assert from 'node:assert/strict'
import { test } from 'node:test'
import { axeFindings } from './support/axe.ts'
import { asAdministrator, newWindow, signIn, useBrowserWorld, watchedPage, world } from './support/world.ts'

useBrowserWorld()

test('who is not signed in sees the sign-in page at any address, without a mishap, in both themes', async () => {
  for (const scheme of ['light', 'dark'] as const) {
    const context = await newWindow(world, { scheme, width: 390 })
    const { page, mishaps } = await watchedPage(context)
    await page.goto('/apis')
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()

    assert.deepEqual(await axeFindings(page), [])
    assert.deepEqual(mishaps, [])
    assert.equal(await page.title(), 'Sign in · Tollgate')
    await context.close()
  }
})

test('a wrong password is told in the form, and the right one leads to the page that was asked for', async () => {
  const context = await newWindow(world)
  const { page } = await watchedPage(context)
  await page.goto('/apis')
  await page.getByLabel('E-mail').fill(world.administrator.email)
  await page.getByLabel('Password', { exact: true }).fill('not-the-password')
  await page.keyboard.press('Enter')
  await page.getByRole('alert').getByText('Credentials are incorrect').waitFor()
  await page.getByLabel('Password', { exact: true }).fill(world.administrator.password)
  await page.keyboard.press('Enter')

  await page.getByRole('heading', { name: 'Created APIs' }).waitFor()
  await context.close()
})

test('signing out ends the session, for the back button too', () =>
  asAdministrator(async (page) => {
    await page.goto('/apis')
    await page.getByRole('heading', { name: 'Created APIs' }).waitFor()
    await page.getByRole('button', { name: /^Account of/ }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await page.goBack()

    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    const answer = await page.request.get('/api/users/me')
    assert.equal(answer.status(), 401)
  }))

test('a session that ends meanwhile is renewed over the page, which keeps what was typed', () =>
  asAdministrator(
    async (page) => {
      await page.goto('/apis')
      await page
        .getByRole('link', { name: 'Demo' })
        .or(page.getByText('Demo', { exact: true }))
        .first()
        .waitFor()
      await page.context().clearCookies()
      await page.getByRole('searchbox').fill('Dem')
      const dialog = page.getByRole('dialog', { name: 'Your session has ended' })
      await dialog.getByLabel('Password', { exact: true }).fill(world.administrator.password)
      await dialog.getByRole('button', { name: 'Sign in' }).click()
      await dialog.waitFor({ state: 'hidden' })

      assert.equal(await page.getByRole('searchbox').inputValue(), 'Dem')
      await page.getByText('Demo', { exact: true }).waitFor()
    },
    {},
    (mishap) => mishap.includes('401'),
  ))

test('nothing of the session can be read by a script, and the browser keeps no secret', async () => {
  const context = await newWindow(world)
  const { page } = await watchedPage(context)
  await signIn(page, world.administrator)
  const kept = await page.evaluate(
    'JSON.stringify([document.cookie, {...localStorage}, {...sessionStorage}])',
  )

  assert.equal(String(kept).includes('authorisation'), false)
  assert.equal(/[0-9a-f]{32}/.test(String(kept)), false)
  await context.close()
})

test('the password of the first start is called to mind, and replaced without leaving the page', () =>
  asAdministrator(async (page) => {
    await page.goto('/apis')
    await page.getByRole('button', { name: 'Choose your own' }).click()
    const dialog = page.getByRole('dialog', { name: 'Choose a password of your own' })
    await dialog.getByLabel('New password').fill('a password of my own')
    await dialog.getByRole('button', { name: 'Change the password' }).click()
    await page.getByText('Your new password is in force').waitFor()
    await page.getByRole('button', { name: 'Choose your own' }).waitFor({ state: 'detached' })
    await page.reload()

    await page.getByRole('heading', { name: 'Created APIs' }).waitFor()
  }))
