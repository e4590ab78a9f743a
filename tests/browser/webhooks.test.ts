import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dashboardAs } from '../support/client.ts'
import { asAdministrator, useBrowserWorld, world } from './support/world.ts'

useBrowserWorld()

const admin = () => dashboardAs(world.server, world.administrator.accessKey)
const stored = async (name: string) => {
  const { hooks } = JSON.parse((await admin().get('/api/hooks?p=-1')).text)
  return hooks.find((hook: { name: string }) => hook.name === name)
}

test('a webhook is created: why it cannot be yet stands beside the button', () =>
  asAdministrator(async (page) => {
    await page.goto('/webhooks')
    await page.getByRole('link', { name: 'CREATE' }).first().click()
    await page.getByText('Give it a name first').waitFor()
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('operations')
    await page.getByText('Its target is an address').waitFor()
    await page.getByRole('textbox', { name: 'Target URL' }).fill('https://events.example/hooks')
    await page.getByRole('textbox', { name: 'Name of new header' }).fill('x-sent-by')
    await page.getByRole('textbox', { name: 'Value of new header' }).fill('tollgate')
    await page.getByRole('button', { name: 'Add header' }).click()
    await page.getByRole('button', { name: 'CREATE' }).click()
    await page
      .getByRole('row', { name: /^operations/ })
      .getByText('x-sent-by')
      .waitFor()

    const { method, target_path, header_map } = await stored('operations')
    assert.deepEqual(
      [method, target_path, header_map],
      ['POST', 'https://events.example/hooks', { 'x-sent-by': 'tollgate' }],
    )
  }))

test('changing one field changes that field alone, fields nobody knows included', () =>
  asAdministrator(async (page) => {
    await admin().post('/api/hooks', {
      name: 'odd',
      method: 'PUT',
      target_path: 'https://events.example/odd',
      template_path: '/opt/templates/x',
      colour: { of: 'old' },
    })
    const before = await stored('odd')
    await page.goto(`/webhooks/${before.id}`)
    await page.getByText('Nothing has been changed').waitFor()
    await page.getByRole('textbox', { name: 'Target URL' }).fill('https://events.example/new')
    await page.getByText('1 change not saved yet').waitFor()
    await page.keyboard.press('Control+s')
    await page.getByText('The webhook is saved').waitFor()

    assert.deepEqual(await stored('odd'), { ...before, target_path: 'https://events.example/new' })
  }))

test('deleting one names it', () =>
  asAdministrator(async (page) => {
    await admin().post('/api/hooks', { name: 'gone', method: 'POST', target_path: 'https://events.example/' })
    await page.goto(`/webhooks/${(await stored('gone')).id}`)
    await page.getByRole('button', { name: 'Delete' }).click()
    const dialog = page.getByRole('dialog', { name: 'Delete the webhook “gone”?' })
    await dialog.getByRole('button', { name: 'Delete' }).click()
    await page.getByText('is deleted').waitFor()

    assert.equal(await stored('gone'), undefined)
  }))
