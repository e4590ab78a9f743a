/** Reading fields of a document that may hold anything. */

/** Whether a value is an object with fields. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The fields of an object; none for anything else. */
export function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {}
}

/** The items of a list; none for anything else. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** A text; '' for anything else. */
export function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** A number; 0 for anything else. */
export function amount(value: unknown): number {
  return typeof value === 'number' ? value : 0
}

/** The texts of a list; none for anything else. */
export function words(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((word) => typeof word === 'string') : []
}
