import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { installPackage } from './apt.ts'

/** A throw-away PostgreSQL for one test run. */
export type PostgresServer = {
  /** A superuser's URL; suites make databases of their own on it. */
  readonly url: string
  stop(): Promise<void>
}

/** PostgreSQL is neither here nor can it be had; the message says what to do. */
export class NoPostgres extends Error {}

const startLimitMs = 60_000

/**
 * Starts a server on a free loopback port, in a temporary folder. Where PostgreSQL is not installed and this is root on
 * Debian, it is installed first.
 * @throws {NoPostgres} when it cannot be had.
 */
export async function startPostgres(print: (line: string) => void): Promise<PostgresServer> {
  const programs = findPrograms() ?? install(print)
  const owner = unprivilegedUser()
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-postgres-'))
  if (owner) chownSync(folder, owner.uid, owner.gid)
  const cluster = join(folder, 'cluster')
  const initdb = spawnSync(
    join(programs, 'initdb'),
    ['-D', cluster, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync'],
    { ...owner, cwd: folder, encoding: 'utf8' },
  )
  if (initdb.status !== 0) {
    rmSync(folder, { recursive: true, force: true })
    throw new NoPostgres(`initdb failed: ${initdb.error?.message ?? initdb.stderr.trim()}`)
  }
  const port = await freePort()
  // Nothing of this server need survive a power cut.
  const settings = ['fsync=off', 'full_page_writes=off', 'synchronous_commit=off', 'max_connections=200']
  const server = spawn(
    join(programs, 'postgres'),
    [
      '-D',
      cluster,
      '-h',
      '127.0.0.1',
      '-p',
      String(port),
      '-k',
      folder,
      ...settings.flatMap((setting) => ['-c', setting]),
    ],
    { ...owner, cwd: folder, stdio: 'ignore' },
  )
  const stop = async () => {
    await end(server)
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await ready(programs, port, server)
  } catch (error) {
    await stop()
    throw error
  }
  return { url: `postgres://postgres@127.0.0.1:${port}/postgres`, stop }
}

/** Folder that holds initdb and postgres: from PATH, else where Debian puts them. */
function findPrograms(): string | undefined {
  const inPath = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'initdb'))
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian)
    ? readdirSync(debian).sort((one, other) => Number(other) - Number(one))
    : []
  const candidates = [...inPath, ...versions.map((version) => join(debian, version, 'bin', 'initdb'))]
  // A link leads to the folder where the programs lie together.
  const folders = candidates
    .filter((program) => existsSync(program))
    .map((program) => dirname(realpathSync(program)))
  return folders.find((folder) => existsSync(join(folder, 'postgres')))
}

function install(print: (line: string) => void): string {
  const problem = installPackage('postgresql', print)
  const programs = findPrograms()
  if (programs !== undefined) return programs
  throw new NoPostgres(
    `the tests on PostgreSQL: ${problem ?? 'it is installed, and its programs are not found'}; a server may be named in TOLLGATE_TEST_POSTGRES_URL instead`,
  )
}

/** PostgreSQL refuses to run as root; undefined when we are not. */
function unprivilegedUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const idOf = (flag: string, user: string) => Number(execFileSync('id', [flag, user], { encoding: 'utf8' }))
  const user = spawnSync('id', ['postgres']).status === 0 ? 'postgres' : 'nobody'
  return { uid: idOf('-u', user), gid: idOf('-g', user) }
}

async function ready(programs: string, port: number, server: ChildProcess): Promise<void> {
  const deadline = Date.now() + startLimitMs
  while (server.exitCode === null && Date.now() < deadline) {
    if (spawnSync(join(programs, 'pg_isready'), ['-q', '-h', '127.0.0.1', '-p', String(port)]).status === 0)
      return
    await sleep(100)
  }
  throw new NoPostgres(`PostgreSQL did not come up on port ${port}`)
}

/** SIGINT is PostgreSQL's "fast" shutdown: it does not wait for clients. */
async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  const ended = new Promise((resolve) => server.once('exit', resolve))
  server.kill('SIGINT')
  await ended
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
