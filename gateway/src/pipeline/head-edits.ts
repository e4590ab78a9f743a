import { isSafeHeaderValue, isToken } from '@tollgate/http1/syntax/headers'
import type { HeaderChange } from '@tollgate/model/definition/version-rules'
import { CompileError } from './compile-error.ts'

/** What a configuration changes in a head, as lines that are ready to be written. */
export type HeaderLines = {
  /** Lower case. */
  readonly remove: readonly string[]
  readonly set: readonly { readonly name: string; readonly line: string }[]
}

/** Names that the engine or the gate decides about: a configuration that sets them would break framing or routing. */
const NOT_CONFIGURABLE: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** Compiles a change. Throws `CompileError` for what could not be sent as a header. */
export function headerLines(change: HeaderChange): HeaderLines {
  return {
    remove: change.remove.map((name) => name.trim().toLowerCase()),
    set: headerList(change.add),
  }
}

/** Complete lines for configured headers, without those that are not theirs to set. Throws `CompileError`. */
export function headerList(headers: HeaderChange['add']): HeaderLines['set'] {
  return headers.flatMap(({ name, value }) => {
    const lowerName = name.trim().toLowerCase()
    if (!isToken(lowerName)) throw new CompileError(`"${name}" is not a header name`)
    if (!isSafeHeaderValue(value.trim())) throw new CompileError(`the value of header ${name} cannot be sent`)
    if (NOT_CONFIGURABLE.has(lowerName)) return []
    return [{ name: lowerName, line: `${name.trim()}: ${value.trim()}\r\n` }]
  })
}

export const NO_NAMES: ReadonlySet<string> = new Set()

/**
 * The changes that the steps of one request have made to a head so far; a later one wins over an earlier. Most requests
 * have no more than a block, which needs neither set nor map.
 */
export class HeadEdits {
  #dropped: Set<string> | undefined = undefined
  #lines: Map<string, string> | undefined = undefined
  #blockNames: ReadonlySet<string> = NO_NAMES
  #blockLines = ''

  /** Lower-case names of the head's own lines that do not go on. */
  get dropped(): ReadonlySet<string> {
    if (this.#dropped === undefined) return this.#blockNames
    return this.#blockNames.size === 0 ? this.#dropped : this.#dropped.union(this.#blockNames)
  }

  remove(lowerName: string): void {
    this.#dropped ??= new Set()
    this.#dropped.add(lowerName)
    this.#lines?.delete(lowerName)
  }

  /** @param line complete, ending in CRLF; it takes the place of every line of that name */
  set(lowerName: string, line: string): void {
    this.#dropped ??= new Set()
    this.#dropped.add(lowerName)
    this.#lines ??= new Map()
    this.#lines.set(lowerName, line)
  }

  /** @param line complete, ending in CRLF; it stands beside the lines of that name that are there */
  append(lowerName: string, line: string): void {
    this.#lines ??= new Map()
    this.#lines.set(lowerName, (this.#lines.get(lowerName) ?? '') + line)
  }

  /**
   * Lines of the gate that take the place of every line of these names. A second block takes the place of the first.
   * @param lowerNames a set that never changes
   */
  block(lowerNames: ReadonlySet<string>, lines: string): void {
    this.#blockNames = lowerNames
    this.#blockLines = lines
  }

  apply(change: HeaderLines): void {
    for (const name of change.remove) this.remove(name)
    for (const { name, line } of change.set) this.set(name, line)
  }

  has(lowerName: string): boolean {
    return this.#lines?.has(lowerName) === true
  }

  lines(): string {
    if (this.#lines === undefined) return this.#blockLines
    let lines = ''
    for (const line of this.#lines.values()) lines += line
    return lines + this.#blockLines
  }
}
