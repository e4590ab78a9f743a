import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { readSecrets, secretsInForce, writeSecrets } from './secrets-file.ts'

function secretsFile(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-secrets-'))
  context.after(() => rmSync(folder, { recursive: true }))
  return join(folder, 'secrets.json')
}

const nothingGiven = { pepper: undefined, adminSecret: undefined, gatewaySecret: undefined }

test('what was written is read again, and no other user may read it', (context) => {
  const file = secretsFile(context)
  assert.equal(readSecrets(file), undefined)
  const secrets = secretsInForce(nothingGiven, {}).keep

  writeSecrets(file, secrets)

  assert.deepEqual(readSecrets(file), secrets)
  assert.equal(statSync(file).mode & 0o777, 0o600)
})

test('secrets are new each time, and those of the settings win', () => {
  const kept = secretsInForce(nothingGiven, {}).inForce
  assert.notEqual(secretsInForce(nothingGiven, {}).inForce.pepper, kept.pepper)

  const { inForce } = secretsInForce({ ...nothingGiven, adminSecret: 'given by settings' }, kept)

  assert.deepEqual(inForce, { ...kept, adminSecret: 'given by settings' })
})

test('finding 17: what the settings give is not kept, and a former secret does not come back when they no longer do', () => {
  const given = { pepper: 'cd'.repeat(32), adminSecret: 'given admin', gatewaySecret: 'given gateway' }
  assert.deepEqual(secretsInForce(given, {}), { inForce: given, keep: {} })

  const before = secretsInForce(nothingGiven, {}).inForce
  const { keep } = secretsInForce(given, before)
  assert.deepEqual(keep, { pepper: before.pepper }, 'what was sealed under the kept pepper needs it')
  const after = secretsInForce(nothingGiven, keep).inForce
  assert.equal(after.pepper, before.pepper)
  assert.notEqual(after.adminSecret, before.adminSecret)
  assert.notEqual(after.adminSecret, given.adminSecret)
})

test('a damaged file is refused in one line, not overwritten', (context) => {
  const file = secretsFile(context)
  for (const content of ['', '{', '{"pepper":"short"}']) {
    writeFileSync(file, content)
    assert.throws(() => readSecrets(file), { name: 'StartFailure', message: /damaged/ })
  }
})
