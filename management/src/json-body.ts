import { Problem, type ProblemSpec, problems } from './errors.ts'

/** Deepest nesting of arrays and objects that a body may have; what reads documents later may recurse. */
export const maxJsonDepth = 64

const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * Reads a JSON body, whatever its Content-Type said (contract, section 0 rule 1). Refused as malformed: what is not
 * JSON in UTF-8, what is nested deeper than `maxJsonDepth`, and keys named `__proto__`, which no document needs and
 * which turn plain copying into prototype pollution. Refused as invalid, with the path: numbers beyond the finite range
 * and text that a database cannot keep (NUL, half a surrogate pair).
 */
export function parseJsonBody(bytes: Uint8Array, malformed: ProblemSpec, invalid: string): unknown {
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

function faultIn(value: unknown, path: string, depth: number): string | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : `${path} is not a finite number`
  if (typeof value === 'string')
    return isStorable(value) ? undefined : `${path} holds characters that are no text`
  if (typeof value !== 'object' || value === null) return undefined
  if (depth >= maxJsonDepth) return 'malformed'
  const dot = path === '' ? '' : `${path}.`
  for (const [name, member] of Object.entries(value)) {
    if (name === '__proto__') return 'malformed'
    if (!isStorable(name)) return `${dot}(name) holds characters that are no text`
    const fault = faultIn(member, dot + name, depth + 1)
    if (fault !== undefined) return fault
  }
  return undefined
}
