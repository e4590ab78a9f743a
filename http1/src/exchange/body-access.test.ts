import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BodyOutcome, BodyTransform } from '../exchange.ts'
import { type BodyRigOptions, bodyRig, type Protocol } from '../testing/body-rig.ts'

/** What a user may do with bodies, whatever is spoken on either side of the gate. */

const LIMIT = 1_000_000
const protocols: readonly Protocol[] = ['http/1.1', 'h2']
const pairs = protocols.flatMap((client) => protocols.map((upstream) => ({ client, upstream })))
const big = Buffer.alloc(600_000, 'abcdefg')
const bytes = (outcome: BodyOutcome) => (typeof outcome === 'string' ? outcome : outcome.toString('latin1'))

for (const pair of pairs) {
  const name = `${pair.client} to ${pair.upstream}`
  const rig = (t: Parameters<typeof bodyRig>[0], options: Omit<BodyRigOptions, 'client' | 'upstream'>) =>
    bodyRig(t, { ...pair, ...options })

  test(`${name}: a body that was read is sent on by its length, and reads the same again`, async (t) => {
    const outcomes: string[] = []
    const { call, received, budget, handler } = await rig(t, {
      async onRequest({ body }) {
        outcomes.push(bytes(await body.read(LIMIT)), bytes(await body.read(LIMIT)), bytes(await body.read(2)))
      },
    })
    for (const chunked of [false, true]) {
      for (const sent of ['hello', big.toString('latin1')]) {
        const { status, body } = await call({ body: sent, chunked })
        assert.equal(status, 200)
        assert.ok(body.equals(Buffer.from(sent)))
        assert.deepEqual(outcomes.splice(0), [sent, sent, 'too-large'])
        assert.equal(received.at(-1)?.headers['content-length'], String(sent.length))
      }
    }
    await handler.finished(4)
    assert.equal(budget.used, 0)
  })

  test(`${name}: a request without a body reads as empty, and stays without one`, async (t) => {
    const { call, received } = await rig(t, {
      async onRequest({ body }) {
        assert.equal(bytes(await body.read(LIMIT)), '')
      },
    })
    assert.equal((await call({ method: 'GET' })).status, 200)
    assert.equal(received[0]?.headers['content-length'], undefined)
    assert.equal(received[0]?.headers['transfer-encoding'], undefined)
  })

  test(`${name}: a body larger than the limit is told so, and may still go on`, async (t) => {
    const outcomes: string[] = []
    const { call, received, budget, handler } = await rig(t, {
      async onRequest({ body }) {
        outcomes.push(bytes(await body.read(100_000)))
        assert.ok(budget.used <= 100_000 + 65_536, `${budget.used} held`)
      },
    })
    for (const chunked of [false, true]) {
      const { status } = await call({ body: big, chunked })
      assert.equal(status, 200)
      assert.ok(received.at(-1)?.body.equals(big))
    }
    assert.deepEqual(outcomes, ['too-large', 'too-large'])
    await handler.finished(2)
    assert.equal(budget.used, 0)
  })

  test(`${name}: a body may be read with a larger limit when the first was too small`, async (t) => {
    const outcomes: number[] = []
    const { call } = await rig(t, {
      async onRequest({ body }) {
        assert.equal(await body.read(70_000), 'too-large')
        outcomes.push(bytes(await body.read(LIMIT)).length)
      },
    })
    for (const chunked of [false, true]) assert.ok((await call({ body: big, chunked })).body.equals(big))
    assert.deepEqual(outcomes, [big.length, big.length])
  })

  test(`${name}: a body may be replaced, by more, by less, by nothing, read or not`, async (t) => {
    let reads = false
    let by = Buffer.alloc(0)
    const { call, received, budget, handler } = await rig(t, {
      async onRequest({ body }) {
        if (reads) await body.read(LIMIT)
        body.replace(by)
        assert.equal(bytes(await body.read(LIMIT)), by.toString('latin1'))
      },
    })
    let calls = 0
    for (reads of [false, true]) {
      for (by of [Buffer.from('short'), Buffer.alloc(0), Buffer.alloc(700_000, 'xyz')]) {
        for (const method of ['POST', 'GET']) {
          const { status, body } = await call({ method, body: method === 'GET' ? '' : 'what came' })
          calls++
          assert.equal(status, 200)
          assert.ok(body.equals(by), `${by.length} by ${method}`)
          const length = received.at(-1)?.headers['content-length'] ?? '0'
          assert.equal(length, String(by.length))
        }
      }
    }
    await handler.finished(calls)
    assert.equal(budget.used, 0)
  })

  test(`${name}: a body that is replaced needs not be sent to its end`, async (t) => {
    const { call, received } = await rig(t, {
      onRequest({ body }) {
        body.replace(Buffer.from('instead'))
      },
    })
    // Larger than what is drained: the connection ends behind the answer.
    const { status, body } = await call({ body: Buffer.alloc(200_000) })
    assert.deepEqual([status, body.toString(), received[0]?.body.toString()], [200, 'instead', 'instead'])
    assert.equal((await call({ body: 'x' })).status, 200)
  })

  test(`${name}: a body may be rewritten as it streams, longer and shorter, by one after the other`, async (t) => {
    const doubled: BodyTransform = (chunk) => Buffer.concat([chunk, chunk])
    const upper: BodyTransform = (chunk, last) =>
      Buffer.from(`${Buffer.from(chunk).toString('latin1').toUpperCase()}${last ? '!' : ''}`)
    const none: BodyTransform = () => undefined
    let transforms: BodyTransform[] = []
    const { call, received } = await rig(t, {
      onRequest({ body }) {
        for (const transform of transforms) body.pipe(transform)
      },
    })
    transforms = [doubled, upper]
    for (const chunked of [false, true]) {
      const { status } = await call({ body: big, chunked })
      assert.equal(status, 200)
      const { headers, body } = received.at(-1) ?? assert.fail()
      assert.equal(body.length, big.length * 2 + 1)
      assert.ok(body.subarray(0, 3).equals(Buffer.from('ABC')) && body.at(-1) === 33)
      assert.equal(headers['content-length'], undefined)
    }
    await call({ body: 'ab' })
    assert.equal(received.at(-1)?.body.toString(), 'ABAB!')
    await call({ method: 'GET' })
    assert.equal(received.at(-1)?.body.toString(), '!')
    transforms = [none]
    await call({ body: big })
    assert.equal(received.at(-1)?.body.length, 0)
  })

  test(`${name}: what is read, replaced and rewritten in turn acts on what the calls before have made`, async (t) => {
    const star: BodyTransform = (chunk, last) => Buffer.concat([chunk, Buffer.from(last ? '*' : '')])
    const { call, received } = await rig(t, {
      async onRequest({ body }) {
        body.pipe(star)
        assert.equal(bytes(await body.read(LIMIT)), 'a*')
        body.pipe(star)
        assert.equal(bytes(await body.read(LIMIT)), 'a**')
        body.replace(Buffer.from('b'))
        body.pipe(star)
      },
    })
    await call({ body: 'a' })
    assert.equal(received[0]?.body.toString(), 'b*')
    assert.equal(received[0]?.headers['content-length'], '2')
  })

  test(`${name}: a part that was read goes through a transform that is added behind it`, async (t) => {
    const upper: BodyTransform = (chunk) => Buffer.from(Buffer.from(chunk).toString('latin1').toUpperCase())
    const { call, received } = await rig(t, {
      async onRequest({ body }) {
        assert.equal(await body.read(70_000), 'too-large')
        body.pipe(upper)
      },
    })
    await call({ body: big, chunked: true })
    assert.equal(received[0]?.body.toString(), big.toString().toUpperCase())
  })

  test(`${name}: a transform that throws ends the request as a failure, and nothing of it looks whole`, async (t) => {
    let calls = 0
    const fail: BodyTransform = (_chunk, last) => {
      calls++
      if (last || calls > 1) throw new Error('cannot')
      return Buffer.from('begun')
    }
    const { call, received, handler } = await rig(t, {
      onRequest({ body }) {
        body.pipe(fail)
      },
    })
    const { status, body } = await call({ body: big })
    assert.deepEqual([status, body.toString()], [502, 'transform-failed'])
    assert.deepEqual(handler.failures, ['transform-failed'])
    assert.match(handler.problems[0] ?? '', /body transform: Error: cannot/)
    assert.deepEqual(received, [])
  })

  test(`${name}: a reply that was read goes on by its length, and reads the same again`, async (t) => {
    let chunked = false
    let sent = Buffer.alloc(0)
    const outcomes: string[] = []
    const { call, budget, handler } = await rig(t, {
      answer({ answer }) {
        if (!chunked) answer.setHeader('content-length', String(sent.length))
        answer.write(sent.subarray(0, 3))
        answer.end(sent.subarray(3))
      },
      async onReply({ replyBody }) {
        outcomes.push(bytes(await replyBody.read(LIMIT)), bytes(await replyBody.read(LIMIT)))
      },
    })
    let calls = 0
    for (chunked of [false, true]) {
      for (sent of [Buffer.from('hello'), big]) {
        const { status, headers, body } = await call({ body: 'x' })
        calls++
        assert.equal(status, 200)
        assert.ok(body.equals(sent))
        assert.equal(headers['content-length'], String(sent.length))
        const text = sent.toString('latin1')
        assert.ok(outcomes[0] === text && outcomes[1] === text)
        outcomes.length = 0
      }
    }
    await handler.finished(calls)
    assert.equal(budget.used, 0)
  })

  test(`${name}: a reply larger than the limit is told so, and still goes on`, async (t) => {
    let chunked = false
    const outcomes: string[] = []
    const { call, budget, handler } = await rig(t, {
      answer({ answer }) {
        if (!chunked) answer.setHeader('content-length', String(big.length))
        answer.write(big.subarray(0, 70_000))
        setImmediate(() => answer.end(big.subarray(70_000)))
      },
      async onReply({ replyBody }) {
        outcomes.push(bytes(await replyBody.read(50_000)))
      },
    })
    for (chunked of [false, true]) assert.ok((await call({ body: 'x' })).body.equals(big))
    assert.deepEqual(outcomes, ['too-large', 'too-large'])
    await handler.finished(2)
    assert.equal(budget.used, 0)
  })

  test(`${name}: a reply's body may be replaced, and the reply be answered otherwise`, async (t) => {
    let reads = false
    let by = Buffer.alloc(0)
    const { call } = await rig(t, {
      answer({ url, answer }) {
        if (url === '/empty') answer.setHeader('content-length', '0')
        answer.end(url === '/empty' ? undefined : big)
      },
      async onReply(exchange) {
        if (reads) await exchange.replyBody.read(LIMIT)
        exchange.replyBody.replace(by)
        if (exchange.head.path !== '/respond') return true
        exchange.respond(418, '', 'own')
        return false
      },
    })
    for (reads of [false, true]) {
      for (by of [Buffer.from('short'), Buffer.alloc(0), Buffer.alloc(700_000, 'xyz')]) {
        for (const path of ['/full', '/empty']) {
          const { status, headers, body } = await call({ path, body: 'x' })
          assert.equal(status, 200)
          assert.ok(body.equals(by), `${path} ${by.length}`)
          assert.equal(headers['content-length'], String(by.length))
        }
      }
      const own = await call({ path: '/respond', body: 'x' })
      assert.deepEqual([own.status, own.body.toString()], [418, 'own'])
    }
  })

  test(`${name}: a reply may be rewritten as it streams`, async (t) => {
    const star: BodyTransform = (chunk, last) => Buffer.concat([chunk, chunk, Buffer.from(last ? '*' : '')])
    const { call } = await rig(t, {
      answer({ url, answer }) {
        answer.setHeader('content-length', url === '/empty' ? '0' : String(big.length))
        answer.end(url === '/empty' ? undefined : big)
      },
      onReply({ replyBody }) {
        replyBody.pipe(star)
      },
    })
    const { headers, body } = await call({ body: 'x' })
    assert.equal(body.length, big.length * 2 + 1)
    assert.equal(body.at(-1), 42)
    assert.equal(headers['content-length'], undefined)
    assert.equal((await call({ path: '/empty', body: 'x' })).body.toString(), '*')
  })

  test(`${name}: replies without a body by their nature stay without one`, async (t) => {
    let act: 'read' | 'replace' | 'pipe' = 'read'
    const outcomes: string[] = []
    const { call } = await rig(t, {
      answer({ url, answer, method }) {
        answer.statusCode = url === '/204' ? 204 : url === '/304' ? 304 : 200
        if (method === 'HEAD') answer.setHeader('content-length', '12')
        answer.end()
      },
      async onReply({ replyBody }) {
        outcomes.push(bytes(await replyBody.read(LIMIT)))
        if (act === 'replace') replyBody.replace(Buffer.from('no'))
        if (act === 'pipe') replyBody.pipe(() => Buffer.from('no'))
      },
    })
    for (act of ['read', 'replace', 'pipe'] as const) {
      for (const path of ['/204', '/304']) {
        const reply = await call({ path, method: 'GET' })
        assert.deepEqual([reply.status, reply.body.length], [Number(path.slice(1)), 0])
      }
      const { status, headers, body } = await call({ method: 'HEAD' })
      assert.deepEqual([status, body.length], [200, 0])
      // What a GET would be answered with has another length by now.
      assert.equal(headers['content-length'], act === 'read' ? '12' : undefined)
    }
    assert.deepEqual(outcomes, Array(9).fill(''))
  })

  test(`${name}: a transform of a reply that throws is a failure before the head, and a broken answer behind it`, async (t) => {
    let failAt = 1
    const { call, handler } = await rig(t, {
      answer({ answer }) {
        answer.write(big.subarray(0, 100_000))
        setImmediate(() => answer.end(big))
      },
      onReply({ replyBody }) {
        let calls = 0
        replyBody.pipe((chunk) => {
          if (++calls >= failAt) throw new Error('cannot')
          return chunk
        })
      },
    })
    if (pair.client === 'http/1.1' && pair.upstream === 'http/1.1') {
      const { status, body } = await call({ body: 'x' })
      assert.deepEqual([status, body.toString()], [502, 'transform-failed'])
    }
    failAt = 2
    await assert.rejects(call({ body: 'x' }))
    assert.ok(handler.problems.some((problem) => problem.includes('cannot')))
  })

  test(`${name}: trailers go behind a body that was read or rewritten, not behind one that was replaced`, async (t) => {
    let act: 'read' | 'replace' | 'pipe' = 'read'
    const { call } = await rig(t, {
      answer({ answer }) {
        answer.write('some')
        answer.addTrailers?.({ 'x-sum': '1' })
        answer.end()
      },
      async onReply({ replyBody }) {
        if (act === 'read') await replyBody.read(LIMIT)
        if (act === 'replace') replyBody.replace(Buffer.from('no'))
        if (act === 'pipe') replyBody.pipe((chunk) => chunk)
      },
    })
    for (act of ['read', 'replace', 'pipe'] as const) {
      const { body, trailers } = await call({ body: 'x', headers: { te: 'trailers' } })
      assert.equal(body.toString(), act === 'replace' ? 'no' : 'some')
      assert.equal(trailers['x-sum'], act === 'replace' ? undefined : '1')
    }
  })

  test(`${name}: when the budget is spent, reading says so at once; when bodies are gone there is room again`, async (t) => {
    const held: (() => void)[] = []
    const outcomes: string[] = []
    let holds = true
    const { call, budget, handler } = await rig(t, {
      limits: { maxBufferedBodyBytes: 1_500_000 },
      async onRequest({ body }) {
        const outcome = await body.read(LIMIT)
        outcomes.push(typeof outcome === 'string' ? outcome : 'read')
        if (holds && typeof outcome !== 'string') await new Promise<void>((resolve) => held.push(resolve))
      },
    })
    // A connection of HTTP/1.1 has one request at a time.
    const parallel = pair.client === 'h2' ? 6 : 1
    const calls = Array.from({ length: parallel }, () => call({ body: big }))
    while (outcomes.length < parallel) await new Promise((resolve) => setTimeout(resolve, 5))
    if (parallel > 1) assert.deepEqual([...outcomes].sort(), [...Array(4).fill('no-room'), 'read', 'read'])
    assert.ok(budget.used <= 1_500_000 + parallel * 65_536)
    for (const resolve of held) resolve()
    for (const { status, body } of await Promise.all(calls)) assert.ok(status === 200 && body.equals(big))
    await handler.finished(parallel)
    assert.equal(budget.used, 0)
    holds = false
    await call({ body: big })
    assert.equal(outcomes.at(-1), 'read')
  })
}
