import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Page } from 'playwright-core'
import { dashboardAs, through } from '../support/client.ts'
import { asAdministrator, useBrowserWorld, world } from './support/world.ts'

type Made = { readonly id: string; readonly secret: string }

const made = new Map<string, Made>()
let apiId = ''

useBrowserWorld(async () => {
  const admin = adminApi()
  apiId = String((await admin.get('/api/apis?q=Demo')).at('apis', 0, 'api_definition', 'api_id'))
  await admin.post('/api/portal/policies', { name: 'Gold', rate: 5, per: 60, access_rights: right() })
  const aliases = ['shop-north', 'shop-south', 'partner-tail', 'odd-document', 'to-be-deleted']
  for (const alias of aliases) made.set(alias, await makeKey('/api/keys', alias))
  made.set('own-value', await makeKey('/api/keys/orders-own-value', 'own-value'))
})

const adminApi = () => dashboardAs(world.server, world.administrator.accessKey)
const right = () => ({ [apiId]: { api_id: apiId, api_name: 'Demo', versions: ['Default'] } })
const keyOf = (alias: string): Made => made.get(alias) ?? { id: '', secret: '' }

async function makeKey(path: string, alias: string): Promise<Made> {
  const odd = { x_unknown: { kept: [1, null, 'two'] }, meta_data: { team: 'north', size: 3 } }
  const limits = { rate: 20, per: 60, quota_max: 50, quota_renewal_rate: 3600 }
  const answer = await adminApi().post(path, { alias, ...limits, access_rights: right(), ...odd })
  return { id: String(answer.at('key_hash')), secret: String(answer.at('key_id')) }
}

const stored = async (alias: string) =>
  (await adminApi().get(`/api/keys/${keyOf(alias).id}?hashed=1`)).at('data')
const rows = (page: Page) => page.getByRole('table', { name: 'Keys' }).locator('tbody tr')

suite('the list of keys', () => {
  test('finds a key by the tail of its alias, and the address says so', () =>
    asAdministrator(async (page) => {
      await page.goto('/keys')
      await page.getByRole('link', { name: 'shop-north' }).waitFor()
      await page.getByRole('searchbox').fill('-tail')
      await page.getByRole('link', { name: 'shop-north' }).waitFor({ state: 'detached' })
      await page.waitForURL(/q=-tail/)

      assert.equal(await rows(page).count(), 1)
      await page.reload()
      await page.getByRole('link', { name: 'partner-tail' }).waitFor()
      assert.equal(await page.getByRole('searchbox').inputValue(), '-tail')
    }))

  for (const [what, alias] of [
    ['a generated key', 'shop-south'],
    ['a key value of somebody’s own', 'own-value'],
  ] as const) {
    test(`finds ${what} that is pasted, and nothing of it reaches the address or the history`, () =>
      asAdministrator(async (page) => {
        const secret = alias === 'own-value' ? 'orders-own-value' : keyOf(alias).secret
        const addresses: string[] = []
        page.on('request', (request) => addresses.push(request.url()))
        page.on('framenavigated', (frame) => addresses.push(frame.url()))
        await page.goto('/keys')
        await page.getByRole('link', { name: 'shop-north' }).waitFor()
        await page.getByRole('searchbox').fill(secret)
        await page.getByRole('link', { name: 'shop-north' }).waitFor({ state: 'detached' })
        await page.getByRole('link', { name: alias }).waitFor()

        assert.equal(await rows(page).count(), 1)
        await page.waitForTimeout(400)
        assert.deepEqual(
          addresses.filter((address) => address.includes(secret)),
          [],
        )
        assert.equal(page.url().includes(secret), false)
      }))
  }

  test('changes a selection and reports on each key', () =>
    asAdministrator(async (page) => {
      await page.goto('/keys?q=shop-')
      await page.getByRole('checkbox', { name: 'Select shop-north' }).check()
      await page.getByRole('checkbox', { name: 'Select shop-south' }).check()
      const bar = page.getByRole('region', { name: 'Selected rows' })
      await bar.getByText('2 selected').waitFor()
      await bar.getByRole('button', { name: 'Disable' }).click()
      await page.getByRole('button', { name: 'Disable, 2 keys' }).click()
      const dialog = page.getByRole('dialog')
      await dialog.getByText('2 keys changed.').waitFor()
      await dialog.getByRole('button', { name: 'Close', exact: true }).click()
      await page.getByRole('row', { name: /shop-north.*Disabled/ }).waitFor()
      assert.equal((await through(world.server, '/demo/get', keyOf('shop-north').secret)).status, 403)

      await page.getByRole('checkbox', { name: 'Select every row of this page' }).check()
      await bar.getByRole('button', { name: 'Policies' }).click()
      await page.getByRole('menuitem', { name: 'Add a policy' }).click()
      await page.getByRole('combobox', { name: 'Policy' }).and(page.locator('[role="dialog"] *')).click()
      await page.getByRole('option', { name: 'Gold' }).click()
      await page.getByRole('button', { name: 'Add policy, 2 keys' }).click()
      await dialog.getByText('2 keys changed.').waitFor()
      await dialog.getByRole('button', { name: 'Close', exact: true }).click()
      await page.getByRole('row', { name: /shop-north.*Gold/ }).waitFor()
      await page.getByRole('checkbox', { name: 'Select every row of this page' }).check()
      await bar.getByRole('button', { name: 'Enable' }).click()
      await page.getByRole('button', { name: 'Enable, 2 keys' }).click()
      await dialog.getByText('2 keys changed.').waitFor()
      assert.equal((await through(world.server, '/demo/get', keyOf('shop-north').secret)).status, 200)
    }))
})

