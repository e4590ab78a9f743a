import type { BodyOutcome, BodyTransform, MessageBody } from '../exchange.ts'
import type { BodyBudget } from './body-budget.ts'

/**
 * A body that somebody wants to see: read into memory, replaced, or rewritten as it streams. Made only where it is asked
 * for; without it bodies stream past, and are never held beyond one read.
 *
 * Who pays for backpressure: whoever sends. Nothing is read ahead of what was asked for: until there is a `read`, and again
 * when it has its outcome, the sender's socket (or HTTP/2 stream) is paused, and its own buffers fill. While it runs,
 * the sender is held to the same times and rates as when a body streams, so that nobody can hold memory by being slow.
 *
 * What bounds the memory: of one body, the limit of its reader and one read of a socket more (what is already read cannot be
 * left there). Of all bodies of a worker, its budget, and one read more for each body that finds it spent. Counted is what is
 * allocated, not what has come; and what has come, not what was announced, or empty promises could spend the budget.
 */
export class BodyAccess implements MessageBody {
  /** What came is not what goes on: its framing says nothing of it. */
  altered = false
  replaced = false
  readonly #source: BodySource
  readonly #budget: BodyBudget
  /** As announced: `CHUNKED` and `UNTIL_CLOSE` where that says nothing. */
  readonly #length: number
  /** The body as it goes on, all of it. */
  #whole: Buffer | undefined
  /** What has come of it: the first `#size` bytes. */
  #bytes = NOTHING
  #size = 0
  #counted = 0
  #transforms: BodyTransform[] = []
  /** How many of them what is held has been through. */
  #applied = 0
  #reading: PromiseWithResolvers<BodyOutcome> | undefined
  #limit = 0
  #short = false
  #gone = false
  #streams = false
  #fault: { readonly error: unknown } | undefined

  constructor(source: BodySource, budget: BodyBudget, length: number) {
    this.#source = source
    this.#budget = budget
    this.#length = length
    if (length === 0) this.#whole = NOTHING
  }

  /** All of the body, as it came or was replaced, if it is here. After `settle`, as it goes on. */
  get whole(): Buffer | undefined {
    return this.#whole
  }

  /** What a transform has thrown: the body cannot go on. */
  get fault(): { readonly error: unknown } | undefined {
    return this.#fault
  }

  /** Nothing was done to the body, and nothing of it is here: it streams as if there were no access. */
  get isSpent(): boolean {
    return this.#whole === undefined && this.#transforms.length === 0 && this.#size === 0
  }

