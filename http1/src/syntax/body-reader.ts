import { isForbiddenTrailer, isHopByHop } from './known-names.ts'
import { CHUNKED, UNTIL_CLOSE } from './message-head.ts'
import { type Refusal, refusals } from './protocol-errors.ts'
import { FIELD_VALUE, HEX, isBlank, TOKEN } from './syntax.ts'

/** Bounds of what a body may carry beside its data. */
export type BodyLimits = { readonly maxChunkExtensionBytes: number; readonly maxTrailerBytes: number }

// Where a chunked body stands. The order matters nowhere.
const SIZE = 0
const EXTENSION_NAME = 1
const EXTENSION_VALUE = 2
const EXTENSION_QUOTED = 3
const EXTENSION_ESCAPED = 4
const EXTENSION_AFTER_QUOTE = 5
const SIZE_LF = 6
const DATA = 7
const DATA_CR = 8
const DATA_LF = 9
const TRAILER_START = 10
const TRAILER_NAME = 11
const TRAILER_VALUE = 12
const TRAILER_LF = 13
const END_LF = 14

/** Hex digits of a chunk size; enough for 2^52, so that sums stay exact. */
const MAX_SIZE_DIGITS = 13

const CR = 13
const LF = 10
const SEMICOLON = 59
const QUOTE = 34
const EQUALS = 61

/**
 * Finds the data in a body's bytes, whatever the framing. Feed it with `step` until `done`; each step gives at most one
 * span of data as `dataStart` and `dataEnd`. Chunk extensions are checked, bounded and dropped; trailers checked and
 * bounded, and kept for who wants them.
 */
export class BodyReader {
  done: boolean
  problem: Refusal | undefined = undefined
  dataStart = 0
  dataEnd = 0
  /** The trailers so far, written anew as lines ending in CRLF, without hop-by-hop ones. */
  trailers = ''
  /** Data bytes still to come by Content-Length or in this chunk; infinite when the connection's end is the body's. */
  remaining: number
  readonly #chunked: boolean
  readonly #limits: BodyLimits
  #state: number = SIZE
  #sizeDigits = 0
  #extensionBytes = 0
  #trailerBytes = 0
  #trailerName = ''
  #trailerLine = ''

  /** `bodyLength` as in `RequestHead` and `ReplyHead`. */
  constructor(bodyLength: number, limits: BodyLimits) {
    this.#chunked = bodyLength === CHUNKED
    this.#limits = limits
    this.done = bodyLength === 0
    this.remaining = bodyLength === UNTIL_CLOSE ? Number.POSITIVE_INFINITY : Math.max(bodyLength, 0)
  }

  /** Reads on at `pos`; returns where it stopped. Stops at the end of a span, of the body, of the bytes, or at a problem. */
  step(bytes: Uint8Array, pos: number, end: number): number {
    if (!this.#chunked) return this.#stepData(bytes, pos, end)
    this.dataStart = pos
    this.dataEnd = pos
    let at = pos
    while (at < end && !this.done) {
      if (this.#state === DATA) {
        at = this.#stepData(bytes, at, end)
        if (this.remaining === 0) this.#state = DATA_CR
        return at
      }
      this.problem = this.#stepFraming(bytes[at] ?? 0)
      if (this.problem !== undefined) return at
      at++
    }
    return at
  }

  #stepData(_bytes: Uint8Array, pos: number, end: number): number {
    const length = Math.min(end - pos, this.remaining)
    this.dataStart = pos
    this.dataEnd = pos + length
    this.remaining -= length
    if (this.remaining === 0 && !this.#chunked) this.done = true
    return this.dataEnd
  }

  #stepFraming(byte: number): Refusal | undefined {
    switch (this.#state) {
      case SIZE:
        return this.#size(byte)
      case SIZE_LF:
        if (byte !== LF) return refusals.badChunk
        this.#state = this.remaining > 0 ? DATA : TRAILER_START
        this.#sizeDigits = 0
        return undefined
      case DATA_CR:
        this.#state = DATA_LF
        return byte === CR ? undefined : refusals.badChunk
      case DATA_LF:
        this.#state = SIZE
        return byte === LF ? undefined : refusals.badChunk
      case END_LF:
        this.done = true
        return byte === LF ? undefined : refusals.badTrailer
      case TRAILER_START:
      case TRAILER_NAME:
      case TRAILER_VALUE:
      case TRAILER_LF:
        return this.#trailer(byte)
      default:
        return this.#extension(byte)
    }
  }

