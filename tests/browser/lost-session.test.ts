import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dashboardAs } from '../support/client.ts'
import { asAdministrator, useBrowserWorld, world } from './support/world.ts'

useBrowserWorld()

const isExpected = (mishap: string) => mishap.includes('401')

test('a session that ends while a form is filled in asks for sign-in over it, then saves what was entered', () =>
  asAdministrator(
    async (page) => {
      await page.goto('/webhooks/new')
      await page.getByRole('textbox', { name: 'Name', exact: true }).fill('kept')
      await page.getByRole('textbox', { name: 'Target URL' }).fill('https://events.example/kept')
      await page.context().clearCookies()
      await page.getByRole('button', { name: 'CREATE' }).click()
      const dialog = page.getByRole('dialog', { name: 'Your session has ended' })
      assert.equal(await dialog.getByLabel('E-mail').inputValue(), world.administrator.email)
      await dialog.getByLabel('Password', { exact: true }).fill('a wrong one')
      await page.keyboard.press('Enter')
      await dialog.getByRole('alert').waitFor()
      await dialog.getByLabel('Password', { exact: true }).fill(world.administrator.password)
      await page.keyboard.press('Enter')
      await dialog.waitFor({ state: 'hidden' })
      await page.getByRole('row', { name: /^kept/ }).waitFor()

      const admin = dashboardAs(world.server, world.administrator.accessKey)
      const { hooks } = JSON.parse((await admin.get('/api/hooks')).text)
      assert.deepEqual(
        hooks.map(({ name }: { name: string }) => name),
        ['kept'],
      )
    },
    {},
    isExpected,
  ))

test('the dialog cannot be passed by, and what lies below it stays as it was', () =>
  asAdministrator(
    async (page) => {
      await page.goto('/webhooks/new')
      await page.getByRole('textbox', { name: 'Name', exact: true }).fill('still here')
      await page.context().clearCookies()
      // Any request tells that the session has ended.
      await page.keyboard.press('Control+k')
      await page.getByRole('textbox', { name: 'Find or do' }).fill('demo')
      const dialog = page.getByRole('dialog', { name: 'Your session has ended' })
      await dialog.waitFor()
      await page.keyboard.press('Escape')
      await dialog.getByLabel('Password', { exact: true }).fill(world.administrator.password)
      await dialog.getByRole('button', { name: 'Sign in' }).click()
      await dialog.waitFor({ state: 'hidden' })
      await page.keyboard.press('Escape')

      assert.equal(await page.getByRole('textbox', { name: 'Name', exact: true }).inputValue(), 'still here')
    },
    {},
    isExpected,
  ))
