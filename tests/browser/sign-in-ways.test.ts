import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { Secret, TOTP } from 'otpauth'
import type { Page } from 'playwright-core'
import { dashboardAs } from '../support/client.ts'
import { type IdentityProvider, startIdentityProvider } from '../support/identity-provider.ts'
import { axeFindings } from './support/axe.ts'
import { confirmIdentity, newWindow, useBrowserWorld, watchedPage, world } from './support/world.ts'

const password = 'a password of my own'

let idp: IdentityProvider

useBrowserWorld(async () => {
  idp = await startIdentityProvider(`${address()}/sso/callback`)
})
after(() => idp?.close())

/** Where passkeys work: browsers make none for 127.0.0.1. */
const address = () => `http://localhost:${world.server.dashboard.port}`
const admin = () => dashboardAs(world.server, world.administrator.accessKey)
const isExpected = (mishap: string) => /\b401\b/.test(mishap)

async function newUser(name: string): Promise<string> {
  const email = `${name}@example.com`
  const user = { first_name: name, last_name: 'Lee', email_address: email, password, active: true }
  const made = await admin().post('/api/users', { ...user, user_permissions: { keys: 'read' } })
  assert.equal(made.status, 200, made.text)
  return email
}

async function givePassword(page: Page, email: string): Promise<void> {
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}

const untilIn = (page: Page) => page.getByRole('button', { name: /^Account of/ }).waitFor()

/** The code that an app on the user's phone shows; `ahead` steps later than now. */
function codeOf(secret: string, ahead = 0): string {
  const totp = new TOTP({ secret: Secret.fromBase32(secret.replaceAll(' ', '')) })
  return totp.generate({ timestamp: Date.now() + ahead * 30_000 })
}

/** Reads the secret off the page and turns codes on. @returns the secret and the recovery codes */
async function turnCodesOn(page: Page): Promise<{ secret: string; recovery: readonly string[] }> {
  await page.getByRole('img', { name: 'The secret for your authenticator app' }).waitFor()
  const secret = await page.getByLabel('Secret', { exact: true }).innerText()
  await page.getByLabel('Code of the app', { exact: true }).fill(codeOf(secret))
  await page.getByRole('button', { name: 'Turn codes on' }).click()
  const codes = page.getByRole('list', { name: 'Recovery codes' }).getByRole('listitem')
  await codes.first().waitFor()
  const recovery = await codes.allInnerTexts()
  await page.getByRole('button', { name: 'I have kept them' }).click()
  return { secret, recovery }
}

/** An authenticator in the browser, which verifies its user. */
async function virtualAuthenticator(page: Page): Promise<void> {
  const browser = await page.context().newCDPSession(page)
  await browser.send('WebAuthn.enable')
  await browser.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
}

test('codes are set up in the profile, asked for at the next sign-in, and replaced by a recovery code', async () => {
  const email = await newUser('ann')
  const context = await newWindow(world)
  const { page, mishaps } = await watchedPage(context)
  await page.goto('/profile')
  await givePassword(page, email)
  await page.getByRole('button', { name: 'Set up codes' }).click()
  await confirmIdentity(page, password)
  const { secret, recovery } = await turnCodesOn(page)
  assert.equal(recovery.length, 10)
  await page.getByText('Codes of an authenticator app, since').waitFor()
  assert.deepEqual(mishaps, [])

  const other = await newWindow(world, { width: 390, scheme: 'dark' })
  const second = await watchedPage(other)
  await second.page.goto('/')
  await givePassword(second.page, email)
  await second.page.getByLabel('Code', { exact: true }).waitFor()
  assert.deepEqual(await axeFindings(second.page), [])
  await second.page.getByLabel('Code', { exact: true }).fill('000000')
  await second.page.keyboard.press('Enter')
  await second.page.getByRole('alert').getByText('The code is incorrect').waitFor()
  await second.page.reload()
  await second.page.getByLabel('Code', { exact: true }).fill(codeOf(secret, 1))
  await second.page.getByRole('button', { name: 'Go on' }).click()
  await untilIn(second.page)
  await second.page.getByRole('button', { name: /^Account of/ }).click()
  await second.page.getByRole('menuitem', { name: 'Sign out' }).click()
  await givePassword(second.page, email)
  await second.page.getByLabel('Code', { exact: true }).fill(recovery[0] ?? '')
  await second.page.getByRole('button', { name: 'Go on' }).click()
  await untilIn(second.page)
  assert.deepEqual(
    second.mishaps.filter((mishap) => !isExpected(mishap)),
    [],
  )
  await Promise.all([context.close(), other.close()])
})

