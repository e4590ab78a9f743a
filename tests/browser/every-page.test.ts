import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { show, shownPages } from './pages.ts'
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

suite('every page', () => {
  for (const scheme of ['light', 'dark'] as const) {
    for (const width of [1440, 390]) {
      test(`has no mishap, no finding of axe and no sideways scrolling, ${scheme}, ${width} px wide`, () =>
        asAdministrator(
          async (page) => {
            const findings: string[] = []
            for (const shown of shownPages) {
              await show(page, shown)
              findings.push(...(await axeFindings(page)).map((finding) => `${shown.name}: ${finding}`))
              const overflow = await page.evaluate(
                'document.documentElement.scrollWidth - document.documentElement.clientWidth',
              )
              if (Number(overflow) > 0) findings.push(`${shown.name}: ${overflow} px too wide`)
            }
            assert.deepEqual(findings, [])
          },
          { scheme, width },
        ))
    }
  }
})
