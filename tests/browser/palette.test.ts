import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { dashboardAs, through } from '../support/client.ts'
import { copyKey } from './support/many-keys.ts'
import { asAdministrator, useBrowserWorld, world } from './support/world.ts'

/** Keys beside the first one. */
const copies = 100_000

/** A key as it is made; opens the demo. */
let keyDocument = {}

useBrowserWorld(async () => {
  const admin = dashboardAs(world.server, world.administrator.accessKey)
  const { apis } = JSON.parse((await admin.get('/api/apis?q=Demo')).text)
  const { api_id, name: api_name } = apis[0].api_definition
  const alias = 'partner-000000'
  keyDocument = {
    rate: 1000,
    per: 60,
    quota_max: -1,
    expires: 0,
    access_rights: { [api_id]: { api_id, api_name, versions: ['Default'] } },
  }
  const made = await admin.post('/api/keys', { ...keyDocument, alias })
  copyKey(world.server, made.textAt('key_hash'), alias, copies)
})

const field = (page: Page) => page.getByRole('textbox', { name: 'Find or do' })
const open = async (page: Page, query: string) => {
  await page.keyboard.press('Control+k')
  await field(page).fill(query)
}

test('the palette finds a key by the tail of its alias among 100,000, by keyboard alone', () =>
  asAdministrator(async (page) => {
    await page.goto('/')
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor()
    await open(page, '-073912')
    const startedAt = performance.now()
    await page.getByRole('button', { name: /partner-073912/ }).waitFor()
    process.stdout.write(`the palette found it after ${Math.round(performance.now() - startedAt)} ms\n`)
    await page.keyboard.press('Enter')

    await page.getByRole('heading', { level: 1, name: /partner-073912/ }).waitFor()
    await page.keyboard.press('Control+k')
    assert.equal(await field(page).inputValue(), '')
    await page.getByRole('button', { name: /partner-073912/ }).waitFor()
  }))

test('what was found can be acted upon without leaving the keyboard: its actions are a Tab away', () =>
  asAdministrator(async (page) => {
    await page.goto('/')
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor()
    await open(page, 'partner-000417')
    await page.getByRole('button', { name: /partner-000417/ }).waitFor()
    await page.keyboard.press('Tab')
    await page.getByRole('button', { name: /^Open partner-000417/ }).waitFor()
    await field(page).fill('disable')
    await page.getByRole('button', { name: /^Disable/ }).waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await field(page).waitFor({ state: 'hidden' })

    await page.goto('/keys?q=partner-000417')
    await page
      .getByRole('row', { name: /partner-000417/ })
      .getByText('Disabled')
      .waitFor()
  }))

test('the lists answer among 100,000 keys; how long that takes is printed', async () => {
  const admin = dashboardAs(world.server, world.administrator.accessKey)
  const asked: readonly object[] = [
    {},
    { p: 2000, page_size: 25 },
    { q: '073912' },
    { sort: 'alias' },
    { sort: 'expires', order: 'asc' },
    { status: 'expiring' },
  ]
  for (const body of asked) {
    await admin.post('/api/keys/search', body)
    const startedAt = performance.now()
    const reply = await admin.post('/api/keys/search', body)
    const took = Math.round(performance.now() - startedAt)
    assert.equal(reply.status, 200)
    process.stdout.write(`keys ${JSON.stringify(body)}: ${took} ms, ${reply.at('total')} in all\n`)
  }
  for (const path of ['/api/overview', '/api/apis?p=1&page_size=25', '/api/users?p=1&page_size=25']) {
    const startedAt = performance.now()
    assert.equal((await admin.get(path)).status, 200)
    process.stdout.write(`${path}: ${Math.round(performance.now() - startedAt)} ms\n`)
  }
})

test('the palette finds pages and commands, tells that nothing was found, and explains a request by its id', () =>
  asAdministrator(async (page) => {
    await page.goto('/')
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor()
    await open(page, 'create a k')
    await page.getByRole('button', { name: 'Create a key' }).waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Create a key' }).waitFor()
    await open(page, 'no such thing at all')
    await page.getByText('Nothing is called that').waitFor()
    const refused = await through(world.server, '/demo/get')
    await field(page).fill(String(refused.headers['x-request-id']))
    await page.getByRole('button', { name: /^Explain request/ }).waitFor()
    await page.keyboard.press('Enter')

    await page.getByRole('heading', { name: 'The rule that decided' }).waitFor()
  }))

test('a whole key that is pasted finds its key, and stands in no address and in no cache of the browser', async () => {
  const admin = dashboardAs(world.server, world.administrator.accessKey)
  const secret = (await admin.post('/api/keys', { ...keyDocument, alias: 'pasted' })).textAt('key_id')
  await asAdministrator(async (page) => {
    const addresses: string[] = []
    page.on('request', (request) => addresses.push(request.url()))
    await page.goto('/')
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor()
    await open(page, secret)
    await page.getByRole('button', { name: /pasted/ }).waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: /pasted/ }).waitFor()

    const kept = await page.evaluate(
      'JSON.stringify([{...localStorage}, {...sessionStorage}, location.href])',
    )
    assert.equal([...addresses, String(kept)].join().includes(secret), false)
  })
})

test('the keyboard leads to pages, to the search of a page, and to the list of its keys', () =>
  asAdministrator(async (page) => {
    await page.goto('/')
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor()
    await page.keyboard.press('g')
    await page.keyboard.press('k')
    await page.getByRole('heading', { level: 1, name: 'Keys' }).waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('g k 000001')
    assert.equal(await page.getByRole('searchbox').inputValue(), 'g k 000001')
    await page.getByRole('heading', { level: 1, name: 'Keys' }).click()
    await page.keyboard.press('?')
    const help = page.getByRole('dialog', { name: 'Keys of the keyboard' })
    await help.getByText('Find anything, or do something').waitFor()
    await page.keyboard.press('Escape')
    await help.waitFor({ state: 'hidden' })
    await page.keyboard.press('g')
    await page.keyboard.press('o')
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor()
    await page.keyboard.press('/')

    await field(page).waitFor()
  }))
