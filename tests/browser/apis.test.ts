import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dashboardAs } from '../support/client.ts'
import { asAdministrator, useBrowserWorld, world } from './support/world.ts'

useBrowserWorld(async () => {
  const admin = dashboardAs(world.server, world.administrator.accessKey)
  for (let number = 1; number <= 23; number++) {
    const name = `orders ${String(number).padStart(2, '0')}`
    const proxy = { listen_path: `/orders-${number}/`, target_url: 'http://127.0.0.1:1/' }
    await admin.post('/api/apis', { api_definition: { name, active: number % 2 === 0, proxy } })
  }
})

test('the list pages, sorts and searches on the server, and its address says how', () =>
  asAdministrator(async (page) => {
    await page.goto('/')
    await page.getByRole('link', { name: 'APIs', exact: true }).click()
    const rows = page.getByRole('table', { name: 'APIs' }).locator('tbody tr')
    await page.getByRole('button', { name: 'API NAME' }).click()
    await page.getByRole('cell', { name: 'Demo', exact: true }).waitFor()
    assert.equal(await rows.count(), 10)
    await page.getByRole('button', { name: 'Page 3' }).click()
    await page.getByRole('cell', { name: 'orders 23', exact: true }).waitFor()
    assert.match(page.url(), /\?sort=name&p=3$/)
    await page.getByRole('searchbox').fill('orders 07')
    await page.getByRole('cell', { name: 'orders 07', exact: true }).waitFor()
    assert.equal(await rows.count(), 1)
    assert.match(page.url(), /q=orders\+07/)
    await page.reload()

    await page.getByRole('cell', { name: 'orders 07', exact: true }).waitFor()
    assert.equal(await page.getByRole('searchbox').inputValue(), 'orders 07')
  }))

test('the API ID stands beside the name and can be copied', () =>
  asAdministrator(async (page) => {
    await page.goto('/apis?q=Demo')
    const row = page.getByRole('row', { name: /^Demo/ })
    const id = await row.locator('code').first().innerText()
    await row.getByRole('button', { name: 'Copy API ID' }).click()

    assert.match(id, /^[0-9a-f]{32}$/)
    assert.equal(await page.evaluate('navigator.clipboard.readText()'), id)
  }))

test('a list that cannot be loaded says so and offers another attempt', () =>
  asAdministrator(
    async (page) => {
      await page.route('**/api/apis?**', (route) => route.fulfill({ status: 400, body: '{}' }))
      await page.goto('/apis')
      await page.getByRole('alert').waitFor()
      await page.unroute('**/api/apis?**')
      await page.getByRole('button', { name: 'Try again' }).click()

      await page.getByRole('cell', { name: 'orders 23', exact: true }).waitFor()
    },
    {},
    (mishap) => mishap.includes('400'),
  ))

test('the palette finds an API by a part of its name, and a page, by keyboard alone', () =>
  asAdministrator(async (page) => {
    await page.goto('/no-such-page')
    await page.getByRole('heading', { name: 'Page not found' }).waitFor()
    await page.keyboard.press('Control+k')
    await page.getByRole('textbox', { name: 'Find or do' }).fill('ders 19')
    await page.getByText('orders 19').waitFor()
    await page.keyboard.press('Enter')

    await page.getByRole('heading', { level: 1, name: 'orders 19' }).waitFor()
  }))
