import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dashboardAs, through } from '../support/client.ts'
import { asAdministrator, useBrowserWorld, world } from './support/world.ts'

/** A request that a policy's quota refused, and what it was refused by. */
let requestId = ''

useBrowserWorld(async () => {
  const admin = dashboardAs(world.server, world.administrator.accessKey)
  const { apis } = JSON.parse((await admin.get('/api/apis?q=Demo')).text)
  const { api_id, name: api_name } = apis[0].api_definition
  const access_rights = { [api_id]: { api_id, api_name, versions: ['Default'] } }
  const policy = await admin.post('/api/portal/policies', {
    name: 'One an hour',
    active: true,
    rate: -1,
    per: 1,
    quota_max: 1,
    quota_renewal_rate: 3600,
    access_rights,
  })
  const made = await admin.post('/api/keys', { alias: 'import', apply_policies: [policy.textAt('Message')] })
  const secret = made.textAt('key_id')
  await through(world.server, '/demo/get', secret)
  const refused = await through(world.server, '/demo/get', secret)
  assert.equal(refused.status, 403)
  requestId = String(refused.headers['x-request-id'])
})

test('a pasted line with an id is explained: the steps, the rule, and the page where it is changed', () =>
  asAdministrator(async (page) => {
    await page.goto('/')
    await page.getByRole('link', { name: 'Explain a request' }).click()
    await page.getByRole('searchbox', { name: 'Request id' }).fill(`X-Request-Id: ${requestId}`)
    await page.keyboard.press('Enter')
    const steps = page.getByRole('region', { name: 'Step by step' }).getByRole('listitem')
    await steps.last().getByRole('img', { name: 'Decided here:' }).waitFor()
    assert.match(await steps.last().innerText(), /quota left\?\s+1 of 1 used/)
    await page.getByRole('region', { name: 'What happened' }).getByText('Quota exceeded').waitFor()
    await page.getByRole('region', { name: 'The limit, as it stood then' }).getByText('1 of 1 used').waitFor()
    await page
      .getByRole('region', { name: 'The rule that decided' })
      .getByText('policy One an hour')
      .waitFor()
    assert.match(page.url(), new RegExp(`/explain/${requestId}$`))
    await page.reload()
    await page.getByRole('link', { name: 'Open the policy' }).click()

    await page.getByRole('heading', { level: 1, name: 'One an hour' }).waitFor()
  }))

test('an id of which nothing is kept is met with what the reason can be', () =>
  asAdministrator(
    async (page) => {
      await page.goto('/explain/0123456789ab-1-zz')
      await page.getByRole('heading', { name: 'Nothing is kept of this request' }).waitFor()

      await page.getByText('it passed: only refusals and failures are kept').waitFor()
    },
    {},
    (mishap) => mishap.includes('404'),
  ))

test('a text that is no id is told so, and nothing is asked', () =>
  asAdministrator(async (page) => {
    await page.goto('/explain')
    await page.getByRole('searchbox', { name: 'Request id' }).fill('orders')
    await page.getByRole('button', { name: 'Explain' }).click()

    await page.getByText('This is no id of a request').waitFor()
  }))