suite('creating a key', () => {
  test('shows what it will do, sends a test call, and does not close before the key was copied', () =>
    asAdministrator(async (page) => {
      await page.goto('/keys/new')
      await page.getByText('Add an access rule, and what is in force shows here').waitFor()
      await page.getByText('Click Add to give access to Demo: Default').waitFor()
      await page.getByRole('button', { name: 'Add', exact: true }).click()
      await page.getByRole('textbox', { name: 'Alias' }).fill('made-by-hand')
      await page.getByRole('textbox', { name: 'Requests', exact: true }).fill('3')
      const preview = page.getByRole('region', { name: 'What this key will do' })
      await preview.getByText('3 requests each minute').waitFor()
      await page.getByRole('button', { name: 'CREATE' }).click()
      const dialog = page.getByRole('dialog', { name: 'Key successfully generated' })
      const secret = await dialog.getByLabel('key', { exact: true }).innerText()
      const gateway = `http://127.0.0.1:${world.server.gateway.port}/demo/`
      await dialog.getByText(`curl '${gateway}' -H 'Authorization: ${secret}'`).waitFor()
      await dialog.getByRole('button', { name: 'Hide key' }).click()
      assert.equal((await dialog.getByLabel('key', { exact: true }).innerText()).includes(secret), false)
      await dialog.getByRole('button', { name: 'Send a test call' }).click()
      await dialog.getByRole('region', { name: 'Verdict' }).getByText('Passed').waitFor()
      await dialog.getByRole('button', { name: 'Close', exact: true }).click()
      await dialog.getByText('The key has not been copied').waitFor()
      await page.keyboard.press('Escape')
      await dialog.getByText('The key has not been copied').waitFor()
      await dialog.getByRole('button', { name: 'Close without copying' }).click()

      await page.getByRole('heading', { level: 1, name: 'made-by-hand' }).waitFor()
      await page.getByText('1 of 3 used').waitFor()
      const kept = await page.evaluate('JSON.stringify([{...localStorage}, {...sessionStorage}])')
      assert.equal(String(kept).includes(secret), false)
    }))

  test('with a policy alone, and leaving a form that was begun asks first', () =>
    asAdministrator(async (page) => {
      await page.goto('/keys/new')
      await page.getByRole('switch', { name: 'Apply policies' }).click()
      await page.getByRole('combobox', { name: 'Policies' }).click()
      await page.getByRole('option', { name: 'Gold' }).click()
      const preview = page.getByRole('region', { name: 'What this key will do' })
      await preview.getByText('5 requests each minute').waitFor()
      await preview
        .getByText(/^by policy Gold/)
        .first()
        .waitFor()
      assert.equal(await page.getByRole('button', { name: 'CREATE' }).isEnabled(), true)
      await page.keyboard.press('Escape')
      await page.getByRole('link', { name: 'Keys', exact: true }).click()
      const dialog = page.getByRole('dialog', { name: 'Leave without creating the key?' })
      await dialog.getByRole('button', { name: 'Leave' }).click()
      await page.getByRole('heading', { level: 1, name: 'Keys' }).waitFor()
    }))
})

