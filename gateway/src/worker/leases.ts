import type { LeaseOutcome, Leases } from '@tollgate/limits/leases'
import type { Limit } from '@tollgate/model/limits/counters'
import type { LeaseAnswer, LeaseWish } from '../worker-protocol.ts'

/** The main thread's lease manager, as a worker sees it. */
export interface RemoteLeases extends Leases {
  answered(answers: readonly LeaseAnswer[]): void
  /** Whoever waits is told that nothing is to be had. */
  close(): void
}

/** Limits of a worker's waiting. */
export type LeaseWaiting = {
  /** How long a request waits for units, milliseconds. */
  readonly waitMs: number
  /** Requests that may wait at once; the next one is refused. */
  readonly maxWaiting: number
}

type Wish = {
  readonly limit: Limit
  cost: number
  requests: number
  readonly answer: Promise<LeaseOutcome>
  readonly resolve: (outcome: LeaseOutcome) => void
}

/**
 * Asks the main thread. Requests that want the same quota in the same turn of the event loop share one wish, and all
 * wishes of a turn one message.
 */
export function remoteLeases(
  post: (wishes: readonly LeaseWish[]) => void,
  { waitMs, maxWaiting }: LeaseWaiting,
): RemoteLeases {
  const sent = new Map<number, Wish>()
  let gathering = new Map<string, Wish>()
  let ahead: Limit[] = []
  let isPosting = false
  let lastId = 0
  let waiting = 0
  let isClosed = false

  function settle(id: number, outcome: LeaseOutcome): void {
    const wish = sent.get(id)
    if (wish === undefined) return
    sent.delete(id)
    waiting -= wish.requests
    wish.resolve(outcome)
  }

  function postSoon(): void {
    if (isPosting) return
    isPosting = true
    setImmediate(postGathered)
  }

  function postGathered(): void {
    isPosting = false
    const wishes: LeaseWish[] = ahead.map((limit) => ({ id: 0, limit, cost: 0 }))
    const ids: number[] = []
    for (const wish of gathering.values()) {
      const id = ++lastId
      ids.push(id)
      sent.set(id, wish)
      wishes.push({ id, limit: wish.limit, cost: wish.cost })
    }
    gathering = new Map()
    ahead = []
    if (ids.length > 0) {
      // What comes after that is late for these requests, but not for the next ones: it is in the cell then.
      const giveUp = setTimeout(() => {
        for (const id of ids) settle(id, 'unavailable')
      }, waitMs)
      giveUp.unref()
    }
    post(wishes)
  }

  return {
    more(limit, cost) {
      if (isClosed || waiting >= maxWaiting) return UNAVAILABLE
      waiting++
      let wish = gathering.get(limit.name)
      if (wish === undefined) {
        const { promise, resolve } = Promise.withResolvers<LeaseOutcome>()
        wish = { limit, cost: 0, requests: 0, answer: promise, resolve }
        gathering.set(limit.name, wish)
        postSoon()
      }
      wish.cost += cost
      wish.requests++
      return wish.answer
    },
    ahead(limit) {
      if (isClosed || ahead.length >= maxWaiting) return
      ahead.push(limit)
      postSoon()
    },
    answered(answers) {
      for (const { id, outcome } of answers) settle(id, outcome)
    },
    close() {
      isClosed = true
      for (const id of [...sent.keys()]) settle(id, 'unavailable')
      for (const wish of gathering.values()) wish.resolve('unavailable')
      gathering.clear()
      waiting = 0
    },
  }
}

const UNAVAILABLE: Promise<LeaseOutcome> = Promise.resolve('unavailable')
