import type { HeaderLines } from '@tollgate/model/definition/header-lines'

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
