import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { startUpstream, type Upstream } from '../support/upstream.ts'
import { asAdministrator, useBrowserWorld, world } from './support/world.ts'

/**
 * The tutorial "Create an API", on an empty folder, by the words that a reader sees: a service gets a gate in front of it
 * that refuses whoever has no key, and a key that opens it.
 */

let upstream: Upstream
useBrowserWorld(async () => {
  upstream = await startUpstream()
})
after(() => upstream?.close())

const call = async (path: string, key?: string) =>
  fetch(`http://127.0.0.1:${world.server.gateway.port}${path}`, {
    headers: key === undefined ? {} : { authorization: key },
  })

test('the tutorial by its visible words ends with a refused call without a key, and a 200 with one', () =>
  asAdministrator(async (page) => {
    await page.goto('/')
    // Step 1: Select "APIs" from the "System Management" section, and add one.
    await page.getByText('System Management').waitFor()
    await page.getByRole('link', { name: 'APIs', exact: true }).click()
    await page.getByRole('heading', { level: 1, name: 'Created APIs' }).waitFor()
    await page.getByRole('link', { name: '+ ADD NEW API' }).click()
    // Step 2: Name, target, authentication.
    await page.getByRole('heading', { level: 1, name: 'Add new API' }).waitFor()
    const save = page.getByRole('button', { name: 'SAVE' })
    await page.getByText('Give it a name').waitFor()
    assert.equal(await save.isEnabled(), false)
    await page.getByLabel('API Name').fill('My Orders')
    await page.getByText('Say where its target is').waitFor()
    await page.getByLabel('Target URL').fill('nowhere')
    await page.getByText('Must be absolute').first().waitFor()
    assert.equal(await save.isEnabled(), false)
    await page.getByLabel('Target URL').fill(upstream.url)
    assert.equal(await page.getByLabel('Listen path').inputValue(), '/my-orders/')
    assert.equal(await page.getByRole('radio', { name: 'Auth Token' }).isChecked(), true)
    // Step 3: Save.
    await save.click()
    await page.getByText('“My Orders” is in force').waitFor()
    // Step 4: Knock without a key.
    const refused = await call('/my-orders/get')
    assert.equal(refused.status, 401)
    // Step 5: A key for it.
    await page.getByRole('link', { name: 'Create a key for it' }).click()
    await page.getByRole('heading', { level: 1, name: 'Create a key' }).waitFor()
    const rights = page.getByRole('region', { name: 'Access Rights' })
    // The API stands among the access rights already.
    await rights.getByText('User has access to:').waitFor()
    await rights.getByText('My Orders').first().waitFor()
    await page.getByRole('button', { name: 'CREATE' }).click()
    const dialog = page.getByRole('dialog', { name: 'Key successfully generated' })
    await dialog.getByRole('button', { name: 'Copy to clipboard' }).click()
    await dialog.getByRole('button', { name: 'Copied' }).first().waitFor()
    const key = String(await page.evaluate('navigator.clipboard.readText()'))

    const passed = await call('/my-orders/get', key)
    assert.equal(passed.status, 200)
  }))

test('the page of the API tries it: refused without a key, passed with one, each with the steps of the gate', () =>
  asAdministrator(async (page) => {
    await page.goto('/apis?q=Demo')
    await page.getByRole('link', { name: 'Demo', exact: true }).click()
    await page.getByRole('tab', { name: 'Try it' }).click()
    await page.getByText('None', { exact: true }).click()
    await page.getByRole('button', { name: 'Send' }).click()
    const verdict = page.getByRole('region', { name: 'Verdict' })
    await verdict.getByText('Refused').waitFor()
    assert.ok((await verdict.getByRole('listitem').count()) >= 2)
    await page.getByText('Status 401').waitFor()

    const apiId = /apis\/([0-9a-f]{32})\//.exec(page.url())?.[1] ?? ''
    const created = await page.request.post('/api/keys', {
      data: { rate: 10, per: 1, access_rights: { [apiId]: { api_id: apiId, versions: ['Default'] } } },
      headers: { origin: world.origin },
    })
    const { key_id: key } = await created.json()
    await page.getByText('A key', { exact: true }).click()
    await page.getByLabel('Key', { exact: true }).fill(key)
    await page.getByLabel('Path').fill('/get?x=1')
    await page.getByRole('button', { name: 'Send' }).click()
    await verdict.getByText('Passed', { exact: true }).waitFor()
    await page.getByText('Status 200').waitFor()
    assert.match(await page.getByRole('region', { name: 'Body of the reply' }).innerText(), /"path": "\/get/)
    assert.equal(page.url().includes(key), false)
  }))
