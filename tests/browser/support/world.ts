import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { after, before } from 'node:test'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { type Server, startServer } from '../../support/server.ts'
import { startBrowser } from './chromium.ts'

/** A real server on an empty folder with the built dashboard, and a browser. */
export type BrowserWorld = {
  readonly server: Server
  readonly browser: Browser
  /** Address of the dashboard. */
  readonly origin: string
  /** What the first start printed: the administrator's sign-in. */
  readonly administrator: { readonly email: string; readonly password: string; readonly accessKey: string }
  close(): Promise<void>
}

/** How a page is looked at. */
export type Look = { readonly scheme?: 'light' | 'dark'; readonly width?: number }

const repository = join(import.meta.dirname, '../../..')
/** Longest build of the dashboard, milliseconds. */
const maxBuildMs = 120_000
/** How long the page may take to show what a test looks for, milliseconds: more only on a machine under load. */
const patienceMs = 20_000

/** Starts the world; the dashboard is built first when its built form is not current. */
export async function startBrowserWorld(): Promise<BrowserWorld> {
  const build = spawnSync(process.execPath, ['dashboard/build/main.ts', '--if-stale'], {
    cwd: repository,
    timeout: maxBuildMs,
    encoding: 'utf8',
  })
  if (build.status !== 0) throw new Error(`the dashboard cannot be built:\n${build.stdout}${build.stderr}`)
  const server = await startServer({ TOLLGATE_DASHBOARD: 'on' })
  const browser = await startBrowser()
  const printed = (name: string) => new RegExp(`^  ${name} +(\\S+)`, 'm').exec(server.output())?.[1] ?? ''
  while (!server.output().includes('\nNext: ')) await new Promise((resolve) => setTimeout(resolve, 10))
  return {
    server,
    browser,
    origin: `http://127.0.0.1:${server.dashboard.port}`,
    administrator: {
      email: printed('Sign-in e-mail'),
      password: printed('Sign-in password'),
      accessKey: printed('API credentials'),
    },
    async close() {
      await browser.close()
      await server.dispose()
    },
  }
}

/** The world of a test file, there while its tests run, once `useBrowserWorld` was called at its top. */
export let world: BrowserWorld

/** Starts the world before the file's tests and ends it after them. `more` makes what else the file needs. */
export function useBrowserWorld(more: () => Promise<void> = async () => undefined): void {
  before(async () => {
    world = await startBrowserWorld()
    await more()
  })
  after(() => world?.close())
}

/** A window of its own: nothing is remembered from another but what `more` says. */
export async function newWindow(
  { browser, origin }: BrowserWorld,
  look: Look = {},
  more: Pick<BrowserContextOptions, 'storageState'> = {},
): Promise<BrowserContext> {
  const width = look.width ?? 1440
  const context = await browser.newContext({
    ...more,
    baseURL: origin,
    viewport: { width, height: width < 600 ? 844 : 900 },
    colorScheme: look.scheme ?? 'light',
    reducedMotion: 'reduce',
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  context.setDefaultTimeout(patienceMs)
  return context
}

/** A page that notes what must not happen: console errors, failed requests, answers of 400 and more. */
export type WatchedPage = { readonly page: Page; readonly mishaps: string[] }

/** Opens a page and watches it. */
export async function watchedPage(context: BrowserContext): Promise<WatchedPage> {
  const page = await context.newPage()
  const mishaps: string[] = []
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) mishaps.push(`console: ${message.text()}`)
  })
  page.on('pageerror', (error) => mishaps.push(`uncaught: ${error.message}`))
  page.on('requestfailed', (request) => {
    // A page that is left, or a search that is typed on, gives up what it asked.
    const reason = request.failure()?.errorText ?? ''
    if (!reason.includes('ERR_ABORTED')) mishaps.push(`${request.method()} ${request.url()}: ${reason}`)
  })
  page.on('response', (response) => {
    if (response.status() >= 400) mishaps.push(`${response.status()} ${response.url()}`)
  })
  return { page, mishaps }
}

/** Signs in by the page's own words. */
export async function signIn(
  page: Page,
  who: { readonly email: string; readonly password: string },
): Promise<void> {
  await page.goto('/')
  await page.getByLabel('E-mail').fill(who.email)
  await page.getByLabel('Password', { exact: true }).fill(who.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('button', { name: /^Account of/ }).waitFor()
}

/** Gives the password once more where the page asks whether it is the user. */
export async function confirmIdentity(page: Page, password: string): Promise<void> {
  const dialog = page.getByRole('dialog', { name: 'Is it you?' })
  await dialog.getByLabel('Your password', { exact: true }).fill(password)
  await dialog.getByRole('button', { name: 'Go on' }).click()
  await dialog.waitFor({ state: 'hidden' })
}

/**
 * Runs `work` in a new page of a window where the administrator is signed in, and fails when anything went wrong in it that
 * the work did not ask for. The page is empty: `work` goes first to where it looks.
 */
export async function asAdministrator(
  work: (page: Page) => Promise<void>,
  look: Look = {},
  isExpected: (mishap: string) => boolean = () => false,
): Promise<void> {
  const context = await signedInWindow(look)
  const { page, mishaps } = await watchedPage(context)
  try {
    await work(page)
  } finally {
    await context.close()
  }
  const unexpected = mishaps.filter((mishap) => !isExpected(mishap))
  if (unexpected.length > 0) throw new Error(`went wrong in the page:\n${unexpected.join('\n')}`)
}

/** What the dashboard keeps in a browser that is signed in, beside the cookie of the session. */
let kept: Promise<Kept> | undefined
type Kept = Exclude<BrowserContextOptions['storageState'], string | undefined>['origins']

/**
 * A window with a session of its own. The first one of a file is signed in by the form; the others have what that one kept,
 * and a cookie that the REST API gave: the form costs more time than most tests.
 */
async function signedInWindow(look: Look): Promise<BrowserContext> {
  const { origin, administrator } = world
  if (kept === undefined) {
    const context = await newWindow(world, look)
    kept = keptOnceSignedIn(context)
    await kept
    return context
  }
  const context = await newWindow(world, look, { storageState: { cookies: [], origins: await kept } })
  const { email: username, password } = administrator
  const answer = await context.request.post('/login', { data: { username, password }, headers: { origin } })
  if (!answer.ok()) throw new Error(`the sign-in was answered with ${answer.status()}`)
  return context
}

async function keptOnceSignedIn(context: BrowserContext): Promise<Kept> {
  const page = await context.newPage()
  await signIn(page, world.administrator)
  await page.close()
  return (await context.storageState()).origins
}
