import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { type DemoUpstream, startDemoUpstream } from './demo-upstream.ts'

suite('the demo upstream', () => {
  let upstream: DemoUpstream
  let origin: string
  before(async () => {
    upstream = await startDemoUpstream([])
    origin = `http://127.0.0.1:${upstream.port}`
  })
  after(() => upstream.close())

  test('shows the request that arrived', async () => {
    const answer = await fetch(`${origin}/anything/x?a=1`, {
      method: 'POST',
      headers: { 'x-mark': 'seen' },
      body: 'hello',
    })
    const echo: Record<string, unknown> = JSON.parse(await answer.text())

    assert.equal(echo.method, 'POST')
    assert.equal(echo.path, '/anything/x')
    assert.deepEqual(echo.query, { a: '1' })
    assert.match(JSON.stringify(echo.headers), /"x-mark":"seen"/)
    assert.equal(echo.body, 'hello')
  })

  test('answers with the status that is asked for', async () => {
    assert.equal((await fetch(`${origin}/status/418`)).status, 418)
    assert.equal((await fetch(`${origin}/status/204`)).status, 204)
    assert.equal((await fetch(`${origin}/status/100`)).status, 400)
  })

  test('streams lines, sends bytes, waits', async () => {
    assert.equal((await (await fetch(`${origin}/stream/2`)).text()).trim().split('\n').length, 2)
    assert.equal((await (await fetch(`${origin}/bytes/100`)).arrayBuffer()).byteLength, 100)
    assert.equal((await fetch(`${origin}/delay/0.01`)).status, 200)
  })

  test('refuses a body that is too large to show, and names what there is for another path', async () => {
    assert.equal(
      (await fetch(`${origin}/anything`, { method: 'POST', body: 'x'.repeat(1_100_000) })).status,
      413,
    )
    assert.equal((await fetch(`${origin}/nowhere`)).status, 404)
  })

  test('takes another port when the wanted one is taken', async () => {
    const second = await startDemoUpstream([upstream.port])

    assert.notEqual(second.port, upstream.port)
    await second.close()
  })
})
