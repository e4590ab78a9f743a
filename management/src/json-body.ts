import { Problem, type ProblemSpec, problems } from './errors.ts'

/** Deepest nesting of arrays and objects that a body may have; what reads documents later may recurse. */
export const maxJsonDepth = 64
/**
 * Values in one body, where the settings say nothing. A body's cost goes with their number, not with its bytes: parsing,
 * judging and keeping 100,000 of them takes about a tenth of a second of the thread that also leases quotas.
 */
export const defaultMaxJsonValues = 100_000

const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * Reads a JSON body, whatever its Content-Type said (contract, section 0 rule 1). Refused as malformed: what is not
 * JSON in UTF-8, what is nested deeper than `maxJsonDepth`, and keys named `__proto__`, which no document needs and
 * which turn plain copying into prototype pollution. Refused as invalid, with the path: numbers beyond the finite range
 * and text that a database cannot keep (NUL, half a surrogate pair). What has more than `maxValues` is refused with 413,
 * before anything is built of it.
 */
export function parseJsonBody(
  bytes: Uint8Array,
  malformed: ProblemSpec,
  invalid: string,
  maxValues = defaultMaxJsonValues,
): unknown {
  const extent = jsonExtent(bytes)
  if (extent.depth > maxJsonDepth) throw new Problem(malformed)
  if (extent.values > maxValues) throw new Problem(problems.body_too_many_values)
  let value: unknown
  try {
    value = JSON.parse(utf8.decode(bytes))
  } catch {
    // Neither error says more than the answer does, and its text may quote a secret.
    throw new Problem(malformed)
  }
  const fault = faultIn(value, '', 0)
  if (fault === 'malformed') throw new Problem(malformed)
  if (fault !== undefined) throw invalidBody(invalid, fault)
  return value
}

/** The 400 of a body that does not fit: the resource's words, the field's path and the reason. */
export function invalidBody(invalid: string, detail: string): Problem {
  return new Problem({ ...problems.body_invalid, message: invalid }, detail)
}

/** Whether a text can be kept and sent on as it is. */
export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0')
}

/**
 * How many values JSON of these bytes has at most (the members of objects and arrays, and these themselves), and how deep
 * they are nested, from one look at each byte. What is no JSON gets some numbers, and is refused by the parser.
 */
function jsonExtent(bytes: Uint8Array): { readonly values: number; readonly depth: number } {
  let values = 1
  let depth = 0
  let deepest = 0
  let isInText = false
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]
    if (isInText) {
      if (byte === BACKSLASH) at++
      else if (byte === QUOTE) isInText = false
    } else if (byte === QUOTE) {
      isInText = true
    } else if (byte === COMMA) {
      values++
    } else if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) {
      values++
      depth++
      if (depth > deepest) deepest = depth
    } else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) {
      depth--
    }
  }
  return { values, depth: deepest }
}

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c]
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d]

function faultIn(value: unknown, path: string, depth: number): string | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : `${path} is not a finite number`
  if (typeof value === 'string')
    return isStorable(value) ? undefined : `${path} holds characters that are no text`
  if (typeof value !== 'object' || value === null) return undefined
  if (depth >= maxJsonDepth) return 'malformed'
  const dot = path === '' ? '' : `${path}.`
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      const fault = faultIn(value[index], dot + index, depth + 1)
      if (fault !== undefined) return fault
    }
    return undefined
  }
  // Parsed JSON has no names but its own; pairs of them would double the cost of a large body.
  const members = value as Readonly<Record<string, unknown>>
  for (const name of Object.keys(members)) {
    if (name === '__proto__') return 'malformed'
    if (!isStorable(name)) return `${dot}(name) holds characters that are no text`
    const fault = faultIn(members[name], dot + name, depth + 1)
    if (fault !== undefined) return fault
  }
  return undefined
}
