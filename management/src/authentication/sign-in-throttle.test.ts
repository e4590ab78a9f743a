import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lockMs, maxWrongSignIns, signInThrottle } from './sign-in-throttle.ts'

function world() {
  const clock = { nowMs: 1_000_000 }
  const throttle = signInThrottle(() => clock.nowMs)
  const wrong = (account: string, address: string, times: number) =>
    Array.from({ length: times }, () => throttle.attempt(account, address))
  return { clock, throttle, wrong }
}

test('the first wrong ones are answered at once, then each waits twice as long, up to a bound', () => {
  const { wrong } = world()
  const pauses = wrong('ann', '10.0.0.1', 10).map(({ pauseMs }) => pauseMs)
  assert.deepEqual(pauses, [0, 0, 0, 100, 200, 400, 800, 1600, 2000, 2000])
})

test('ten wrong ones lock the account from everywhere and the address for everyone, for a while', () => {
  const { clock, throttle, wrong } = world()
  assert.ok(wrong('ann', '10.0.0.1', maxWrongSignIns).every(({ locked }) => !locked))
  assert.equal(throttle.attempt('ann', '10.0.0.2').locked, true)
  assert.equal(throttle.attempt('bob', '10.0.0.1').locked, true)
  assert.equal(throttle.attempt('bob', '10.0.0.2').locked, false)
  clock.nowMs += lockMs
  assert.equal(throttle.attempt('ann', '10.0.0.1').locked, false)
})

test('attempts during a lock do not prolong it', () => {
  const { clock, throttle, wrong } = world()
  wrong('ann', '10.0.0.1', maxWrongSignIns)
  clock.nowMs += lockMs - 1
  assert.equal(throttle.attempt('ann', '10.0.0.9').locked, true)
  clock.nowMs += 1
  assert.equal(throttle.attempt('ann', '10.0.0.1').locked, false)
})

test('a right one is not counted and clears the account, but not the address', () => {
  const { throttle, wrong } = world()
  wrong('ann', '10.0.0.1', 9)
  throttle.attempt('ann', '10.0.0.1').succeeded()
  assert.equal(throttle.attempt('ann', '10.0.0.2').pauseMs, 0)
  assert.equal(throttle.attempt('ann', '10.0.0.1').locked, false)
  assert.equal(throttle.attempt('ann', '10.0.0.1').locked, true)
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
  const { throttle, wrong } = world()
  wrong('ann', '2001:db8:1:2::1', maxWrongSignIns)
  assert.equal(throttle.attempt('bob', '2001:db8:1:2:ffff::9').locked, true)
  assert.equal(throttle.attempt('cid', '2001:db8:1:3::1').locked, false)
  assert.equal(throttle.attempt('dan', '::ffff:10.0.0.1').locked, false)
})

test('memory is bounded: the account known longest is forgotten first', () => {
  const { throttle, wrong } = world()
  wrong('ann', '10.0.0.1', maxWrongSignIns)
  for (let i = 0; i < 10_000; i++) throttle.attempt(`user${i}`, `10.1.${i >> 8}.${i & 255}`)
  assert.equal(throttle.attempt('ann', '10.0.0.2').locked, false)
})
