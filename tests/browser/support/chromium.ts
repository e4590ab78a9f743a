import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'
import { installPackage } from '../../apt.ts'

/**
 * The browser's names, the first that is found is taken. The headless shell is the same engine without the windows, tabs and
 * toolbars that nobody sees here: the tests need about two thirds of the CPU time with it.
 */
const names = [
  'chromium-headless-shell',
  'chromium',
  'chromium-browser',
  'google-chrome-stable',
  'google-chrome',
]

/** Path of the Chromium of this machine, or of `TOLLGATE_TEST_CHROMIUM`; undefined when there is none. */
function chromiumPath(): string | undefined {
  const given = process.env.TOLLGATE_TEST_CHROMIUM
  if (given) return given
  const folders = (process.env.PATH ?? '').split(delimiter)
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path))
}

/** Starts the browser without a window. */
export async function startBrowser(): Promise<Browser> {
  const executablePath = chromiumPath()
  if (executablePath === undefined) {
    throw new Error('no Chromium: apt-get install chromium, or name one in TOLLGATE_TEST_CHROMIUM')
  }
  // As root, as in most containers, its sandbox cannot be had; it sees only the server of the test.
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] })
}

/**
 * Sees to it that there is a browser, by the system's packages where they can be had.
 * @returns why there is none; undefined when there is one
 */
export function provideChromium(print: (line: string) => void): string | undefined {
  if (chromiumPath() !== undefined) return undefined
  let problem: string | undefined
  for (const name of ['chromium-headless-shell', 'chromium']) {
    // Older releases of Debian do not have the first.
    problem = installPackage(name, print)
    if (chromiumPath() !== undefined) return undefined
  }
  return `the tests in a browser: ${problem ?? 'Chromium is installed, and its program is not found'}; one may be named in TOLLGATE_TEST_CHROMIUM instead`
}
