import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Exchange } from '@tollgate/http1/exchange'
import { ParsedRequest, parseRequestHead } from '@tollgate/http1/syntax/request-head'
import { type Answer, refusal } from './answer.ts'
import { phasesOf } from './compile.ts'
import type { RequestContext } from './request-context.ts'
import { RequestRun } from './run.ts'
import type { ServedApi, Step } from './step.ts'
import type { Target } from './target.ts'

const RESULT = { status: 200, bytesIn: 0, bytesOut: 0, upstreamMs: 1, complete: true }
const REPLY = { status: 200, names: [], rawNames: [], values: [], bodyLength: 0 }
const never = () => assert.fail('this step is not reached')
const NO = refusal('ip_not_allowed', { step: 'address', code: 'address_blocked', args: { address: 'x' } })

/** A request through these steps, with everything that happened in its order. */
function ran(steps: readonly Step[], choose?: ServedApi['enter']) {
  const happened: string[] = []
  const done = Promise.withResolvers<void>()
  const head = parseRequestHead('GET /api/x HTTP/1.1\r\nHost: gate\r\n\r\n', {
    maxTargetBytes: 100,
    maxHeaders: 10,
  })
  assert.ok(head instanceof ParsedRequest)
  // The run reads these fields of an exchange and no others; steps here read no body.
  const exchange = { head, startedAt: 0 } as unknown as Exchange
  const phases = phasesOf(steps)
  // Its pool is never asked.
  const target = (authority: string) => ({ kind: 'target', authority }) as unknown as Target
  const upstreams = {
    pick: () => target('usual'),
    report: (_target: Target, outcome: unknown) => happened.push(`reported ${outcome}`),
  }
  const api: ServedApi = {
    apiId: 'a',
    orgId: 'o',
    traceStep: undefined,
    stripListenPath: true,
    preserveHost: false,
    disableStripSlash: false,
    allowsEncodedSlashes: false,
    enter: choose ?? (() => ({ kind: 'version', phases, upstreams })),
    phases,
  }
  const run = new RequestRun(
    {
      now: () => 0,
      clientIp: () => 'x',
      answer(_context: RequestContext, answer: Answer) {
        happened.push(answer.kind === 'refusal' ? answer.code : answer.kind)
        done.resolve()
      },
      relay() {
        happened.push('relayed')
        done.resolve()
      },
      send(context, { authority }, listener) {
        happened.push(`sent ${authority} ${context.upstream.edits?.lines() ?? ''}`.trim())
        listener.onReply(REPLY)
      },
      failed: () => NO,
    },
    exchange,
    api,
    'id',
    '/api/x',
    5,
  )
  run.start()
  return { run, happened, done: done.promise, target }
}

test('each phase runs its steps in order, at once where nobody waits, and the selector hears how it went', () => {
  const happened: string[] = []
  const note = (name: string): Step => ({
    name,
    onRequest: () => void happened.push(`${name} in`),
    onUpstreamRequest: (_context, head) => head.append('x', `${name}\n`),
    onReplyHead: () => void happened.push(`${name} back`),
    onEnd: () => happened.push(`${name} end`),
  })
  const { run, happened: services } = ran([note('one'), note('two')])
  run.finish(RESULT)
  assert.deepEqual(happened, ['one in', 'two in', 'one back', 'two back', 'one end', 'two end'])
  assert.deepEqual(services, ['sent usual one\ntwo', 'reported 200', 'relayed'])
})

test('a step that waits is waited for, and its refusal ends the way in', async () => {
  const later = async () => undefined
  const passed = ran([{ name: 'later', onRequest: later, onReplyHead: later }])
  await passed.done
  assert.deepEqual(passed.happened, ['sent usual', 'reported 200', 'relayed'])
  const refused = ran([
    { name: 'no', onRequest: async () => NO },
    { name: 'never', onRequest: never },
  ])
  await refused.done
  assert.deepEqual([refused.happened, refused.run.record.refusal], [['ip_not_allowed'], NO])
})

test('a client that leaves while a step waits is not sent on', async () => {
  const waited = Promise.withResolvers<undefined>()
  const { run, happened } = ran([
    { name: 'waits', onRequest: () => waited.promise },
    { name: 'late', onRequest: never },
  ])
  run.finish(RESULT)
  waited.resolve(undefined)
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(happened, [])
})

test('the first step that names a target decides, and an answer on the way back takes the reply’s place', () => {
  const { target } = ran([])
  const own = { kind: 'reply', status: 200, headerLines: '', body: 'cached' } as const
  const { happened } = ran([
    { name: 'none', onTarget: () => undefined },
    { name: 'other', onTarget: () => target('other'), onReplyHead: () => own },
    { name: 'late', onTarget: never, onReplyHead: never },
  ])
  assert.deepEqual(happened, ['sent other', 'reported 200', 'reply'])
})

test('what a step throws, now or later, is answered as a fault and kept for the log', async () => {
  const fault = new Error('a bug')
  const throws = () => {
    throw fault
  }
  for (const step of [{ onRequest: throws }, { onRequest: async () => throws() }, { onReplyHead: throws }]) {
    const { run, happened, done } = ran([{ name: 'bug', ...step }])
    await done
    assert.deepEqual([happened.at(-1), run.record.fault], ['internal', fault])
  }
})

test('an API that is a version of a version is not followed', () => {
  const loop: ServedApi['enter'] = () => ({ kind: 'sub-api', api: looping, pathDrop: 0 })
  const looping: ServedApi = {
    apiId: 'b',
    orgId: 'o',
    traceStep: undefined,
    stripListenPath: true,
    preserveHost: false,
    disableStripSlash: false,
    allowsEncodedSlashes: false,
    enter: loop,
    phases: phasesOf([]),
  }
  const { happened, run } = ran([], loop)
  assert.deepEqual([happened, run.route.api.apiId], [['internal'], 'b'])
})

test('a slot holds a step’s own state of each request', () => {
  const slot = { index: 3, initial: 0 }
  const seen: number[] = []
  const counting: Step = {
    name: 'counting',
    onRequest(context) {
      context.set(slot, context.get(slot) + 1)
      return undefined
    },
    onEnd: (context) => seen.push(context.get(slot)),
  }
  for (let i = 0; i < 2; i++) ran([counting, counting]).run.finish(RESULT)
  assert.deepEqual(seen, [2, 2, 2, 2])
})
