import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Page } from 'playwright-core'
import { type ShownPage, show, shownPages } from './pages.ts'
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

/** Pages of one test: few enough that its limit is far on a slow machine too. */
const pagesAtATime = 12

suite('every page', { concurrency: 2 }, () => {
  for (const width of [1440, 390]) {
    for (let from = 0; from < shownPages.length; from += pagesAtATime) {
      const pages = shownPages.slice(from, from + pagesAtATime)
      const [first, last] = [pages[0]?.name, pages.at(-1)?.name]
      test(`has no mishap, no finding of axe and no sideways scrolling, light and dark, ${width} px wide: ${first} to ${last}`, () =>
        asAdministrator(async (page) => assert.deepEqual(await wrongOnEach(page, pages), []), {
          width,
          scheme: 'light',
        }))
    }
  }
})

/**
 * What is wrong on the pages, a line each. Loading a page, and turning it to the other scheme, costs more than looking at
 * it: it is loaded in the scheme that the one before it was left in, looked at, turned, and looked at again.
 */
async function wrongOnEach(page: Page, pages: readonly ShownPage[]): Promise<readonly string[]> {
  const wrong: string[] = []
  let scheme: Scheme = 'light'
  for (const shown of pages) {
    await show(page, shown)
    wrong.push(...(await wrongOn(page)).map((what) => `${shown.name}, ${scheme}: ${what}`))
    scheme = await turn(page, scheme)
    wrong.push(...(await wrongOn(page)).map((what) => `${shown.name}, ${scheme}: ${what}`))
  }
  return wrong
}

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
