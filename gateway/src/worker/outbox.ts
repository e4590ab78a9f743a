/** Things that wait for the main thread; more are dropped and counted. */
const MAX_WAITING = 2_000

/** A batch is sent at the latest after this time, milliseconds. */
const FLUSH_AFTER_MS = 50

/** What makes a batch full. */
const FULL_BATCH = 100

/** Takes things one by one. */
export interface Outbox<T> {
  add(one: T): void
  flush(): void
}

/**
 * Collects what a worker has to say and hands it over in small batches. `send` also gets the number of things dropped
 * since.
 * @param maxPerSecond the rest is dropped and counted, so that a flood can neither fill a disk nor stop the main thread
 */
export function outbox<T>(
  maxPerSecond: number,
  send: (batch: readonly T[], dropped: number) => void,
): Outbox<T> {
  let waiting: T[] = []
  let dropped = 0
  let timer: NodeJS.Timeout | undefined
  let budget = maxPerSecond
  let budgetFrom = performance.now()

  function flush(): void {
    clearTimeout(timer)
    timer = undefined
    if (waiting.length === 0 && dropped === 0) return
    const batch = waiting
    const lost = dropped
    waiting = []
    dropped = 0
    send(batch, lost)
  }

  return {
    flush,
    add(one) {
      const now = performance.now()
      if (now - budgetFrom >= 1_000) {
        budget = maxPerSecond
        budgetFrom = now
      }
      timer ??= setTimeout(flush, FLUSH_AFTER_MS)
      if (budget <= 0 || waiting.length >= MAX_WAITING) {
        dropped += 1
        return
      }
      budget -= 1
      waiting.push(one)
      if (waiting.length >= FULL_BATCH) flush()
    },
  }
}