  read(limit: number): Promise<BodyOutcome> {
    if (this.#reading !== undefined) return this.#reading.promise.then(() => this.read(limit))
    this.settle()
    if (this.#fault !== undefined) return Promise.reject(this.#fault.error)
    if (this.#isGoing) return Promise.reject(new Error(GOING))
    const known = this.#knownOutcome(limit)
    if (known !== undefined) return Promise.resolve(known)
    this.#reading = Promise.withResolvers()
    const { promise } = this.#reading
    this.#limit = limit
    this.#short = false
    this.#source.startBody()
    return promise
  }

  replace(bytes: Uint8Array): void {
    if (this.#gone) return
    if (this.#isGoing) throw new Error(GOING)
    this.altered = true
    this.replaced = true
    this.#fault = undefined
    this.#empty()
    this.#transforms = []
    const came = this.#whole !== undefined
    this.#whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#count(bytes.byteLength)
    if (!came) this.#source.dropBody()
    this.#answer(this.#whole)
  }

  pipe(transform: BodyTransform): void {
    if (this.#gone) return
    if (this.#isGoing) throw new Error(GOING)
    this.altered = true
    this.#transforms.push(transform)
  }

  /** A piece of the body, for who reads it; valid during the call. */
  take(piece: Uint8Array): void {
    this.#catchUp()
    this.#run(piece, false, 0, (out) => this.#append(out))
    if (this.#fault !== undefined || this.#size > this.#limit) this.#stop('too-large')
    else if (this.#short) this.#stop('no-room')
  }

  /** The body that is read has come to its end. */
  end(): void {
    this.#catchUp()
    this.#run(NOTHING, true, 0, (out) => this.#append(out))
    this.#whole = this.#bytes.subarray(0, this.#size)
    this.#transforms = []
    this.#applied = 0
    this.#answer(this.#size > this.#limit ? 'too-large' : this.#whole)
  }

  /** What is not here will not come. */
  lose(): void {
    if (this.#whole === undefined) this.#gone = true
    this.#answer('gone')
  }

  /** The exchange is over: nothing is held any more. */
  close(): void {
    this.#gone = true
    this.#answer('gone')
    this.#whole = undefined
    this.#transforms = []
    this.#empty()
  }

  /** Takes a body that is here through the transforms that were added since. */
  settle(): void {
    const whole = this.#whole
    if (whole === undefined || this.#transforms.length === 0) return
    const pieces: Buffer[] = []
    this.#run(whole, true, 0, (out) => pieces.push(Buffer.from(out)))
    this.#transforms = []
    this.#empty()
    this.#whole = Buffer.concat(pieces)
    this.#count(this.#whole.length)
  }

  /**
   * What goes on for what is held and for these pieces, a copy; the body streams from now on. `last`: no more will come.
   * undefined when a transform throws.
   */
  through(pieces: readonly Uint8Array[], last: boolean): Buffer | undefined {
    this.#streams = true
    this.#answer('gone')
    const out: Buffer[] = []
    const keep = (bytes: Uint8Array): void => {
      out.push(Buffer.from(bytes))
    }
    if (this.#size > 0) {
      this.#run(this.#bytes.subarray(0, this.#size), false, this.#applied, keep)
      this.#empty()
    }
    for (const [index, piece] of pieces.entries())
      this.#run(piece, last && index === pieces.length - 1, 0, keep)
    if (last && pieces.length === 0) this.#run(NOTHING, true, 0, keep)
    if (this.#fault !== undefined) return undefined
    const [only] = out
    return out.length === 1 && only !== undefined ? only : Buffer.concat(out)
  }

  /** The body streams without anybody looking. */
  seal(): void {
    this.#streams = true
  }

  /** What is known without reading; undefined when it must be read. */
  #knownOutcome(limit: number): BodyOutcome | undefined {
    if (this.#gone) return 'gone'
    const whole = this.#whole
    if (whole !== undefined) return whole.length > limit ? 'too-large' : whole
    const announced = this.#transforms.length === 0 ? this.#length : 0
    if (announced > limit || this.#size > limit) return 'too-large'
    return this.#budget.hasRoom(Math.max(this.#length, 1) - this.#counted) ? undefined : 'no-room'
  }

  /** It streams, and can be neither read nor changed. */
  get #isGoing(): boolean {
    return this.#streams && this.#whole === undefined && !this.#gone
  }

  /** Takes what is held through the transforms that were added since it was read. */
  #catchUp(): void {
    const from = this.#applied
    this.#applied = this.#transforms.length
    if (this.#size === 0 || from === this.#applied) return
    const held = this.#bytes.subarray(0, this.#size)
    this.#empty()
    this.#run(held, false, from, (out) => this.#append(out))
  }

  /** Takes a piece through the transforms from that number on. */
  #run(piece: Uint8Array, last: boolean, from: number, take: (out: Uint8Array) => void): void {
    let out = piece
    for (let at = from; at < this.#transforms.length; at++) {
      if (this.#fault !== undefined) return
      try {
        out = this.#transforms[at]?.(out, last) ?? NOTHING
      } catch (error) {
        this.#fault = { error }
      }
      if (out.length === 0 && !last) return
    }
    if (out.length > 0 && this.#fault === undefined) take(out)
  }

  #stop(outcome: BodyOutcome): void {
    if (this.#reading === undefined) return
    this.#source.stopBody()
    this.#answer(outcome)
  }

  /** Tells the outcome to who reads; or what a transform has thrown. */
  #answer(outcome: BodyOutcome): void {
    const reading = this.#reading
    this.#reading = undefined
    if (this.#fault === undefined) reading?.resolve(outcome)
    else reading?.reject(this.#fault.error)
  }

  #append(piece: Uint8Array): void {
    const size = this.#size + piece.length
    if (size > this.#bytes.length) this.#grow(size)
    this.#bytes.set(piece, this.#size)
    this.#size = size
  }

  /** Makes room by doubling, so that a body in small pieces is not copied over and over. */
  #grow(size: number): void {
    const bound = this.#transforms.length === 0 && this.#length > 0 ? this.#length : this.#limit
    const capacity = Math.max(size, Math.min(bound, Math.max(this.#bytes.length * 2, LEAST_BYTES)))
    const fits = this.#budget.hasRoom(capacity - this.#bytes.length)
    if (!fits) this.#short = true
    const bytes = Buffer.allocUnsafeSlow(fits ? capacity : size)
    this.#bytes.copy(bytes, 0, 0, this.#size)
    this.#count(bytes.length - this.#bytes.length)
    this.#bytes = bytes
  }

  #count(bytes: number): void {
    this.#counted += bytes
    this.#budget.count(bytes)
  }

  #empty(): void {
    this.#count(-this.#counted)
    this.#bytes = NOTHING
    this.#size = 0
  }
}

/** Where a body comes from. */
export interface BodySource {
  /** The body is read: what has come of it and what comes goes to `take`, then `end` is called; `lose` if it breaks off. */
  startBody(): void
  /** No more is wanted until the message goes on. */
  stopBody(): void
  /** It will not be wanted: something else goes on in its place. */
  dropBody(): void
}

const NOTHING = Buffer.alloc(0)
const GOING = 'the body is already on its way'
/** First size of the memory for a body whose length is not known. */
const LEAST_BYTES = 16_384
