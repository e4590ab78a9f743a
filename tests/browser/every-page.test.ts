import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Page } from 'playwright-core'
import { visit, visitedPages } from './pages.ts'
import { showApis } from './shown-apis.ts'
import { showKeys } from './shown-keys.ts'
import { showPeople } from './shown-people.ts'
import { showTraffic } from './shown-traffic.ts'
import { axeFindings } from './support/axe.ts'
import { asAdministrator, useBrowserWorld, world } from './support/world.ts'

useBrowserWorld(async () => {
  await showApis(world)
  await showKeys(world)
  await showPeople(world)
  await showTraffic(world)
})

suite('every page', { concurrency: 2 }, () => {
  for (const width of [1440, 390]) {
    test(`has no mishap, no finding of axe and no sideways scrolling, light and dark, ${width} px wide`, () =>
      asAdministrator(
        async (page) => {
          const findings: string[] = []
          // Loading a page, and turning it, costs more than looking at it: it is loaded in the scheme that the one before
          // it was left in, looked at, turned, and looked at again.
          let scheme: Scheme = 'light'
          for (const visited of visitedPages) {
            await visit(page, visited)
            findings.push(...(await wrongOn(page)).map((what) => `${visited.name}, ${scheme}: ${what}`))
            scheme = await turn(page, scheme)
            findings.push(...(await wrongOn(page)).map((what) => `${visited.name}, ${scheme}: ${what}`))
          }
          assert.deepEqual(findings, [])
        },
        { width, scheme: 'light' },
      ))
  }
})

type Scheme = 'light' | 'dark'

/** The system asks for the other scheme, and the page has taken it on. */
async function turn(page: Page, from: Scheme): Promise<Scheme> {
  const to = from === 'light' ? 'dark' : 'light'
  await page.emulateMedia({ colorScheme: to })
  await page.locator(`html[data-mantine-color-scheme="${to}"]`).waitFor()
  return to
}

/** What axe finds on the page as it stands, and by how much it is too wide. */
async function wrongOn(page: Page): Promise<readonly string[]> {
  const overflow = await page.evaluate(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  )
  return [...(await axeFindings(page)), ...(Number(overflow) > 0 ? [`${overflow} px too wide`] : [])]
}
