import type { Page } from 'playwright-core'

/** A page of the dashboard as screenshots and the checks of every page open it. */
export type ShownPage = {
  /** Names the file of its picture. */
  readonly name: string
  readonly path: string
  /** Its heading: the page is there when it stands there. */
  readonly heading: string | RegExp
  /** Done before it is looked at: opening a dialog, say. */
  readonly prepare?: (page: Page) => Promise<void>
}

/** Every page, a line each. */
export const shownPages: readonly ShownPage[] = [
  { name: 'apis', path: '/apis', heading: 'Created APIs' },
  { name: 'apis-none-found', path: '/apis?q=no-such-api', heading: 'Created APIs' },
  { name: 'api-new', path: '/apis/new', heading: 'Add new API' },
  { name: 'api-import', path: '/apis/import', heading: 'Import API', prepare: untilEditor },
  { name: 'api-core', path: '/apis?q=Checkout', heading: 'Created APIs', prepare: openApi('Core settings') },
  {
    name: 'api-authentication',
    path: '/apis?q=Checkout',
    heading: 'Created APIs',
    prepare: openApi('Authentication'),
  },
  { name: 'api-versions', path: '/apis?q=Checkout', heading: 'Created APIs', prepare: openApi('Versions') },
  { name: 'api-endpoints', path: '/apis?q=Checkout', heading: 'Created APIs', prepare: openApi('Endpoints') },
  { name: 'api-endpoint-rules', path: '/apis?q=Checkout', heading: 'Created APIs', prepare: openRules },
  { name: 'api-advanced', path: '/apis?q=Checkout', heading: 'Created APIs', prepare: openApi('Advanced') },
  {
    name: 'api-definition',
    path: '/apis?q=Checkout',
    heading: 'Created APIs',
    prepare: openApi('Definition'),
  },
  { name: 'api-try-it', path: '/apis?q=Demo', heading: 'Created APIs', prepare: tryApi },
  {
    name: 'api-callers',
    path: '/apis?q=Demo',
    heading: 'Created APIs',
    prepare: openApi('Who can call this', 'Demo'),
  },
  { name: 'keys', path: '/keys', heading: 'Keys' },
  { name: 'keys-none-found', path: '/keys?q=no-such-key', heading: 'Keys' },
  { name: 'keys-selected', path: '/keys', heading: 'Keys', prepare: selectKeys },
  { name: 'key-new', path: '/keys/new', heading: 'Create a key' },
  { name: 'key-new-rule', path: '/keys/new', heading: 'Create a key', prepare: addDemoRule },
  { name: 'key-created', path: '/keys/new', heading: 'Create a key', prepare: createKey },
  { name: 'key', path: '/keys?q=checkout', heading: 'Keys', prepare: openKey() },
  { name: 'key-edit', path: '/keys?q=checkout', heading: 'Keys', prepare: openKey('Edit') },
  { name: 'key-test-call', path: '/keys?q=checkout', heading: 'Keys', prepare: openKey('Test call') },
  { name: 'key-document', path: '/keys?q=checkout', heading: 'Keys', prepare: openKey('Document') },
  { name: 'overview', path: '/', heading: 'Overview', prepare: untilTraffic },
  { name: 'explain', path: '/explain', heading: 'Explain a request' },
  { name: 'explain-refused', path: '/explain', heading: 'Explain a request', prepare: explainRefusal },
  { name: 'certificates', path: '/certificates', heading: 'Certificates' },
  {
    name: 'certificate',
    path: '/certificates',
    heading: 'Certificates',
    prepare: opening('partner.example', 'partner.example'),
  },
  { name: 'certificate-new', path: '/certificates/new', heading: 'Add a certificate' },
  { name: 'webhooks', path: '/webhooks', heading: 'Webhooks' },
  {
    name: 'webhook',
    path: '/webhooks',
    heading: 'Webhooks',
    prepare: opening('Count exhausted quotas', 'Count exhausted quotas'),
  },
  { name: 'webhook-new', path: '/webhooks/new', heading: 'Create a webhook' },
  { name: 'policies', path: '/policies', heading: 'Policies' },
  { name: 'policy', path: '/policies', heading: 'Policies', prepare: openPolicy() },
  { name: 'policy-keys', path: '/policies', heading: 'Policies', prepare: openPolicy('Keys') },
  { name: 'policy-document', path: '/policies', heading: 'Policies', prepare: openPolicy('Document') },
  { name: 'policy-new', path: '/policies/new', heading: 'Create a policy' },
  { name: 'users', path: '/users', heading: 'Users' },
  { name: 'user', path: '/users', heading: 'Users', prepare: opening('Edit bo@example.com', 'Bo Madsen') },
  { name: 'user-new', path: '/users/new', heading: 'Add a user' },
  { name: 'user-groups', path: '/user-groups', heading: 'User groups' },
  {
    name: 'user-group',
    path: '/user-groups',
    heading: 'User groups',
    prepare: opening('Support', 'Support'),
  },
  { name: 'user-group-new', path: '/user-groups/new', heading: 'Create a user group' },
  { name: 'profile', path: '/profile', heading: 'Profile' },
  { name: 'organisation', path: '/organisation', heading: /./ },
  { name: 'organisation-sign-in', path: '/organisation/sign-in', heading: /./, prepare: untilRules },
  { name: 'identity-provider-new', path: '/organisation/sign-in/new', heading: 'Add an identity provider' },
  { name: 'palette', path: '/explain', heading: 'Explain a request', prepare: openPalette },
  { name: 'keys-of-the-keyboard', path: '/explain', heading: 'Explain a request', prepare: openKeysHelp },
  { name: 'not-found', path: '/no-such-page', heading: 'Page not found' },
]

