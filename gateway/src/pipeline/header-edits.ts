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

/** The changes that the steps of one request have made so far; a later one wins over an earlier. */
export class HeaderEdits {
  /** Lower-case names of the head's own lines that do not go on. */
  readonly dropped = new Set<string>()
  readonly #added = new Map<string, string>()

  remove(lowerName: string): void {
    this.dropped.add(lowerName)
    this.#added.delete(lowerName)
  }

  /** @param line complete, ending in CRLF */
  set(lowerName: string, line: string): void {
    this.dropped.add(lowerName)
    this.#added.set(lowerName, line)
  }

  apply(change: HeaderLines): void {
    for (const name of change.remove) this.remove(name)
    for (const { name, line } of change.set) this.set(name, line)
  }

  has(lowerName: string): boolean {
    return this.#added.has(lowerName)
  }

  lines(): string {
    let lines = ''
    for (const line of this.#added.values()) lines += line
    return lines
  }
}