suite('one key', () => {
  test('opened and not changed has nothing to save; one change differs in that one place', () =>
    asAdministrator(async (page) => {
      const { id, secret } = keyOf('odd-document')
      await through(world.server, '/demo/get', secret)
      const before = await stored('odd-document')
      await page.goto(`/keys/${id}?tab=edit`)
      await page.getByText('Nothing has been changed').waitFor()
      assert.equal(await page.getByRole('button', { name: 'Save' }).isEnabled(), false)
      const sent = page.waitForRequest((request) => request.method() === 'PUT')
      await page.getByRole('textbox', { name: 'Owner' }).fill('acme')
      await page.getByText('1 change not saved yet').waitFor()
      await page.getByRole('button', { name: 'Save' }).click()

      const request = await sent
      assert.deepEqual(request.postDataJSON(), { ...Object(before), owner: 'acme' })
      assert.match(request.url(), /suppress_reset=1/)
      await page.getByText('odd-document is saved').waitFor()
      assert.equal(Object(await stored('odd-document')).quota_remaining, 49)
    }))

  test('can be saved with its counters starting anew', () =>
    asAdministrator(async (page) => {
      const { id, secret } = keyOf('odd-document')
      await through(world.server, '/demo/get', secret)
      await page.goto(`/keys/${id}?tab=edit`)
      await page.getByRole('textbox', { name: 'Alias' }).fill('odd-document-2')
      await page.getByRole('radio', { name: 'Counting starts anew' }).check()
      await page.getByRole('button', { name: 'Save' }).click()
      await page.getByRole('heading', { level: 1, name: 'odd-document-2' }).waitFor()

      assert.equal(Object(await stored('odd-document')).quota_remaining, 50)
    }))

  test('shows its document, and a change in it with its difference before saving', () =>
    asAdministrator(async (page) => {
      await page.goto(`/keys/${keyOf('partner-tail').id}?tab=document`)
      const editor = page.getByRole('textbox', { name: "The key's document" })
      await editor.getByText('"allowance"').first().waitFor()
      const text = JSON.stringify({ ...Object(await stored('partner-tail')), x_more: true }, null, 2)
      await editor.fill(text)
      await page.getByRole('heading', { name: 'What saving changes' }).waitFor()
      await page.getByText('1 change not saved yet').waitFor()
      await page.getByRole('button', { name: 'Save' }).click()
      await page.getByText('partner-tail is saved').waitFor()

      assert.equal(Object(await stored('partner-tail')).x_more, true)
    }))

  test('tells what the gate would say, without its secret', () =>
    asAdministrator(async (page) => {
      await page.goto(`/keys/${keyOf('partner-tail').id}?tab=test`)
      await page.getByRole('button', { name: 'Ask the gate without sending' }).click()
      const verdict = page.getByRole('region', { name: 'Verdict' })
      await verdict.getByText('Nothing was sent').waitFor()
      await verdict.getByText('Passed').waitFor()
      await page.getByLabel('Key', { exact: true }).fill(keyOf('partner-tail').secret)
      await page.getByRole('button', { name: 'Send a test call' }).click()

      await verdict.getByText(/^200 in/).waitFor()
    }))

  test('is disabled, enabled and deleted', () =>
    asAdministrator(async (page) => {
      const { id, secret } = keyOf('to-be-deleted')
      const status = async () => (await through(world.server, '/demo/get', secret)).status
      await page.goto(`/keys/${id}`)
      await page.getByRole('button', { name: 'Disable' }).click()
      await page.getByRole('button', { name: 'Enable' }).waitFor()
      assert.equal(await status(), 403)
      await page.getByRole('button', { name: 'Enable' }).click()
      await page.getByRole('button', { name: 'Disable' }).waitFor()
      assert.equal(await status(), 200)
      await page.getByRole('button', { name: 'Delete' }).click()
      const dialog = page.getByRole('dialog', { name: 'Delete the key “to-be-deleted”?' })
      await dialog.getByRole('button', { name: 'Delete' }).click()
      await page.getByRole('heading', { level: 1, name: 'Keys' }).waitFor()

      assert.equal(await status(), 403)
    }))
})

test('the palette finds a key by the tail of its alias and disables it', () =>
  asAdministrator(async (page) => {
    await page.goto('/keys')
    await page.getByRole('heading', { level: 1, name: 'Keys' }).waitFor()
    await page.keyboard.press('Control+k')
    await page.getByRole('textbox', { name: 'Find or do' }).fill('ner-tail')
    await page.getByRole('button', { name: /partner-tail/ }).waitFor()
    await page.keyboard.press('Tab')
    await page.getByText('Disable partner-tail').click()
    await page.getByText('partner-tail is disabled').waitFor()

    assert.equal((await through(world.server, '/demo/get', keyOf('partner-tail').secret)).status, 403)
  }))
