/** Keys whose use a worker remembers between two reports; of further ones a later use is noted. */
export const MAX_NOTED_KEYS = 20_000

/** When keys were last recognised: unix seconds by public id. */
export type KeyUses = ReadonlyMap<string, number>

/** What a worker notes of its keys between two reports: one entry per key, however many requests it makes. */
export class NotedUses {
  #uses = new Map<string, number>()

  note(keyId: string, nowMs: number): void {
    const uses = this.#uses
    if (uses.size < MAX_NOTED_KEYS || uses.has(keyId)) uses.set(keyId, Math.floor(nowMs / 1000))
  }

  /** What was noted since the last time; undefined for nothing. */
  take(): KeyUses | undefined {
    if (this.#uses.size === 0) return undefined
    const taken = this.#uses
    this.#uses = new Map()
    return taken
  }
}
