/**
 * What a regular expression costs once it is compiled, estimated from its source before anything is compiled: RE2 takes
 * time linear in the length of the text times the size of the **program**, and a counted repetition multiplies the
 * program: `\pL{1,1000}` is eleven characters and two thousand instructions with hundreds of ranges each. The estimate
 * is an upper bound of the program's instructions (held by a property test), with Unicode classes weighted by the
 * ranges that each instruction holds. What cannot be read costs what its characters cost: the compiler refuses it.
 */

/** Most units of one expression. Some 2 ms of compilation. */
export const MAX_EXPRESSION_COST = 4_000

/** Weight of an instruction that holds the ranges of a Unicode class such as `\pL`. */
const UNICODE_CLASS_COST = 40

/** Units of one expression; infinite when repetitions are nested beyond any use. */
export function regExpCost(source: string): number {
  const reader: Reader = { source, at: 0, depth: 0 }
  let cost = 2
  while (reader.at < source.length) {
    cost += alternation(reader)
    // A closing bracket that nothing opened: invalid, but counted to its end.
    reader.at += 1
  }
  return cost
}

type Reader = { readonly source: string; at: number; depth: number }

/** Deepest nesting of groups that is read; RE2 allows a thousand. */
const MAX_DEPTH = 200

/** Up to the end or to a bracket that closes the group; an alternative costs one instruction beside its own. */
function alternation(reader: Reader): number {
  if (reader.depth > MAX_DEPTH) return Number.POSITIVE_INFINITY
  let cost = 1
  while (reader.at < reader.source.length) {
    const char = reader.source.charAt(reader.at)
    if (char === ')') return cost
    if (char === '|') {
      reader.at += 1
      cost += 2
    } else {
      cost += repeated(reader, atom(reader, char))
    }
  }
  return cost
}

/** One thing that can be repeated. */
function atom(reader: Reader, char: string): number {
  reader.at += 1
  if (char === '\\') return escaped(reader)
  if (char === '[') return characterClass(reader)
  if (char !== '(') return 1
  reader.depth += 1
  const inner = alternation(reader)
  reader.depth -= 1
  reader.at += 1
  // Entry and exit of a group that captures.
  return inner + 2
}

function escaped(reader: Reader): number {
  const { source } = reader
  const char = source.charAt(reader.at)
  reader.at += 1
  if (char === 'Q') {
    // Everything up to \E stands for itself.
    const end = source.indexOf('\\E', reader.at)
    const length = (end < 0 ? source.length : end) - reader.at
    reader.at = end < 0 ? source.length : end + 2
    return length + 1
  }
  if (char !== 'p' && char !== 'P') return 1
  if (source.charAt(reader.at) === '{') {
    const end = source.indexOf('}', reader.at)
    reader.at = end < 0 ? source.length : end + 1
  } else {
    reader.at += 1
  }
  return UNICODE_CLASS_COST
}

/** A class is one instruction however many characters it lists, but for the ranges of Unicode classes in it. */
function characterClass(reader: Reader): number {
  const { source } = reader
  let cost = 1
  if (source.charAt(reader.at) === '^') reader.at += 1
  // A bracket that stands first is a character of the class.
  if (source.charAt(reader.at) === ']') reader.at += 1
  while (reader.at < source.length && source.charAt(reader.at) !== ']') {
    if (source.startsWith('[:', reader.at)) {
      const end = source.indexOf(':]', reader.at + 2)
      reader.at = end < 0 ? reader.at + 1 : end + 2
    } else if (source.charAt(reader.at) === '\\') {
      reader.at += 1
      cost += escaped(reader) - 1
    } else {
      reader.at += 1
    }
  }
  reader.at += 1
  return cost
}

/** What follows an atom: `*`, `+`, `?` and their lazy forms, `{n}`, `{n,}`, `{n,m}`. */
function repeated(reader: Reader, once: number): number {
  let cost = once
  for (;;) {
    const char = reader.source.charAt(reader.at)
    if (char === '*' || char === '+' || char === '?') {
      reader.at += 1
      cost += 1
      continue
    }
    if (char !== '{') return cost
    const counted = /^\{(\d{1,9})(,(\d{0,9}))?\}/.exec(reader.source.slice(reader.at, reader.at + 24))
    if (counted === null) return cost
    const [text, least = '', comma, most = ''] = counted
    reader.at += text.length
    const times = Math.max(1, Number(least), Number(most))
    // Optional copies need an instruction each that goes around them; `{n,}` ends in a loop.
    cost = times * (comma === undefined ? cost : cost + 1) + 1
  }
}
