import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'

/** The browser's names, the first that is found is taken. */
const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']

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
export function provideChromium(say: (line: string) => void): string | undefined {
  if (chromiumPath() !== undefined) return undefined
  const unavailable =
    'the tests in a browser: no Chromium, and it could not be installed (apt-get install chromium)'
  if (process.getuid?.() !== 0) return unavailable
  say('installing Chromium')
  spawnSync('apt-get', ['update'], { stdio: 'ignore', timeout: maxInstallMs })
  spawnSync('apt-get', ['install', '-y', '--no-install-recommends', 'chromium'], {
    stdio: 'ignore',
    timeout: maxInstallMs,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  })
  return chromiumPath() === undefined ? unavailable : undefined
}

/** Longest wait for the system's packages, milliseconds. */
const maxInstallMs = 600_000
