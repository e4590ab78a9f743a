import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attemptCounts } from './attempt-counts.ts'
import { lockMs, maxWrongSignIns, networkOf, signInThrottle } from './sign-in-throttle.ts'

function world() {
  const clock = { nowMs: 1_000_000 }
  const throttle = signInThrottle(() => clock.nowMs)
  const attempt = (account: string, address: string, device?: string, accountLimit?: number) =>
    throttle.attempt({ account, address, device, ...(accountLimit !== undefined && { accountLimit }) })
  const wrong = (account: string, address: string, times: number, device?: string) =>
    Array.from({ length: times }, () => attempt(account, address, device))
  return { clock, attempt, wrong }
}

test('the first wrong ones cost no time, then each waits twice as long, up to a bound', () => {
  const { wrong } = world()
  const pauses = wrong('ann', '10.0.0.1', 12).map(({ pauseMs }) => pauseMs)
  assert.deepEqual(pauses, [0, 0, 0, 100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000])
})

test('ten wrong ones lock the account for that network alone', () => {
  const { clock, attempt, wrong } = world()
  assert.ok(wrong('ann', '10.0.0.1', maxWrongSignIns).every(({ locked }) => !locked))
  assert.equal(attempt('ann', '10.0.0.1').locked, true)
  assert.equal(attempt('ann', '10.0.0.2').locked, false)
  assert.equal(attempt('bob', '10.0.0.1').locked, false)
  clock.nowMs += lockMs
  assert.equal(attempt('ann', '10.0.0.1').locked, false)
})

test('however many guess at an account from everywhere, its owner is slowed and never locked out', () => {
  const { attempt, wrong } = world()
  for (let i = 0; i < 500; i++) wrong('ann', `10.1.${i >> 8}.${i & 255}`, 5)
  const owner = attempt('ann', '192.0.2.1')
  assert.deepEqual([owner.locked, owner.compare, owner.pauseMs], [false, true, 5000])
})

test('a browser that the owner has signed in with is neither slowed nor locked by others', () => {
  const { attempt, wrong } = world()
  wrong('ann', '10.0.0.1', 50)
  const owner = attempt('ann', '10.0.0.1', 'a-browser')
  assert.deepEqual([owner.locked, owner.compare, owner.pauseMs], [false, true, 0])
})

test('guessing with the browser of the owner locks that browser, and nobody else', () => {
  const { attempt, wrong } = world()
  wrong('ann', '10.0.0.1', maxWrongSignIns, 'a-browser')
  assert.equal(attempt('ann', '10.9.9.9', 'a-browser').locked, true)
  const others = attempt('ann', '10.0.0.1')
  assert.deepEqual([others.locked, others.pauseMs], [false, 0])
})

test('a network that is wrong at many accounts is slowed at all of them', () => {
  const { attempt, wrong } = world()
  for (let i = 0; i < 30; i++) wrong(`user${i}`, '10.0.0.1', 1)
  const next = attempt('ann', '10.0.0.1')
  assert.deepEqual([next.locked, next.pauseMs], [false, 5000])
  assert.equal(attempt('ann', '10.0.0.2').pauseMs, 0)
})

test('where an account has a limit of its own, unknown browsers are locked out and known ones are not', () => {
  const { attempt } = world()
  for (let i = 0; i < 50; i++) attempt('code', `10.0.0.${i}`, undefined, 50)
  assert.equal(attempt('code', '10.1.0.1', undefined, 50).locked, true)
  assert.equal(attempt('code', '10.1.0.1', 'a-browser', 50).locked, false)
})

test('attempts during a lock do not prolong it', () => {
  const { clock, attempt, wrong } = world()
  wrong('ann', '10.0.0.1', maxWrongSignIns)
  clock.nowMs += lockMs - 1
  assert.equal(attempt('ann', '10.0.0.1').locked, true)
  clock.nowMs += 1
  assert.equal(attempt('ann', '10.0.0.1').locked, false)
})

test('a right one is not counted', () => {
  const { attempt, wrong } = world()
  for (let i = 0; i < 40; i++) attempt('ann', '10.0.0.1').succeeded()
  assert.equal(attempt('ann', '10.0.0.1').pauseMs, 0)
  wrong('ann', '10.0.0.1', 8)
  attempt('ann', '10.0.0.1').succeeded()
  assert.ok(wrong('ann', '10.0.0.1', maxWrongSignIns).every(({ locked }) => !locked))
})

test('attempts at the same time are counted before any of them is judged', () => {
  const { wrong } = world()
  assert.equal(wrong('ann', '10.0.0.1', 1000).filter(({ locked }) => !locked).length, maxWrongSignIns)
})

test('a lock looks at a few passwords only, so that it is no way to find the right one', () => {
  const { clock, wrong } = world()
  wrong('ann', '10.0.0.1', maxWrongSignIns)
  assert.equal(wrong('ann', '10.0.0.1', 100).filter(({ compare }) => compare).length, 5)
  clock.nowMs += 60_000
  assert.equal(wrong('ann', '10.0.0.1', 100).filter(({ compare }) => compare).length, 2)
})

test('addresses of one IPv6 network count as one', () => {
  assert.equal(networkOf('2001:db8:1:2::1'), networkOf('2001:db8:1:2:ffff::9'))
  assert.notEqual(networkOf('2001:db8:1:2::1'), networkOf('2001:db8:1:3::1'))
  assert.equal(networkOf('::ffff:10.0.0.1'), networkOf('10.0.0.1'))
})

test('memory is bounded, and made-up names push out each other before an account that is guessed at', () => {
  const counts = attemptCounts(lockMs, 100)
  counts.of('ann', 0).wrong = 9
  for (let i = 0; i < 10_000; i++) counts.of(`made up ${i}`, 1).wrong = 1
  assert.equal(counts.of('ann', 2).wrong, 9)
  assert.equal(counts.of('made up 1', 2).wrong, 0)
})