  #size(byte: number): Refusal | undefined {
    const digit = HEX[byte] ?? 255
    if (digit < 16) {
      if (++this.#sizeDigits > MAX_SIZE_DIGITS) return refusals.badChunk
      this.remaining = this.remaining * 16 + digit
      return undefined
    }
    if (this.#sizeDigits === 0) return refusals.badChunk
    if (byte === CR) this.#state = SIZE_LF
    else if (byte === SEMICOLON) this.#startExtension()
    else return refusals.badChunk
    return undefined
  }

  #startExtension(): void {
    this.#state = EXTENSION_NAME
    this.#extensionBytes++
    this.#sizeDigits = 0
  }

  /** `;name`, `;name=token` or `;name="quoted"`; `#sizeDigits` counts the bytes of the present token. */
  #extension(byte: number): Refusal | undefined {
    if (++this.#extensionBytes > this.#limits.maxChunkExtensionBytes) return refusals.chunkExtensionsTooLarge
    const state = this.#state
    if (state === EXTENSION_ESCAPED) {
      this.#state = EXTENSION_QUOTED
      return FIELD_VALUE[byte] === 1 ? undefined : refusals.badChunk
    }
    if (state === EXTENSION_QUOTED) {
      if (byte === QUOTE) this.#state = EXTENSION_AFTER_QUOTE
      else if (byte === 92) this.#state = EXTENSION_ESCAPED
      else if (FIELD_VALUE[byte] !== 1) return refusals.badChunk
      return undefined
    }
    if (state !== EXTENSION_AFTER_QUOTE) {
      if ((TOKEN[byte] ?? 0) !== 0) {
        this.#sizeDigits++
        return undefined
      }
      if (state === EXTENSION_VALUE && byte === QUOTE && this.#sizeDigits === 0) {
        this.#state = EXTENSION_QUOTED
        return undefined
      }
      if (this.#sizeDigits === 0) return refusals.badChunk
      if (state === EXTENSION_NAME && byte === EQUALS) {
        this.#state = EXTENSION_VALUE
        this.#sizeDigits = 0
        return undefined
      }
    }
    if (byte === CR) this.#state = SIZE_LF
    else if (byte === SEMICOLON) this.#startExtension()
    else return refusals.badChunk
    return undefined
  }

  #trailer(byte: number): Refusal | undefined {
    if (++this.#trailerBytes > this.#limits.maxTrailerBytes) return refusals.trailersTooLarge
    switch (this.#state) {
      case TRAILER_START:
        if (byte === CR) {
          this.#state = END_LF
          return undefined
        }
        this.#trailerName = ''
        this.#trailerLine = ''
        this.#state = TRAILER_NAME
        return this.#trailerNameByte(byte)
      case TRAILER_NAME:
        return this.#trailerNameByte(byte)
      case TRAILER_VALUE:
        if (byte === CR) this.#state = TRAILER_LF
        else if (FIELD_VALUE[byte] !== 1) return refusals.badTrailer
        else if (!isBlank(byte) || this.#trailerLine.length > this.#trailerName.length + 2)
          this.#trailerLine += String.fromCharCode(byte)
        return undefined
      default:
        this.#state = TRAILER_START
        if (!isHopByHop(this.#trailerName)) this.trailers += `${this.#trailerLine.trimEnd()}\r\n`
        return byte === LF ? undefined : refusals.badTrailer
    }
  }

  #trailerNameByte(byte: number): Refusal | undefined {
    const lower = TOKEN[byte] ?? 0
    if (lower !== 0) {
      this.#trailerName += String.fromCharCode(lower)
      this.#trailerLine += String.fromCharCode(byte)
      return undefined
    }
    if (byte !== 58 || this.#trailerName === '' || isForbiddenTrailer(this.#trailerName))
      return refusals.badTrailer
    this.#state = TRAILER_VALUE
    this.#trailerLine += ': '
    return undefined
  }
}
