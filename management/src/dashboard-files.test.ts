import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { buildDashboardApi } from './dashboard-api.ts'
import { type DashboardState, readDashboardFiles } from './dashboard-files.ts'
import { testWorld } from './test-world.ts'

const script = 'console.log("hello")'
const asPage = { accept: 'text/html,application/xhtml+xml' }

function builtFolder(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-dist-'))
  context.after(() => rmSync(folder, { recursive: true }))
  mkdirSync(join(folder, 'assets'))
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Tollgate</title>')
  writeFileSync(join(folder, 'assets/main-abc.js'), script)
  writeFileSync(join(folder, 'assets/main-abc.js.gz'), gzipSync(script))
  writeFileSync(join(folder, 'assets/main-abc.js.br'), brotliCompressSync(script))
  writeFileSync(join(folder, 'stamp'), 'not to be served')
  return folder
}

async function serving(state: DashboardState) {
  const { deps } = await testWorld()
  const app = buildDashboardApi({ ...deps, dashboard: () => state })
  return (url: string, headers: Record<string, string> = {}, method: 'GET' | 'HEAD' | 'POST' = 'GET') =>
    app.inject({ method, url, headers })
}

test('the page stands at / and wherever a browser goes, and is asked for again each time', async (context) => {
  const ask = await serving({ kind: 'ready', files: readDashboardFiles(builtFolder(context)) })

  for (const url of [
    '/',
    '/keys',
    '/keys/a.b%2Fc?x=1',
    '/apis/',
    '/apisomething',
    '/keys/../../etc/passwd',
  ]) {
    const reply = await ask(url, asPage)
    assert.deepEqual([reply.statusCode, reply.headers['cache-control']], [200, 'no-cache'], url)
    assert.match(reply.body, /<title>Tollgate/)
    assert.match(
      String(reply.headers['content-security-policy']),
      /script-src 'self';.*frame-ancestors 'none'/,
    )
    assert.equal(reply.headers['x-content-type-options'], 'nosniff')
    assert.equal(reply.headers['referrer-policy'], 'no-referrer')
  }
})

test('what the API owns stays the API’s, for a browser too', async (context) => {
  const ask = await serving({ kind: 'ready', files: readDashboardFiles(builtFolder(context)) })

  for (const url of ['/api', '/api/keys', '/api/nothing', '//api/keys', '/admin/x', '/tyk/keys', '/login']) {
    const reply = await ask(url, asPage)
    assert.match(reply.body, /^\{"Status":"Error"/, url)
  }
  assert.equal((await ask('/docs', asPage)).statusCode, 200)
  assert.equal((await ask('/keys', { accept: 'application/json' })).statusCode, 401)
  assert.equal((await ask('/keys', asPage, 'POST')).statusCode, 401)
})

test('an asset is kept for good, compressed as the browser likes, and not sent twice', async (context) => {
  const ask = await serving({ kind: 'ready', files: readDashboardFiles(builtFolder(context)) })
  const asset = '/assets/main-abc.js'
  const plain = await ask(asset)
  const gzip = await ask(asset, { 'accept-encoding': 'gzip, br;q=0' })
  const brotli = await ask(asset, { 'accept-encoding': 'gzip, deflate, br' })

  assert.equal(plain.body, script)
  assert.equal(plain.headers['cache-control'], 'public, max-age=31536000, immutable')
  assert.deepEqual(
    [plain, gzip, brotli].map((reply) => reply.headers['content-encoding']),
    [undefined, 'gzip', 'br'],
  )
  assert.equal(new Set([plain, gzip, brotli].map((reply) => reply.headers.etag)).size, 3)
  assert.equal(brotli.headers.vary, 'accept-encoding')
  const again = await ask(asset, { 'if-none-match': `"x", ${plain.headers.etag}` })
  assert.deepEqual([again.statusCode, again.body], [304, ''])
  const head = await ask(asset, {}, 'HEAD')
  assert.deepEqual(
    [head.statusCode, head.body, head.headers['content-length']],
    [200, '', String(script.length)],
  )
})

test('no path leads to a file that was not built to be served', async (context) => {
  const ask = await serving({ kind: 'ready', files: readDashboardFiles(builtFolder(context)) })

  for (const url of [
    '/stamp',
    '/assets/main-abc.js.gz',
    '/assets/..%2findex.html',
    '/assets/none.js',
    '/%00',
  ]) {
    const reply = await ask(url, { accept: '*/*' })
    assert.ok(reply.statusCode >= 400, url)
    assert.ok(!reply.body.includes('not to be served'))
  }
  assert.equal((await ask('/assets/none.js', asPage)).statusCode, 401)
})

test('while it is built the page says so and looks again; when that failed it says that', async () => {
  const building = await (await serving({ kind: 'building' }))('/', asPage)
  const failed = await (await serving({ kind: 'failed' }))('/keys', asPage)

  assert.equal(building.statusCode, 503)
  assert.match(building.body, /being built.*http-equiv="refresh"/)
  assert.equal(failed.statusCode, 503)
  assert.doesNotMatch(failed.body, /refresh/)
})

test('a folder without a page is no dashboard', (context) => {
  const folder = builtFolder(context)
  rmSync(join(folder, 'index.html'))

  assert.throws(() => readDashboardFiles(folder), /no dashboard/)
})
