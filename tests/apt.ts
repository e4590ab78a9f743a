import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'

/** Longest run of apt-get, milliseconds. */
const maxAptMs = 600_000
/** Where apt keeps what the registries offer; empty in most fresh containers. */
const listsFolder = '/var/lib/apt/lists'

/**
 * Installs a Debian package, where this is root on Debian.
 * @returns what is missing and why it could not be installed; undefined when it is installed
 */
export function installPackage(name: string, print: (line: string) => void): string | undefined {
  const missing = `the Debian package ${name} is missing (apt-get install ${name})`
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return missing
  print(`installing the Debian package ${name}`)
  const isFresh = !hasLists()
  const problem = (isFresh ? apt('update') : undefined) ?? install(name)
  // What stood in old lists may have gone from the registry meanwhile.
  const last = problem !== undefined && !isFresh ? (apt('update') ?? install(name)) : problem
  return last === undefined ? undefined : `${missing}, and ${last}`
}

function hasLists(): boolean {
  return existsSync(listsFolder) && readdirSync(listsFolder).some((file) => file.includes('_Packages'))
}

const install = (name: string) => apt('install', '-y', '--no-install-recommends', name)

/** @returns what went wrong */
function apt(...args: readonly string[]): string | undefined {
  const { status, error, stderr } = spawnSync('apt-get', ['-qq', ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    encoding: 'utf8',
    timeout: maxAptMs,
  })
  return status === 0 ? undefined : `apt-get ${args[0]} failed: ${error?.message ?? stderr.trim()}`
}
