import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Deadline, dateLine, type Timed } from './timer-wheel.ts'

/** Notes when it was called. */
class Bell implements Timed {
  readonly name: string
  readonly order: string[]
  onRing: () => void = () => {}

  constructor(name: string, order: string[]) {
    this.name = name
    this.order = order
  }

  onDeadline(): void {
    this.order.push(this.name)
    this.onRing()
  }
}

/** Keeps the process alive: the wheel's own interval does not. */
function awake(t: { after(teardown: () => void): void }): void {
  const keeper = setInterval(() => {}, 1_000)
  t.after(() => clearInterval(keeper))
}

test('deadlines fire in their order, once; moved, disarmed and removed ones as last said', async (t) => {
  awake(t)
  const order: string[] = []
  const deadline = (name: string) => new Deadline(new Bell(name, order))
  const last = new Bell('last', order)
  const done = new Promise<void>((resolve) => {
    last.onRing = resolve
  })
  deadline('second').arm(600)
  deadline('first').arm(50)
  const earlier = deadline('earlier')
  earlier.arm(100_000_000)
  earlier.arm(300)
  const later = deadline('later')
  later.arm(50)
  later.arm(100_000)
  const disarmed = deadline('disarmed')
  disarmed.arm(50)
  disarmed.disarm()
  const removed = deadline('removed')
  removed.arm(50)
  removed.remove()
  new Deadline(last).arm(1_200)
  await done
  assert.deepEqual(order, ['first', 'earlier', 'second', 'last'])
})

test('a deadline is never early, and may be armed again when it fires', async (t) => {
  awake(t)
  const order: string[] = []
  const bell = new Bell('bell', order)
  const deadline = new Deadline(bell)
  const startedAt = performance.now()
  const times: number[] = []
  deadline.arm(200)
  await new Promise<void>((resolve) => {
    bell.onRing = () => {
      times.push(performance.now() - startedAt)
      if (times.length === 2) resolve()
      else deadline.arm(200)
    }
  })
  assert.ok((times[0] ?? 0) >= 200 && (times[1] ?? 0) >= 400, String(times))
})

test('the Date line has the form of RFC 9110', () => {
  assert.match(dateLine(), /^Date: (Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT\r\n$/)
})
