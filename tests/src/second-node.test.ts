import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { databaseKind } from '../support/database.ts'
import { freshSettings, launch, runTollgate, type Server, startServer } from '../support/server.ts'

/** Two nodes on one PostgreSQL do not hear of each other's changes: the second one is told so, and does not start. */

const skip = databaseKind === 'postgres' ? false : 'an embedded database belongs to one program'

let first: Server

before(async () => {
  if (!skip) first = await startServer({ TOLLGATE_PEPPER: randomBytes(32).toString('hex') })
})
after(() => first?.dispose())

const shared = () => {
  const { TOLLGATE_DATABASE_URL = '', TOLLGATE_PEPPER = '' } = first.env
  return { TOLLGATE_DATABASE_URL, TOLLGATE_PEPPER }
}

test('C1: a second node on the database refuses to start, in one sentence that names the first', {
  skip,
}, async () => {
  const settings = await freshSettings()
  try {
    const { code, stderr } = await runTollgate(['start'], { ...settings.env, ...shared() })
    assert.equal(code, 1)
    assert.match(
      stderr,
      new RegExp(`^tollgate: another Tollgate \\(\\S+, process ${first.pid}\\) runs on the database`, 'm'),
    )
    assert.match(stderr, /TOLLGATE_UNSAFE_SECOND_NODE=1/)
  } finally {
    await settings.remove()
  }
})

test('C1: with TOLLGATE_UNSAFE_SECOND_NODE=1 it starts, and says what does not hold', { skip }, async () => {
  const settings = await freshSettings()
  const second = await launch(
    { ...settings.env, ...shared(), TOLLGATE_UNSAFE_SECOND_NODE: '1' },
    settings.remove,
  )
  assert.match(second.output(), /a key revoked on one may be admitted by another/)
  await second.dispose()
})

test('C1: a node whose lock was lost takes it again; one that finds it taken stops', { skip }, async () => {
  const url = first.env.TOLLGATE_DATABASE_URL ?? ''
  const other = new pg.Client({ connectionString: url })
  await other.connect()
  const cut = `select pg_terminate_backend(pid) from pg_stat_activity
    where application_name like 'tollgate %' and datname = current_database()`
  const said = async (text: RegExp) => {
    while (!text.test(first.output())) await sleep(50)
  }
  await other.query(cut)
  await said(/the lock of the database is held again/)

  const lock = 'select pg_advisory_lock(1852793957)'
  await Promise.all([other.query(cut), other.query(lock)])
  await said(/the program has to stop/)
  assert.equal(await first.stop(), 1)
  await other.end()
})
