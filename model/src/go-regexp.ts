/**
 * Regular expressions of definitions and keys are written for Go's RE2, which never backtracks. Here they run on the
 * engine of JavaScript, so their length is bounded, and those whose shape is known to take exponential time are refused.
 * The guard is a heuristic: it finds a repeated group that repeats something inside it, not every slow pattern.
 */

/** Longest source of a regular expression, in UTF-16 units. */
export const MAX_REGEXP_LENGTH = 1024

/** A compiled expression, or why there is none: a clause that completes "this pattern …". */
export type CompiledRegExp =
  | { readonly regexp: RegExp; readonly problem?: undefined }
  | { readonly regexp?: undefined; readonly problem: string }

/** Compiles an expression in RE2's syntax: a leading `(?i)` and `(?P<name>` are understood. Never throws. */
export function goRegExp(source: string, ignoreCase = false): CompiledRegExp {
  if (source.length > MAX_REGEXP_LENGTH) return { problem: `is longer than ${MAX_REGEXP_LENGTH} characters` }
  const insensitive = source.startsWith('(?i)')
  const body = (insensitive ? source.slice(4) : source).replaceAll('(?P<', '(?<')
  let regexp: RegExp
  try {
    regexp = new RegExp(body, ignoreCase || insensitive ? 'i' : '')
  } catch {
    return { problem: 'is not a valid regular expression' }
  }
  if (repeatsARepetition(body)) {
    return { problem: 'repeats a group that repeats something inside it, which can take exponential time' }
  }
  return { regexp }
}

type Group = { readonly start: number; readonly repeated: string[] }

/**
 * Whether a group under `*`, `+` or `{n,}` holds another such repetition, and nothing keeps the two apart. A group that
 * starts with a literal which its repeated parts cannot match, as in `(/[^/]+)*`, is linear and allowed.
 */
function repeatsARepetition(source: string): boolean {
  const open: Group[] = []
  let inner: readonly string[] = []
  let at = 0
  while (at < source.length) {
    const char = source.charAt(at)
    if (char === '(') {
      open.push({ start: at, repeated: [] })
      at += 1
      continue
    }
    const end = atomEnd(source, at)
    let atom = source.slice(at, end)
    let nested: readonly string[] = []
    if (char === ')') {
      const group = open.pop()
      if (group === undefined) return false
      atom = source.slice(group.start, end)
      inner = group.repeated
      nested = inner
    }
    const repetition = UNBOUNDED.exec(source.slice(end, end + 24))
    if (repetition && nested.length > 0 && !keptApart(atom, nested)) return true
    if (repetition) open.at(-1)?.repeated.push(atom)
    else for (const part of nested) open.at(-1)?.repeated.push(part)
    at = end + (repetition ? repetition[0].length : 0)
  }
  return false
}

const UNBOUNDED = /^(?:[*+]|\{\d*,\})\??/

/** Where the atom that starts at `at` ends: an escape, a class, or one character. */
function atomEnd(source: string, at: number): number {
  const char = source.charAt(at)
  if (char === '\\') return at + 2
  if (char !== '[') return at + 1
  let end = at + 1
  if (source.charAt(end) === '^') end += 1
  while (end < source.length && source.charAt(end) !== ']') end += source.charAt(end) === '\\' ? 2 : 1
  return end + 1
}

function keptApart(group: string, repeated: readonly string[]): boolean {
  const first = group.replace(/^\((?:\?:|\?<\w+>)?/, '').charAt(0)
  if (group.includes('|') || !/^[\w/\-,;:=@~!#%&"' ]$/.test(first)) return false
  return repeated.every((atom) => !atom.startsWith('(') && !new RegExp(`^(?:${atom})$`, 'i').test(first))
}
