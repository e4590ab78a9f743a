/** The memory that the bodies of one worker may take while they are read whole: one for all of its servers. */
export class BodyBudget {
  readonly #maxBytes: number
  #used = 0

  /** 0 = no body is read into memory. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  get used(): number {
    return this.#used
  }

  hasRoom(bytes: number): boolean {
    return this.#used + bytes <= this.#maxBytes
  }

  /** Counts bytes that are held, whether there was room for them or not; a negative number gives them back. */
  count(bytes: number): void {
    this.#used += bytes
  }
}
