import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { show, shownPages } from './pages.ts'
import { prepareShownWorld } from './shown-world.ts'
import { newWindow, signIn, startBrowserWorld, watchedPage } from './support/world.ts'

/**
 * `npm run screenshots [-- words]`: pictures of every page, light and dark, wide and narrow, into docs/screenshots; with
 * words only of the pages whose name contains one. As WebP, a tenth of what PNG takes.
 */

const folder = join(import.meta.dirname, '../../docs/screenshots')
/** Of 100: text stays sharp, a picture takes some 30 KB. */
const QUALITY = 85
const words = process.argv.slice(2)
const chosen = shownPages.filter(
  ({ name }) => words.length === 0 || words.some((word) => name.includes(word)),
)

mkdirSync(folder, { recursive: true })
const world = await startBrowserWorld()
try {
  const administrator = await prepareShownWorld(world)
  for (const scheme of ['light', 'dark'] as const) {
    for (const width of [1440, 390]) {
      const context = await newWindow(world, { scheme, width })
      const { page, mishaps } = await watchedPage(context)
      const browser = await context.newCDPSession(page)
      const keep = async (name: string) => {
        // Playwright's own picture would be PNG or JPEG; the browser itself can do better.
        const { data } = await browser.send('Page.captureScreenshot', { format: 'webp', quality: QUALITY })
        writeFileSync(join(folder, `${name}-${scheme}-${width}.webp`), Buffer.from(data, 'base64'))
      }
      if (words.length === 0 || words.includes('sign-in')) {
        await page.goto('/')
        await page.getByRole('heading', { name: 'Sign in' }).waitFor()
        await keep('sign-in')
      }
      await signIn(page, administrator)
      for (const shown of chosen) {
        await show(page, shown)
        await keep(shown.name)
      }
      for (const mishap of mishaps) process.stdout.write(`${scheme} ${width}: ${mishap}\n`)
      await context.close()
    }
  }
} finally {
  await world.close()
}