test('a passkey is added, signs in without a password, and stands in for a code after it', async () => {
  const email = await newUser('bea')
  const context = await newWindow(world)
  const { page, mishaps } = await watchedPage(context)
  await virtualAuthenticator(page)
  await page.goto(`${address()}/profile`)
  await givePassword(page, email)
  await page.getByRole('button', { name: 'Add a passkey' }).click()
  await confirmIdentity(page, password)
  await page.getByLabel('Name of the passkey').fill('Work laptop')
  await page.getByRole('button', { name: 'Add the passkey' }).click()
  await page.getByRole('button', { name: 'I have kept them' }).click()
  await page.getByRole('list', { name: 'Passkeys' }).getByText('Work laptop').waitFor()
  await page.getByRole('button', { name: 'Account of bea Lee' }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()

  await page.getByRole('button', { name: 'Use a passkey' }).click()
  await untilIn(page)
  assert.equal((await page.request.get(`${address()}/api/session`)).status(), 200)
  await page.getByRole('button', { name: 'Account of bea Lee' }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()

  await givePassword(page, email)
  await page.getByText('Now show your second factor').waitFor()
  await page.getByRole('button', { name: 'Use a passkey' }).click()
  await untilIn(page)
  assert.deepEqual(
    mishaps.filter((mishap) => !isExpected(mishap)),
    [],
  )
  await context.close()
})

test('under an address that passkeys cannot be made for, the page says where they work', async () => {
  const email = await newUser('cyra')
  const context = await newWindow(world)
  const { page } = await watchedPage(context)
  await page.goto('/profile')
  await givePassword(page, email)
  await page.getByText(`Passkeys work under ${address()} only`).waitFor()
  assert.equal(await page.getByRole('button', { name: 'Add a passkey' }).isDisabled(), true)
  await context.close()
})

test('an administrator adds an identity provider; its button signs in who has an account, and tells who has none', async () => {
  const email = await newUser('dora')
  const context = await newWindow(world)
  const { page, mishaps } = await watchedPage(context)
  await page.goto(`${address()}/organisation/sign-in`)
  await page.getByLabel('E-mail').fill(world.administrator.email)
  await page.getByLabel('Password', { exact: true }).fill(world.administrator.password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByRole('link', { name: 'Add an identity provider' }).click()
  await page.getByText(`${address()}/sso/callback`).waitFor()
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Acme login')
  await page.getByRole('textbox', { name: 'Issuer' }).fill(idp.issuer)
  await page.getByRole('textbox', { name: 'Client ID' }).fill(idp.clientId)
  await page.getByLabel('Client secret', { exact: true }).fill(idp.clientSecret)
  await page.getByRole('switch', { name: 'Show the button to everybody' }).check()
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('heading', { level: 1, name: 'Acme login' }).waitFor()
  await page.getByRole('button', { name: 'Test the connection' }).click()
  await page.getByText('The identity provider answers').waitFor()
  assert.deepEqual(mishaps, [])
  await context.close()

  const other = await newWindow(world, { width: 390 })
  const visitor = await watchedPage(other)
  idp.person = { sub: 'stranger', email: 'stranger@example.com' }
  await visitor.page.goto('/')
  await visitor.page.getByRole('link', { name: 'Sign in with Acme login' }).click()
  await visitor.page.getByRole('alert').getByText('You have no account here').waitFor()
  assert.deepEqual(await axeFindings(visitor.page), [])
  assert.deepEqual(visitor.mishaps, [])
  await other.close()

  // Another window: the provider would know the stranger again.
  const third = await newWindow(world)
  const dora = await watchedPage(third)
  idp.person = { sub: 'dora', email }
  await dora.page.goto('/')
  await dora.page.getByRole('link', { name: 'Sign in with Acme login' }).click()
  await untilIn(dora.page)
  assert.equal(new URL(dora.page.url()).search, '')
  assert.deepEqual(dora.mishaps, [])
  await third.close()
})

test('where the organisation requires a second factor, who has none sets one up before anything else', async () => {
  const email = await newUser('emmy')
  const required = await admin().put('/api/organisation/sign-in', { second_factor_required: true })
  assert.equal(required.status, 200, required.text)
  const context = await newWindow(world, { width: 390 })
  const { page, mishaps } = await watchedPage(context)
  await page.goto('/keys')
  await givePassword(page, email)
  await page.getByText('Your organisation requires a second factor').waitFor()
  assert.deepEqual(await axeFindings(page), [])
  await page.getByRole('button', { name: 'Codes of an authenticator app' }).click()
  await turnCodesOn(page)
  await page.getByRole('heading', { level: 1, name: 'Keys' }).waitFor()
  assert.deepEqual(mishaps, [])
  await context.close()
})
