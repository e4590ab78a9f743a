import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { newWindow, useBrowserWorld, watchedPage, world } from './support/world.ts'

/**
 * The first half of the tutorial "Create an API key", on an empty folder, by the words that a reader sees; and the same
 * without a mouse. Both end with a 200 from the gateway, with the key that was copied.
 */

useBrowserWorld()

test('the tutorial by its visible words ends with a 200 from the gateway', async () => {
  const context = await newWindow(world)
  const { page, mishaps } = await watchedPage(context)
  await page.goto('/')
  await page.getByLabel('E-mail').fill(world.administrator.email)
  await page.getByLabel('Password', { exact: true }).fill(world.administrator.password)
  await page.getByRole('button', { name: 'Sign in' }).click()

  // Step 1: Select "Keys" from the "System Management" section.
  await page.getByText('System Management').waitFor()
  await page.getByRole('link', { name: 'Keys', exact: true }).click()
  await page.getByRole('heading', { level: 1, name: 'Keys' }).waitFor()
  // Step 2: Click CREATE.
  await page.getByRole('link', { name: 'CREATE' }).click()
  await page.getByRole('heading', { level: 1, name: 'Create a key' }).waitFor()
  // Step 3: Set Access Rights.
  const create = page.getByRole('button', { name: 'CREATE' })
  const rights = page.getByRole('region', { name: 'Access Rights' })
  const rule = rights.getByRole('combobox', { name: 'Add access rule:' })
  // The only API there is stands in the drop-down already.
  await page.getByText('Click Add to give access to Demo: Default').waitFor()
  assert.equal(await create.isEnabled(), false)
  await rule.click()
  await page.getByRole('option', { name: 'Demo: Default' }).click()
  await rights.getByRole('button', { name: 'Add', exact: true }).click()
  await rights.getByText('User has access to:').waitFor()
  assert.equal(await rule.getAttribute('placeholder'), 'Nothing selected')
  assert.equal(await rule.inputValue(), '')
  // Step 4: Click CREATE.
  await create.click()
  const dialog = page.getByRole('dialog', { name: 'Key successfully generated' })
  await dialog.getByText('Your key has been created:').waitFor()
  const shown = await dialog.getByLabel('key', { exact: true }).innerText()
  await dialog.getByRole('button', { name: 'Copy to clipboard' }).click()

  await opensTheDemo(page, shown)
  assert.deepEqual(mishaps, [])
  await context.close()
})

test('the tutorial can be done by the keyboard alone', async () => {
  const context = await newWindow(world)
  const { page, mishaps } = await watchedPage(context)
  const press = async (...keys: readonly string[]) => {
    for (const key of keys) await page.keyboard.press(key)
  }
  await page.goto('/')
  await page.getByLabel('E-mail').waitFor()
  await tabTo(page, 'E-mail')
  await page.keyboard.type(world.administrator.email)
  await tabTo(page, 'Password')
  await page.keyboard.type(world.administrator.password)
  await press('Enter')
  await page.getByRole('link', { name: 'Keys', exact: true }).waitFor()
  await tabTo(page, 'Keys')
  await press('Enter')
  await page.getByRole('heading', { level: 1, name: 'Keys' }).waitFor()
  await tabTo(page, 'CREATE')
  await press('Enter')
  await page.getByText('Click Add to give access to Demo: Default').waitFor()
  await tabTo(page, 'Add access rule:')
  await press('ArrowDown')
  await page.getByRole('option', { name: 'Demo: Default' }).waitFor()
  await press('ArrowDown', 'Enter')
  await tabTo(page, 'Add')
  await press('Enter')
  await page.getByText('User has access to:').waitFor()
  await tabTo(page, 'CREATE', 'Shift+Tab')
  await press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Key successfully generated' })
  await dialog.getByText('Your key has been created:').waitFor()
  const shown = await dialog.getByLabel('key', { exact: true }).innerText()
  await tabTo(page, 'Copy to clipboard')
  await press('Enter')

  await opensTheDemo(page, shown)
  await tabTo(page, 'Close')
  await press('Enter')
  await dialog.waitFor({ state: 'hidden' })
  await page.getByRole('heading', { level: 1, name: /^Key / }).waitFor()
  assert.deepEqual(mishaps, [])
  await context.close()
})

/** The key in the clipboard is the one that was shown, and the gateway lets it pass. */
async function opensTheDemo(page: Page, shown: string): Promise<void> {
  await page.getByRole('button', { name: 'Copied' }).first().waitFor()
  const key = String(await page.evaluate('navigator.clipboard.readText()'))
  assert.equal(key, shown)
  assert.match(key, /^[0-9a-f]{56}$/)
  const answer = await fetch(`http://127.0.0.1:${world.server.gateway.port}/demo/get`, {
    headers: { authorization: key },
  })
  assert.equal(answer.status, 200)
  assert.equal(page.url().includes(key), false)
}

/** Presses Tab until what has this name has the focus, as somebody does who sees no mouse. */
async function tabTo(page: Page, name: string, key = 'Tab'): Promise<void> {
  for (let presses = 0; presses < maxPresses; presses++) {
    if ((await page.evaluate(focusedName)) === name) return
    await page.keyboard.press(key)
  }
  throw new Error(`${key} never led to ${name}; now at ${await page.evaluate(focusedName)}`)
}

/** More than any page of the tutorial has controls. */
const maxPresses = 80

/** Runs in the page: the name of what has the focus, by its label, or its own words. */
const focusedName = `(() => {
  const element = document.activeElement
  const label = element?.labels?.[0]?.textContent ?? element?.getAttribute('aria-label')
  return (label ?? element?.textContent ?? '').replace(/\\s*\\*$/, '').trim()
})()`
