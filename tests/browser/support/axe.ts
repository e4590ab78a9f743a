import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What axe finds on the page, serious and critical, a line each with the elements it means. */
export async function axeFindings(page: Page): Promise<readonly string[]> {
  // Runs in the page's context without a script element, which the page's policy would forbid.
  if (!(await page.evaluate('"axe" in globalThis'))) await page.evaluate(source)
  await page.evaluate(stillness)
  const violations = await page.evaluate(runAxe)
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => `${id} (${help}): ${nodes.join(' | ')}`)
}

/** Resolves once nothing fades or moves any more, but what does so for ever: axe would measure colours that are passed through. */
const stillness = `(async () => {
  const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve))
  // A change of style begins its transitions with the next frame.
  await nextFrame()
  await nextFrame()
  const ending = document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity)
  await Promise.all(ending.map(({ finished }) => finished.catch(() => undefined)))
})()`

type Finding = {
  readonly id: string
  readonly impact: string
  readonly help: string
  readonly nodes: string[]
}

/** Runs in the page, where the script has left `axe`. */
async function runAxe(): Promise<Finding[]> {
  // What passed is not asked for: to name all of that takes longer than to look at it.
  const options = { resultTypes: ['violations'] }
  // biome-ignore lint/suspicious/noExplicitAny: what the script has put into the page has no type here
  const { violations } = await (globalThis as any).axe.run(options)
  return violations.map((one: { id: string; impact: string; help: string; nodes: { html: string }[] }) => ({
    id: one.id,
    impact: one.impact,
    help: one.help,
    nodes: one.nodes.slice(0, 3).map(({ html }) => html.slice(0, 200)),
  }))
}
