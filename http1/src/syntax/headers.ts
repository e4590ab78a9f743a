import { HeaderBlock } from './header-block.ts'
import { CONNECTION, END_TO_END, knownNames, UNKNOWN, UNPROTECTED } from './known-names.ts'
import type { ReplyHead, RequestHead } from './message-head.ts'

export { isSafeHeaderValue, isToken } from './syntax.ts'

/** First value of the header of that lower-case name; undefined when it is absent. */
export function headerValue(head: RequestHead | ReplyHead, lowerName: string): string | undefined {
  if (head instanceof HeaderBlock) {
    const { count } = head
    for (let index = 0; index < count; index++) {
      // Their length tells most names apart: of those that are not known no string is made.
      if (head.at(index, 1) - head.at(index, 0) !== lowerName.length) continue
      const id = head.idAt(index)
      const name = id === UNKNOWN ? head.nameAt(index) : knownNames[id]
      if (name === lowerName) return head.valueAt(index)
    }
    return undefined
  }
  const at = head.names.indexOf(lowerName)
  return at < 0 ? undefined : head.values[at]
}

/**
 * Lower-case names of the head's own headers that are one of `names` when `_` is read as `-`, as CGI reads it; undefined
 * when there is none, which costs a look at the letters of unknown names.
 */
export function aliasedNames(head: RequestHead, names: ReadonlySet<string>): ReadonlySet<string> | undefined {
  let found: Set<string> | undefined
  const look = (name: string) => {
    if (!name.includes('_') || !names.has(name.replaceAll('_', '-'))) return
    found ??= new Set()
    found.add(name)
  }
  if (!(head instanceof HeaderBlock)) {
    for (const name of head.names) look(name)
    return found
  }
  for (let index = 0; index < head.count; index++) {
    if (head.idAt(index) === UNKNOWN && hasUnderscore(head, index)) look(head.nameAt(index))
  }
  return found
}

function hasUnderscore(head: HeaderBlock, index: number): boolean {
  const end = head.at(index, 1)
  for (let at = head.at(index, 0); at < end; at++) if (head.text.charCodeAt(at) === 95) return true
  return false
}

/**
 * The headers that travel on, as lines ending in CRLF, names as received: without hop-by-hop ones (RFC 9110, 7.6.1),
 * framing and `Expect` (the engine's own), those that `Connection` nominates (but Host, Authorization, Cookie,
 * X-Forwarded-* and other protected ones stay), and those of `skip` (lower-case names).
 */
export function endToEndLines(head: RequestHead | ReplyHead, skip: ReadonlySet<string>): string {
  if (!(head instanceof HeaderBlock)) return linesOfArrays(head, skip)
  const { text, count } = head
  const nominated = nominatedNames(head)
  const skips = skip.size > 0 || nominated !== undefined
  const skipsUnknown = nominated !== undefined || (skips && !hasOnlyKnown(skip))
  let lines = ''
  // Neighbouring lines that are already in our form (`name: value`) are copied as one slice.
  let runStart = -1
  let runEnd = -1
  for (let index = 0; index < count; index++) {
    const id = head.idAt(index)
    const drops =
      (id >= 0 && id < END_TO_END) ||
      (skips && id >= 0 && isSkipped(knownNames[id] ?? '', id, skip, nominated)) ||
      (skipsUnknown && id < 0 && isSkipped(head.nameAt(index), id, skip, nominated))
    const lineStart = head.at(index, 0)
    const valueEnd = head.at(index, 3)
    if (!drops && isCanonical(head, index)) {
      if (runEnd !== lineStart) {
        if (runStart >= 0) lines += text.slice(runStart, runEnd)
        runStart = lineStart
      }
      runEnd = valueEnd + 2
      continue
    }
    if (runStart >= 0) lines += text.slice(runStart, runEnd)
    runStart = -1
    runEnd = -1
    if (!drops) lines += `${text.slice(lineStart, head.at(index, 1))}: ${head.valueAt(index)}\r\n`
  }
  return runStart >= 0 ? lines + text.slice(runStart, runEnd) : lines
}

/** Whether all names of a set are known ones; found out once for each set, which must not change afterwards. */
const onlyKnown = new WeakMap<ReadonlySet<string>, boolean>()

function hasOnlyKnown(names: ReadonlySet<string>): boolean {
  const found = onlyKnown.get(names)
  if (found !== undefined) return found
  let all = true
  for (const name of names) all &&= knownNames.includes(name)
  onlyKnown.set(names, all)
  return all
}

function isCanonical(head: HeaderBlock, index: number): boolean {
  const nameEnd = head.at(index, 1)
  return (
    head.at(index, 2) === nameEnd + 2 &&
    head.text.charCodeAt(nameEnd + 1) === 32 &&
    head.text.charCodeAt(head.at(index, 3)) === 13
  )
}

function isSkipped(
  name: string,
  id: number,
  skip: ReadonlySet<string>,
  nominated: ReadonlySet<string> | undefined,
): boolean {
  if (skip.has(name)) return true
  if (nominated === undefined || !nominated.has(name)) return false
  return !(id >= END_TO_END && id < UNPROTECTED) && !name.startsWith('x-forwarded-')
}

/** Lower-case names in all `Connection` headers; undefined when there is none but the usual `close` and `keep-alive`. */
function nominatedNames(head: HeaderBlock): Set<string> | undefined {
  let names: Set<string> | undefined
  for (let index = 0; index < head.count; index++) {
    if (head.idAt(index) !== CONNECTION) continue
    const value = head.valueAt(index)
    if (value === 'keep-alive' || value === 'close') continue
    for (const part of value.toLowerCase().split(',')) {
      const name = part.trim()
      if (name === '' || name === 'close' || name === 'keep-alive') continue
      names ??= new Set()
      names.add(name)
    }
  }
  return names
}

/** The same for a head that is not the parser's own, as in tests of the gateway. */
function linesOfArrays(head: RequestHead | ReplyHead, skip: ReadonlySet<string>): string {
  let lines = ''
  const nominated = new Set<string>()
  head.names.forEach((name, index) => {
    if (name !== 'connection') return
    for (const part of (head.values[index] ?? '').toLowerCase().split(',')) nominated.add(part.trim())
  })
  head.names.forEach((name, index) => {
    const id = knownNames.indexOf(name)
    if ((id >= 0 && id < END_TO_END) || isSkipped(name, id, skip, nominated)) return
    lines += `${head.rawNames[index]}: ${head.values[index]}\r\n`
  })
  return lines
}
