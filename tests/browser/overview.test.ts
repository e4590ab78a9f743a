import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { dashboardAs, through } from '../support/client.ts'
import { asAdministrator, useBrowserWorld, world } from './support/world.ts'

useBrowserWorld()

const admin = () => dashboardAs(world.server, world.administrator.accessKey)
const rightsTo = (api_id: string, api_name: string) => ({
  [api_id]: { api_id, api_name, versions: ['Default'] },
})

test('a fresh installation offers the first steps, and they tick themselves from what really happens', () =>
  asAdministrator(async (page) => {
    await page.goto('/')
    const steps = page.getByRole('region', { name: 'First steps' })
    await steps.getByText('0 of 4 done').waitFor()
    await steps.getByRole('link', { name: 'Create an API' }).waitFor()
    const { apis } = JSON.parse((await admin().get('/api/apis?q=Demo')).text)
    const { api_id, name } = apis[0].api_definition
    const proxy = { listen_path: '/own/', target_url: 'http://127.0.0.1:1/' }
    await admin().post('/api/apis', {
      api_definition: { name: 'own', active: true, use_standard_auth: true, proxy },
    })
    const session = { rate: 1, per: 60, quota_max: -1, expires: 0 }
    const made = await admin().post('/api/keys', {
      ...session,
      alias: 'first',
      access_rights: rightsTo(api_id, name),
    })
    await steps.getByText('2 of 4 done').waitFor()
    for (let call = 0; call < 3; call++) await through(world.server, '/demo/get', made.textAt('key_id'))

    await steps.waitFor({ state: 'detached' })
  }))

test('the traffic is shown as it comes: numbers, a chart, why requests were refused, the busiest APIs', () =>
  asAdministrator(async (page) => {
    await page.goto('/')
    const traffic = page.getByRole('region', { name: 'Traffic now' })
    await traffic.getByRole('img', { name: /^Requests in the last 15 minutes/ }).waitFor()
    await traffic.getByText('Rate limit', { exact: true }).waitFor()
    await traffic.getByText('1 min', { exact: true }).click()
    assert.match(page.url(), /span=minute/)
    for (let call = 0; call < 5; call++) await through(world.server, '/demo/get', 'no-such-key')
    await traffic.getByText('No valid key, or no right').waitFor()
    await traffic.getByRole('table', { name: 'Busiest APIs' }).getByRole('link', { name: 'Demo' }).click()

    await page.getByRole('heading', { level: 1, name: 'Demo' }).waitFor()
  }))

test('nothing is asked while the tab is hidden', () =>
  asAdministrator(async (page) => {
    await page.goto('/?span=minute')
    await page.getByRole('region', { name: 'Traffic now' }).waitFor()
    let asked = 0
    page.on('request', (request) => {
      if (request.url().includes('/api/activity/live?')) asked++
    })
    await page.waitForRequest(/\/api\/activity\/live\?/)
    await page.evaluate(`
      Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true })
      document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
    `)
    // What was under way when it was hidden may still be asked.
    await sleep(1_200)
    const before = asked
    await sleep(2_500)

    assert.equal(asked, before)
  }))

test('each thing that needs attention leads to the page where it is mended', () =>
  asAdministrator(async (page) => {
    const expires = Math.floor(Date.now() / 1000) + 86_400
    const { apis } = JSON.parse((await admin().get('/api/apis?q=own')).text)
    const { api_id, name } = apis[0].api_definition
    const session = { rate: -1, per: 1, quota_max: -1, expires, access_rights: rightsTo(api_id, name) }
    await admin().post('/api/keys', { ...session, alias: 'ends soon' })
    await page.goto('/')
    const concerns = page.getByRole('region', { name: 'Needs attention' })
    await concerns.getByText('1 key expires within 7 days').waitFor()
    await concerns.getByRole('link', { name: 'ends soon' }).click()

    await page.getByRole('heading', { level: 1, name: /ends soon/ }).waitFor()
  }))

test('the demo is cleared away in one click, and one more where keys would go with it', () =>
  asAdministrator(async (page) => {
    await page.goto('/')
    await page.getByRole('button', { name: 'Clear the demo away' }).click()
    const dialog = page.getByRole('dialog', { name: 'Clear the demo away?' })
    await dialog.getByText('1 key').waitFor()
    await dialog.getByRole('button', { name: 'Clear it away' }).click()
    await page.getByText('The demo is gone').waitFor()
    await page.getByRole('complementary', { name: 'Demo' }).waitFor({ state: 'detached' })

    assert.equal((await admin().get('/api/apis?q=Demo')).text.includes('"Demo"'), false)
  }))
