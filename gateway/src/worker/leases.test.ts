import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { newQuota } from '../testing/quota-node.ts'
import type { LeaseWish } from '../worker-protocol.ts'
import { remoteLeases } from './leases.ts'

function worker({ waitMs = 60_000, maxWaiting = 100 } = {}) {
  const posted: (readonly LeaseWish[])[] = []
  const leases = remoteLeases((wishes) => posted.push(wishes), { waitMs, maxWaiting })
  return { posted, leases }
}

test('requests of one turn that want the same quota share a wish, and all wishes a message', async () => {
  const { posted, leases } = worker()
  const [one, other] = [newQuota(10), newQuota(10)]
  const answers = [leases.more(one, 1), leases.more(one, 3), leases.more(other, 1)]
  leases.ahead(other)
  await nextTurn()
  assert.deepEqual(
    posted.map((wishes) => wishes.map(({ id, limit, cost }) => [id, limit.name, cost])),
    [
      [
        [0, other.name, 0],
        [1, one.name, 4],
        [2, other.name, 1],
      ],
    ],
  )
  leases.answered([
    { id: 2, outcome: 'exhausted' },
    { id: 1, outcome: 'granted' },
    { id: 77, outcome: 'granted' },
  ])
  assert.deepEqual(await Promise.all(answers), ['granted', 'granted', 'exhausted'])
})

test('who waits too long, is one too many, or is left at the end is told that nothing is to be had', async () => {
  const short = worker({ waitMs: 5 })
  assert.equal(await short.leases.more(newQuota(10), 1), 'unavailable')
  const { leases } = worker({ maxWaiting: 2 })
  const limit = newQuota(10)
  const first = [leases.more(limit, 1), leases.more(limit, 1)]
  assert.equal(await leases.more(limit, 1), 'unavailable')
  await nextTurn()
  leases.answered([{ id: 1, outcome: 'granted' }])
  assert.deepEqual(await Promise.all(first), ['granted', 'granted'])
  const sent = leases.more(limit, 1)
  await nextTurn()
  const gathered = leases.more(limit, 1)
  leases.close()
  assert.deepEqual(await Promise.all([sent, gathered, leases.more(limit, 1)]), [
    'unavailable',
    'unavailable',
    'unavailable',
  ])
})