/** Goes to a page of the list and waits until it stands. */
export async function show(page: Page, shown: ShownPage): Promise<void> {
  await page.goto(shown.path)
  await page.getByRole('heading', { level: 1, name: shown.heading }).waitFor()
  await page.locator('[aria-busy="true"]').waitFor({ state: 'detached' })
  await shown.prepare?.(page)
}

/** Follows a link of the list to the page of that heading. */
function opening(link: string, heading: string): (page: Page) => Promise<void> {
  return async (page) => {
    await page.getByRole('link', { name: link }).click()
    await page.getByRole('heading', { level: 1, name: heading }).waitFor()
  }
}

/** Opens the policy that keys list, on one of its tabs. */
function openPolicy(tab?: string): (page: Page) => Promise<void> {
  return async (page) => {
    await opening('Gold', 'Gold')(page)
    if (tab !== undefined) await page.getByRole('tab', { name: tab }).click()
    if (tab === 'Document') await page.getByRole('textbox', { name: 'Policy as JSON' }).waitFor()
    await page.locator('[aria-busy="true"]').waitFor({ state: 'detached' })
  }
}

/** The chart is fetched after the page. */
async function untilTraffic(page: Page): Promise<void> {
  await page.getByRole('img', { name: /^Requests in the last/ }).waitFor()
}

/** Has a call refused and explains it by the id of its answer. */
async function explainRefusal(page: Page): Promise<void> {
  const { gateway_url } = await (await page.request.get('/api/session')).json()
  const refused = await page.request.get(`${gateway_url}/demo/get`)
  await page.getByRole('searchbox', { name: 'Request id' }).fill(refused.headers()['x-request-id'] ?? '')
  await page.getByRole('button', { name: 'Explain' }).click()
  await page.getByRole('heading', { name: 'The rule that decided' }).waitFor()
}

async function openPalette(page: Page): Promise<void> {
  await page.keyboard.press('Control+k')
  await page.getByRole('textbox', { name: 'Find or do' }).fill('demo')
  await page.getByText('Demo', { exact: true }).first().waitFor()
}

async function openKeysHelp(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).click()
  await page.keyboard.press('?')
  await page.getByRole('dialog', { name: 'Keys of the keyboard' }).waitFor()
}

async function untilRules(page: Page): Promise<void> {
  await page.getByRole('switch', { name: 'Require a second factor' }).waitFor()
}

/** Opens an API of the list that was looked for, on one of its tabs. */
function openApi(tab: string, name = 'Checkout'): (page: Page) => Promise<void> {
  return async (page) => {
    await page.getByRole('link', { name, exact: true }).click()
    await page.getByRole('heading', { level: 1, name }).waitFor()
    await page.getByRole('tab', { name: tab }).click()
    await page.getByRole('tabpanel', { name: tab }).waitFor()
    if (tab === 'Definition') await untilEditor(page)
    await page.locator('[aria-busy="true"]').waitFor({ state: 'detached' })
  }
}

/** The editor is fetched after the page. */
async function untilEditor(page: Page): Promise<void> {
  await page.getByRole('textbox', { name: 'API definition' }).waitFor()
}

async function openRules(page: Page): Promise<void> {
  await openApi('Endpoints')(page)
  await page.getByRole('button', { name: '/search' }).click()
  await page.getByRole('dialog', { name: 'Rules of /search' }).waitFor()
}

async function tryApi(page: Page): Promise<void> {
  await openApi('Try it', 'Demo')(page)
  await page.getByRole('button', { name: 'Send' }).click()
  await page.getByRole('heading', { name: 'Verdict' }).waitFor()
}

async function selectKeys(page: Page): Promise<void> {
  const boxes = page.getByRole('checkbox', { name: /^Select (?!every)/ })
  for (const index of [0, 1]) await boxes.nth(index).check()
}

async function addDemoRule(page: Page): Promise<void> {
  await page.getByRole('combobox', { name: 'Add access rule:' }).click()
  await page.getByRole('option', { name: 'Demo: Default' }).click()
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  await page.getByRole('region', { name: 'What this key will do' }).getByText('Rate').waitFor()
}

async function createKey(page: Page): Promise<void> {
  await addDemoRule(page)
  await page.getByRole('button', { name: 'CREATE' }).click()
  await page.getByRole('button', { name: 'Send a test call' }).click()
  await page.getByRole('region', { name: 'Verdict' }).waitFor()
  // Copied, so that the page can be left without a question.
  await page.getByRole('button', { name: 'Copy to clipboard' }).click()
}

/** Opens the key that has been used and was looked for, on one of its tabs. */
function openKey(tab?: string): (page: Page) => Promise<void> {
  return async (page) => {
    await page.getByRole('link', { name: 'checkout-service' }).click()
    await page.getByRole('heading', { level: 1, name: 'checkout-service' }).waitFor()
    if (tab !== undefined) await page.getByRole('tab', { name: tab }).click()
    if (tab === 'Document') await page.getByRole('textbox', { name: "The key's document" }).waitFor()
    await page.locator('[aria-busy="true"]').waitFor({ state: 'detached' })
  }
}
