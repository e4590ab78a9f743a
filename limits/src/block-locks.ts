/** Tries before the waiting thread begins to sleep: a block is held for well under a microsecond. */
const SPINS = 500
/** Then it sleeps in slices this long, so that a holder that the system suspended can run. */
const SLEEP_MS = 1
/** A block that stays locked longer belongs to a worker that died: the caller is told instead of hanging. */
const MAX_SLEEPS = 250

/** Takes the lock at `word`. False when its owner does not let go (it died and `releaseLocks` did not run yet). */
export function lock(words: Int32Array<SharedArrayBuffer>, word: number, owner: number): boolean {
  for (let spin = 0; spin < SPINS; spin++) {
    if (Atomics.compareExchange(words, word, 0, owner) === 0) return true
  }
  for (let sleep = 0; sleep < MAX_SLEEPS; sleep++) {
    const holder = Atomics.compareExchange(words, word, 0, owner)
    if (holder === 0) return true
    Atomics.wait(words, word, holder, SLEEP_MS)
  }
  return false
}

/** Gives the lock at `word` back. */
export function unlock(words: Int32Array<SharedArrayBuffer>, word: number): void {
  Atomics.store(words, word, 0)
}
