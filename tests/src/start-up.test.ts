import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { dashboardAs } from '../support/client.ts'
import { databaseKind, onPostgres } from '../support/database.ts'
import { expectStatus } from '../support/fixtures.ts'
import { send } from '../support/http.ts'
import { freshSettings, launch, runTollgate, type Server, startServer } from '../support/server.ts'

const run = promisify(execFile)

/** Of a test that starts no program on the database of this run. */
const skip = databaseKind === 'postgres' ? 'no database is used: it ran with the other one' : false

/** What the first start printed, once its last command is there: the ports answer a moment before. */
async function firstText(server: Server): Promise<string> {
  for (let tries = 0; tries < 200 && !/demo\/get/.test(server.output()); tries++) await sleep(25)
  return server.output()
}

/** The API credentials in the command of the start-up text. */
const accessKeyIn = (text: string): string => /authorization: ([0-9a-f]{32})\b/.exec(text)?.[1] ?? ''

test('the first start says everything a newcomer needs, and its commands work when pasted', async () => {
  const server = await startServer()
  try {
    const text = await firstText(server)
    assert.ok(text.includes(`http://127.0.0.1:${server.dashboard.port}`), text)
    assert.ok(text.includes(`http://127.0.0.1:${server.gateway.port}`), text)
    const commands = text
      .replaceAll('\\\n', ' ')
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => /^(?:[A-Z]+=\$\()?curl /.test(line))
    assert.ok(commands.length >= 2, text)
    const { stdout } = await run('bash', ['-e', '-o', 'pipefail', '-c', commands.join('\n')])
    const key = /\b[0-9a-f]{56}\b/.exec(stdout)?.[0]
    assert.ok(key, `${commands.join('\n')}\n${stdout}`)
    assert.match(stdout, /"path":\s*"/, 'the echo of the demo upstream')
    const [, email, password] = /([\w.+-]+@[\w.-]+)\D[\s\S]*?[Pp]assword:?\s+(\S+)/.exec(text) ?? []
    const signIn = await send(server.dashboard, {
      method: 'POST',
      path: '/login',
      headers: { 'content-type': 'application/json' },
      body: { username: email, password },
    })
    assert.equal(signIn.status, 200, `${email} ${password}\n${text}`)
    const accessKey = accessKeyIn(text)
    expectStatus(await dashboardAs(server, accessKey).get('/api/apis'))
    const through = await send(server.gateway, { path: '/demo/get', headers: { authorization: String(key) } })
    assert.equal(through.status, 200, through.text)
    assert.equal((await send(server.gateway, { path: '/demo/get' })).status, 401)
  } finally {
    await server.dispose()
  }
})

test('a later start shows no secret again, and everything is still there', async () => {
  const server = await startServer()
  const accessKey = accessKeyIn(await firstText(server))
  assert.match(accessKey, /^[0-9a-f]{32}$/, server.output())
  const again = await server.restart()
  try {
    assert.ok(!again.output().includes(accessKey), again.output())
    assert.ok(!again.output().includes(again.adminSecret))
    assert.ok(!again.output().includes(again.gatewaySecret))
    expectStatus(await dashboardAs(again, accessKey).get('/api/apis'))
  } finally {
    await again.dispose()
  }
})

test('generated secrets are kept for their owner alone and stay the same', async () => {
  const settings = await freshSettings()
  const { TOLLGATE_ADMIN_SECRET: _, TOLLGATE_GATEWAY_SECRET: __, ...env } = settings.env
  let server = await launch(env, settings.remove)
  try {
    const first = await firstText(server)
    assert.equal((await stat(server.dataDir)).mode & 0o077, 0, 'the data folder')
    const secrets = first.match(/\b[0-9a-f]{32,64}\b/g) ?? []
    const works = async (secret: string) =>
      (await send(server.dashboard, { path: '/admin/organisations', headers: { 'admin-auth': secret } }))
        .status === 200
    const found = await Promise.all(secrets.map(async (secret) => ({ secret, works: await works(secret) })))
    const admin = found.find((entry) => entry.works)?.secret
    assert.ok(admin, `the start-up text shows the admin secret:\n${first}`)
    const holders = await filesHolding(server.dataDir, admin)
    assert.ok(holders.length > 0, 'the secret is kept in the data folder')
    for (const file of holders)
      assert.equal((await stat(file)).mode & 0o077, 0, `${file} may be read by others`)
    server = await server.restart()
    assert.ok(await works(admin), 'the secret is the same after a restart')
    assert.ok(!server.output().includes(admin), 'and not shown again')
  } finally {
    await server.dispose()
  }
})

async function filesHolding(folder: string, text: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
  const holds = await Promise.all(files.map(async (file) => (await readFile(file)).includes(text)))
  return files.filter((_, index) => holds[index])
}

test('every wrong setting is listed at once, and the exit code is 2', { skip }, async () => {
  const result = await runTollgate(['start'], {
    TOLLGATE_DASHBOARD_PORT: 'abc',
    TOLLGATE_GATEWAY_PORT: '99999',
    TOLLGATE_WORKERS: '0',
    TOLLGATE_DATABASE_URL: 'mysql://nowhere',
    TOLLGATE_DASHBORD_PORT: '3000',
  })

  assert.equal(result.code, 2, result.stderr)
  for (const name of [
    'TOLLGATE_DASHBOARD_PORT',
    'TOLLGATE_GATEWAY_PORT',
    'TOLLGATE_WORKERS',
    'TOLLGATE_DATABASE_URL',
    'TOLLGATE_DASHBORD_PORT',
  ]) {
    assert.match(result.stderr, new RegExp(`\\b${name}\\b`))
  }
  assert.doesNotMatch(result.stderr, /\n\s+at /, 'no stack')
})

/** Lines of what a failed start says, without a stack. */
const complaint = (stderr: string) => {
  assert.doesNotMatch(stderr, /\n\s+at /, 'no stack')
  return stderr.trim().split('\n')
}

test('a port in use is one clear line that names the port', { skip }, async () => {
  for (const name of ['TOLLGATE_DASHBOARD_PORT', 'TOLLGATE_GATEWAY_PORT']) {
    const settings = await freshSettings()
    const taken = net.createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    const { port } = taken.address() as net.AddressInfo
    try {
      const result = await runTollgate(['start'], { ...settings.env, [name]: String(port) })
      assert.equal(result.code, 1, result.stdout + result.stderr)
      const lines = complaint(result.stderr)
      assert.equal(lines.length, 1, result.stderr)
      assert.match(lines[0] ?? '', new RegExp(`\\b${port}\\b`))
    } finally {
      taken.close()
      await settings.remove()
    }
  }
})

test('a second start on the same folder is one clear line, and the first runs on', async () => {
  const server = await startServer()
  const second = await freshSettings()
  try {
    const result = await runTollgate(['start'], { ...second.env, TOLLGATE_DATA_DIR: server.dataDir })
    assert.equal(result.code, 1, result.stdout + result.stderr)
    assert.equal(complaint(result.stderr).length, 1, result.stderr)
    assert.ok(result.stderr.includes(server.dataDir), result.stderr)
    expectStatus(await send(server.dashboard, { path: '/hello' }))
  } finally {
    await second.remove()
    await server.dispose()
  }
})

test('a folder whose program was killed is free for the next start', async () => {
  const server = await startServer()
  await server.kill9()
  const again = await server.restart()
  await again.dispose()
})

test('a data folder that cannot be written is one clear line', { skip }, async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'tollgate-readonly-'))
  const settings = await freshSettings()
  await writeFile(path.join(folder, 'file'), '')
  await chmod(folder, 0o500)
  try {
    // A path through a file cannot become a folder for anyone, root included.
    const result = await runTollgate(['start'], {
      ...settings.env,
      TOLLGATE_DATA_DIR: path.join(folder, 'file', 'data'),
    })
    assert.equal(result.code, 1, result.stdout + result.stderr)
    assert.equal(complaint(result.stderr).length, 1, result.stderr)
    assert.ok(result.stderr.includes(folder), result.stderr)
  } finally {
    await chmod(folder, 0o700)
    await rm(folder, { recursive: true })
    await settings.remove()
  }
})

