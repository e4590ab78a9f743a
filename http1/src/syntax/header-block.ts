import { knownName, knownNames, UNKNOWN } from './known-names.ts'
import { FIELD_VALUE, isBlank, TOKEN } from './syntax.ts'

/** Numbers kept per header: start of its line, end of its name, start and end of its value, known id. */
const STRIDE = 5
/** In place of a count: what was wrong with a block. */
export const BAD_FIELD = -1
export const TOO_MANY = -2

/** Filled by `scanFields`, copied by `HeaderBlock`; one per thread, as a scan is never interrupted. */
const scratch: number[] = []
for (let at = 0; at < 512 * STRIDE; at++) scratch.push(0)

/**
 * Scans header lines from `pos` to the empty line that ends `text`. Strict: a token, a colon at once, field-value bytes
 * only, CRLF; so obs-fold, white space before the colon, bare CR or LF, NUL and controls are all refused.
 * Returns the number of headers, or `BAD_FIELD` or `TOO_MANY`.
 */
export function scanFields(text: string, pos: number, maxFields: number): number {
  let count = 0
  let at = pos
  for (;;) {
    let code = text.charCodeAt(at)
    if (code === 13) return text.charCodeAt(at + 1) === 10 && at + 2 === text.length ? count : BAD_FIELD
    if (count === maxFields) return TOO_MANY
    const nameStart = at
    let hash = 0
    let lower = TOKEN[code] ?? 0
    while (lower !== 0) {
      hash = (Math.imul(hash, 31) + lower) | 0
      code = text.charCodeAt(++at)
      lower = TOKEN[code] ?? 0
    }
    if (code !== 58 || at === nameStart) return BAD_FIELD
    const nameEnd = at++
    while (isBlank(text.charCodeAt(at))) at++
    const valueStart = at
    while (FIELD_VALUE[text.charCodeAt(at)] === 1) at++
    if (text.charCodeAt(at) !== 13 || text.charCodeAt(at + 1) !== 10) return BAD_FIELD
    let valueEnd = at
    while (valueEnd > valueStart && isBlank(text.charCodeAt(valueEnd - 1))) valueEnd--
    at += 2
    const field = count++ * STRIDE
    scratch[field] = nameStart
    scratch[field + 1] = nameEnd
    scratch[field + 2] = valueStart
    scratch[field + 3] = valueEnd
    scratch[field + 4] = knownName(text, nameStart, nameEnd, hash)
  }
}

/** Headers as places in the head's text; strings and arrays are made when somebody asks for them. */
export class HeaderBlock {
  /** The whole head, latin1. */
  readonly text: string
  readonly count: number
  /** `STRIDE` numbers per header. */
  readonly fields: readonly number[]
  #names: string[] | undefined
  #rawNames: string[] | undefined
  #values: string[] | undefined

  /** To be made right after the `scanFields` that returned `count`. */
  constructor(text: string, count: number) {
    this.text = text
    this.count = count
    this.fields = scratch.slice(0, count * STRIDE)
  }

  get names(): readonly string[] {
    if (this.#names === undefined) {
      this.#names = []
      for (let index = 0; index < this.count; index++) this.#names.push(this.nameAt(index))
    }
    return this.#names
  }

  get rawNames(): readonly string[] {
    if (this.#rawNames === undefined) {
      this.#rawNames = []
      for (let index = 0; index < this.count; index++) {
        this.#rawNames.push(this.text.slice(this.at(index, 0), this.at(index, 1)))
      }
    }
    return this.#rawNames
  }

  get values(): readonly string[] {
    if (this.#values === undefined) {
      this.#values = []
      for (let index = 0; index < this.count; index++) this.#values.push(this.valueAt(index))
    }
    return this.#values
  }

  at(index: number, part: number): number {
    return this.fields[index * STRIDE + part] ?? 0
  }

  idAt(index: number): number {
    return this.fields[index * STRIDE + 4] ?? UNKNOWN
  }

  nameAt(index: number): string {
    const id = this.idAt(index)
    if (id >= 0) return knownNames[id] ?? ''
    return this.text.slice(this.at(index, 0), this.at(index, 1)).toLowerCase()
  }

  /** Whether there is a TAB between the value and the end of its line. */
  hasTabBehind(index: number): boolean {
    let at = this.at(index, 3)
    while (this.text.charCodeAt(at) === 32) at++
    return this.text.charCodeAt(at) === 9
  }

  valueAt(index: number): string {
    return this.text.slice(this.at(index, 2), this.at(index, 3))
  }
}
