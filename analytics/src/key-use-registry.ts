import type { KeyUses } from './key-uses.ts'

/** Keys whose last use waits to be stored; of further ones a later use is noted. */
export const MAX_PENDING_KEYS = 200_000
/** Rows stored in one transaction: other writers wait no longer than for these. */
const BATCH_ROWS = 500
/** A use is stored when it is so much later than the one stored before, seconds. */
const RESOLUTION_SECONDS = 60

/** Stores last uses; one transaction, no revision. */
export type StoreUses = (uses: readonly (readonly [keyId: string, at: number])[]) => Promise<void>

/**
 * The last uses of keys on their way to the records: gathered from the workers, known at once, stored in small batches
 * and not more often than needed, so that they never stand in the way of the product's own writes.
 */
export class KeyUseRegistry {
  readonly #store: StoreUses
  readonly #failed: (error: unknown) => void
  /** Not stored yet. */
  readonly #pending = new Map<string, number>()
  /** What was stored lately; bounded, and only there to spare writes. */
  readonly #stored = new Map<string, number>()
  /** Later than what is stored, but not by enough to store it again; bounded like `#stored`. */
  readonly #recent = new Map<string, number>()
  #storing: Promise<void> | undefined

  /** @param failed told when a batch could not be stored; it is tried again */
  constructor(store: StoreUses, failed: (error: unknown) => void) {
    this.#store = store
    this.#failed = failed
  }

  /** Takes what a worker noted. */
  note(uses: KeyUses): void {
    for (const [keyId, at] of uses) {
      const waiting = this.#pending.get(keyId)
      if (waiting === undefined && at - (this.#stored.get(keyId) ?? 0) < RESOLUTION_SECONDS) {
        if (this.#recent.size >= MAX_PENDING_KEYS) this.#recent.clear()
        this.#recent.set(keyId, at)
        continue
      }
      if (waiting === undefined && this.#pending.size >= MAX_PENDING_KEYS) continue
      this.#pending.set(keyId, Math.max(at, waiting ?? 0))
    }
  }

  /** The last use as far as it is known here, unix seconds; 0 when the records know better. */
  lastUse(keyId: string): number {
    return Math.max(this.#pending.get(keyId) ?? 0, this.#recent.get(keyId) ?? 0)
  }

  /** Stores what waits; resolves when it is stored or could not be. One run at a time. */
  async flush(): Promise<void> {
    this.#storing ??= this.#flush().finally(() => {
      this.#storing = undefined
    })
    await this.#storing
  }

  /** Stores everything that is known, before the records are closed. */
  async close(): Promise<void> {
    await this.#storing
    for (const [keyId, at] of this.#recent)
      this.#pending.set(keyId, Math.max(at, this.#pending.get(keyId) ?? 0))
    this.#recent.clear()
    await this.flush()
  }

  async #flush(): Promise<void> {
    while (this.#pending.size > 0) {
      const batch = [...this.#pending.entries().take(BATCH_ROWS)]
      try {
        await this.#store(batch)
      } catch (error) {
        this.#failed(error)
        return
      }
      for (const [keyId, at] of batch) this.#settle(keyId, at)
    }
  }

  #settle(keyId: string, at: number): void {
    if (this.#pending.get(keyId) === at) this.#pending.delete(keyId)
    if ((this.#recent.get(keyId) ?? 0) <= at) this.#recent.delete(keyId)
    if (this.#stored.size >= MAX_PENDING_KEYS) this.#stored.clear()
    this.#stored.set(keyId, at)
  }
}