test('a database from a newer version is refused with one clear line and left alone', async () => {
  const server = await startServer()
  try {
    await server.stop()
    const fromTheFuture = "update meta set value = '9999' where name = 'schema'"
    if (databaseKind === 'postgres') {
      await onPostgres(server.env.TOLLGATE_DATABASE_URL ?? '', fromTheFuture)
    } else {
      const { DatabaseSync } = await import('node:sqlite')
      const database = new DatabaseSync(await databaseFile(server.dataDir))
      database.exec(fromTheFuture)
      database.close()
    }

    const result = await runTollgate(['start'], server.env)
    assert.equal(result.code, 1, result.stdout + result.stderr)
    assert.equal(complaint(result.stderr).length, 1, result.stderr)
    assert.match(result.stderr, /newer/i)
  } finally {
    await server.dispose()
  }
})

async function databaseFile(folder: string): Promise<string> {
  for (const name of await readdir(folder)) {
    const head = await readFile(path.join(folder, name)).then((bytes) => bytes.subarray(0, 15).toString())
    if (head === 'SQLite format 3') return path.join(folder, name)
  }
  throw new Error(`no SQLite file in ${folder}`)
}

test('an unreachable database is one clear line without its password', { skip }, async () => {
  const settings = await freshSettings()
  try {
    const result = await runTollgate(['start'], {
      ...settings.env,
      TOLLGATE_DATABASE_URL: 'postgres://someone:hush-hush@127.0.0.1:1/nothing',
    })
    assert.equal(result.code, 1, result.stdout + result.stderr)
    assert.equal(complaint(result.stderr).length, 1, result.stderr)
    assert.ok(!`${result.stdout}${result.stderr}`.includes('hush-hush'))
  } finally {
    await settings.remove()
  }
})

