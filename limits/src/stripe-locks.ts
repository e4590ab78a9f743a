import { layoutOf } from './table-layout.ts'

/** Tries before the waiting thread begins to sleep: a stripe is held for well under a microsecond. */
const SPINS = 500
/** Then it sleeps in slices this long, so that a holder that the system suspended can run. */
const SLEEP_MS = 1
/** A stripe that stays locked longer belongs to a worker that died: the caller is told instead of hanging. */
const MAX_SLEEPS = 250

/** Takes the lock of a stripe. False when its owner does not let go (it died and `releaseLocks` did not run yet). */
export function lock(locks: Int32Array<SharedArrayBuffer>, stripe: number, owner: number): boolean {
  for (let spin = 0; spin < SPINS; spin++) {
    if (Atomics.compareExchange(locks, stripe, 0, owner) === 0) return true
  }
  for (let sleep = 0; sleep < MAX_SLEEPS; sleep++) {
    const holder = Atomics.compareExchange(locks, stripe, 0, owner)
    if (holder === 0) return true
    Atomics.wait(locks, stripe, holder, SLEEP_MS)
  }
  return false
}

/** Gives the lock of a stripe back. */
export function unlock(locks: Int32Array<SharedArrayBuffer>, stripe: number): void {
  Atomics.store(locks, stripe, 0)
}

/**
 * Frees the stripes that a dead worker held. Call it once the worker has ended, and before its number is given to
 * another. A worker that died in the middle of counting leaves at worst one request counted in some of its limits.
 */
export function releaseLocks(table: SharedArrayBuffer, worker: number): void {
  const { locks } = layoutOf(table)
  for (let stripe = 0; stripe < locks.length; stripe++) Atomics.compareExchange(locks, stripe, worker + 1, 0)
}
