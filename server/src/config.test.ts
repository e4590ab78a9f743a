import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { ConfigMistakes, readConfig, urlHost } from './config.ts'

function mistakesOf(environment: Record<string, string>): readonly string[] {
  try {
    readConfig(environment)
  } catch (error) {
    if (error instanceof ConfigMistakes) return error.mistakes
    throw error
  }
  return []
}

test('an empty environment gives the documented defaults', () => {
  const config = readConfig({})

  assert.equal(config.host, '127.0.0.1')
  assert.equal(config.dashboardPort, 3000)
  assert.equal(config.gatewayPort, 8080)
  assert.equal(config.databaseUrl, undefined)
  assert.equal(config.adminSecret, undefined)
  assert.ok(config.workers >= 1)
  assert.equal(config.gateway.logRequests, 'refused')
})

test('every mistake is told at once, and none shows a secret', () => {
  const mistakes = mistakesOf({
    TOLLGATE_GATEWAY_PORT: '80800',
    TOLLGATE_WORKERS: 'many',
    TOLLGATE_ADMIN_SECRET: 'short',
    TOLLGATE_TRUSTED_PROXIES: '10.0.0.0/8,nonsense',
    TOLLGATE_LOG_LEVEL: 'loud',
    TOLLGATE_DATABASE_URL: 'mysql://root:hunter22@localhost/x',
  })

  assert.equal(mistakes.length, 6)
  assert.ok(mistakes.includes('TOLLGATE_GATEWAY_PORT: expected a whole number from 0 to 65535, got "80800"'))
  assert.ok(!mistakes.join().includes('short'))
  assert.ok(!mistakes.join().includes('hunter22'))
})

test('a name that does not exist is a mistake, and the nearest one is offered', () => {
  const mistakes = mistakesOf({ TOLLGATE_GATEWAY_PROT: '1' })

  assert.deepEqual(mistakes, [
    'TOLLGATE_GATEWAY_PROT: there is no such setting (in the environment); did you mean TOLLGATE_GATEWAY_PORT?',
  ])
})

test('other programs’ variables and empty values are left alone', () => {
  assert.deepEqual(mistakesOf({ PATH: '/bin', TOLLGATE_WORKERS: '', TOLLGATE_TEST_DATABASE: 'sqlite' }), [])
})

test('the two ports may not be the same', () => {
  const mistakes = mistakesOf({ TOLLGATE_GATEWAY_PORT: '9000', TOLLGATE_DASHBOARD_PORT: '9000' })

  assert.deepEqual(mistakes, [
    'TOLLGATE_GATEWAY_PORT: 9000 is already the value of TOLLGATE_DASHBOARD_PORT; the two need ports of their own',
  ])
  assert.deepEqual(mistakesOf({ TOLLGATE_GATEWAY_PORT: '0', TOLLGATE_DASHBOARD_PORT: '0' }), [])
})

test('a file gives settings in JSON, and the environment wins over it', (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-config-'))
  context.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'tollgate.json')
  writeFileSync(
    file,
    JSON.stringify({
      TOLLGATE_WORKERS: 3,
      TOLLGATE_DEMO: false,
      TOLLGATE_TRUSTED_PROXIES: ['10.0.0.0/8', '::1'],
      TOLLGATE_HOST: '::1',
    }),
  )

  const config = readConfig({ TOLLGATE_CONFIG: file, TOLLGATE_HOST: '0.0.0.0' })

  assert.equal(config.workers, 3)
  assert.equal(config.demo, false)
  assert.deepEqual(config.gateway.trustedProxies, ['10.0.0.0/8', '::1'])
  assert.equal(config.host, '0.0.0.0')
})

test('mistakes of the file are told with those of the environment', (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-config-'))
  context.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'tollgate.json')
  writeFileSync(file, JSON.stringify({ TOLLGATE_WORKERS: {}, TOLLGATE_NONSENSE_OF_MINE: 1 }))

  const mistakes = mistakesOf({ TOLLGATE_CONFIG: file, TOLLGATE_PAGE_SIZE: '-1' })

  assert.equal(mistakes.length, 3)
  assert.match(
    mistakesOf({ TOLLGATE_CONFIG: join(folder, 'absent.json') }).join(),
    /cannot read .*absent\.json/,
  )
})

test('trusted proxies may be none', () => {
  assert.deepEqual(readConfig({ TOLLGATE_TRUSTED_PROXIES: 'none' }).gateway.trustedProxies, [])
})

test('an address becomes the host of a URL that works on this machine', () => {
  assert.equal(urlHost('127.0.0.1'), '127.0.0.1')
  assert.equal(urlHost('::1'), '[::1]')
  assert.equal(urlHost('0.0.0.0'), '127.0.0.1')
})
