import type { HeaderLines } from '@tollgate/model/definition/header-lines'

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
