import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { openStorage } from '@tollgate/storage/open'
import { secretHash, verifyPassword } from '@tollgate/storage/secrets'
import type { Storage } from '@tollgate/storage/storage'
import { followDemo, startDemo } from './demo-api.ts'
import { startDemoUpstream } from './demo-upstream.ts'
import { isEmpty, makeFirstRecords } from './first-start.ts'
import { instanceSecrets } from './instance-secrets.ts'

const pepper = 'ab'.repeat(32)
const nothingGiven = { pepper: undefined, adminSecret: undefined, gatewaySecret: undefined }
const everything = { page: 0, size: 10 }

async function emptyStorage(context: TestContext): Promise<Storage> {
  const storage = await openStorage({ kind: 'sqlite', file: ':memory:' })
  context.after(() => storage.close())
  return storage
}

function secretsFile(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-secrets-'))
  context.after(() => rmSync(folder, { recursive: true }))
  return join(folder, 'secrets.json')
}

test('the first records are an organisation, an administrator who can sign in, and the demo API', async (context) => {
  const storage = await emptyStorage(context)
  assert.equal(await isEmpty(storage), true)

  const made = await makeFirstRecords(storage, pepper, 8081)

  assert.equal(await isEmpty(storage), false)
  const user = await storage.users.byAccessKeyHash(secretHash(pepper, made.accessKey))
  assert.equal(user?.orgId, made.orgId)
  assert.equal(await verifyPassword(made.password, user?.passwordHash ?? ''), true)
  const { rows: apis } = await storage.apis.list(undefined, {}, everything)
  assert.deepEqual(
    apis.map((api) => [api.apiId, api.orgId, api.definition.proxy?.target_url]),
    [[made.demoApiId, made.orgId, 'http://127.0.0.1:8081/']],
  )
})

test('without a demo upstream there is no demo API', async (context) => {
  const storage = await emptyStorage(context)

  const made = await makeFirstRecords(storage, pepper, undefined)

  assert.equal(made.demoApiId, undefined)
  assert.equal((await storage.apis.list(undefined, {}, everything)).total, 0)
})

test('when the demo upstream’s port is taken, it moves, and the APIs that led to it follow', async (context) => {
  const storage = await emptyStorage(context)
  const other = await startDemoUpstream([])
  context.after(() => other.close())
  await makeFirstRecords(storage, pepper, other.port)

  const demo = await startDemo(storage, other.port)
  assert.ok(demo)
  context.after(() => demo.close())
  await followDemo(storage, demo)

  assert.notEqual(demo.port, other.port)
  const { rows: after } = await storage.apis.list(undefined, {}, everything)
  assert.equal(after[0]?.definition.proxy?.target_url, `http://127.0.0.1:${demo.port}/`)
})

test('an installation without the demo API runs no demo upstream', async (context) => {
  assert.equal(await startDemo(await emptyStorage(context), 0), undefined)
})

test('secrets are generated once, for their owner alone', async (context) => {
  const storage = await emptyStorage(context)
  const file = secretsFile(context)

  const first = await instanceSecrets(nothingGiven, file, storage)

  assert.deepEqual(await instanceSecrets(nothingGiven, file, storage), first)
  assert.equal(statSync(file).mode & 0o777, 0o600)
})

test('a database that was written under another pepper is refused', async (context) => {
  const storage = await emptyStorage(context)
  await makeFirstRecords(storage, pepper, undefined)
  const file = secretsFile(context)

  await assert.rejects(instanceSecrets(nothingGiven, file, storage), {
    name: 'StartFailure',
    message: /is missing/,
  })
  await assert.rejects(instanceSecrets({ ...nothingGiven, pepper: 'cd'.repeat(32) }, file, storage), {
    name: 'StartFailure',
    message: /TOLLGATE_PEPPER/,
  })
  assert.equal((await instanceSecrets({ ...nothingGiven, pepper }, file, storage)).pepper, pepper)
})