test('SIGTERM ends it with 0', async () => {
  const server = await startServer()
  try {
    assert.equal(await server.stop(), 0, server.output())
  } finally {
    await server.dispose()
  }
})

test('--help and --version print and end with 0; an unknown word ends with 2', { skip }, async () => {
  const help = await runTollgate(['--help'], {})
  const version = await runTollgate(['--version'], {})
  const unknown = await runTollgate(['strat'], {})

  assert.equal(help.code, 0, help.stderr)
  for (const word of ['start', 'doctor', 'TOLLGATE_DATA_DIR'])
    assert.ok(help.stdout.includes(word), `${word} in --help`)
  assert.equal(version.code, 0, version.stderr)
  assert.match(version.stdout, /\d+\.\d+\.\d+/)
  assert.equal(unknown.code, 2, unknown.stdout + unknown.stderr)
})

test('doctor says what is wrong in one line each', async () => {
  const settings = await freshSettings()
  const taken = net.createServer()
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
  const { port } = taken.address() as net.AddressInfo
  try {
    const well = await runTollgate(['doctor'], settings.env)
    assert.equal(well.code, 0, well.stdout + well.stderr)
    const ill = await runTollgate(['doctor'], { ...settings.env, TOLLGATE_GATEWAY_PORT: String(port) })
    assert.equal(ill.code, 1, ill.stdout + ill.stderr)
    assert.match(`${ill.stdout}${ill.stderr}`, new RegExp(`\\b${port}\\b`))
    assert.doesNotMatch(`${ill.stdout}${ill.stderr}`, /\n\s+at /)
  } finally {
    taken.close()
    await settings.remove()
  }
})
