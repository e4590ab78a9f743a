/**
 * The lossless form rule: a form edits patches over the stored document. What is sent is that document with only the
 * touched paths changed; fields nobody knows, odd values and the order of keys stay as they were.
 */

/** Where a value stands in a document: names of fields and places in lists. */
export type Path = readonly (string | number)[]

/** One value that the form has set; `undefined` = the field is taken away. */
export type Patch = { readonly path: Path; readonly value: unknown }

/** One place in which two documents differ; `undefined` = it is not there. */
export type Change = { readonly path: Path; readonly before: unknown; readonly after: unknown }

/** The value at a path; undefined when there is none. */
export function valueAt(document: unknown, path: Path): unknown {
  let value = document
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined
    value = (value as Readonly<Record<string | number, unknown>>)[step] // it has this property, see above
  }
  return value
}

/**
 * The patches after the value at a path was set. Setting the stored value again leaves no patch, and the patches of one
 * form never overlap.
 */
export function withPatch(
  stored: unknown,
  patches: readonly Patch[],
  path: Path,
  value: unknown,
): readonly Patch[] {
  const above = patches.find((patch) => patch.path.length < path.length && startsWith(path, patch.path))
  if (above !== undefined) {
    return withPatch(stored, patches, above.path, replaced(above.value, path.slice(above.path.length), value))
  }
  const others = patches.filter((patch) => !startsWith(patch.path, path))
  return sameValue(valueAt(stored, path), value) ? others : [...others, { path, value }]
}

/** The stored document with the patches applied; the very same object when there are none. */
export function patched<T>(stored: T, patches: readonly Patch[]): T {
  let document: unknown = stored
  for (const { path, value } of patches) document = replaced(document, path, value)
  return document as T // a form puts values of the right types at its paths; the server judges them again
}

/** Every place in which two documents differ, the deepest ones; the order of keys does not count. */
export function changesBetween(before: unknown, after: unknown, path: Path = []): readonly Change[] {
  if (sameValue(before, after)) return []
  if (!isPlain(before) || !isPlain(after)) return [{ path, before, after }]
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...names].flatMap((name) =>
    changesBetween(ownValue(before, name), ownValue(after, name), [...path, name]),
  )
}

/** Whether two JSON values are the same, whatever the order of keys. A field that is undefined is not there. */
export function sameValue(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((item, index) => sameValue(item, other[index]))
  }
  if (!isPlain(one) || !isPlain(other)) return false
  const names = new Set([...Object.keys(one), ...Object.keys(other)])
  return [...names].every((name) => sameValue(ownValue(one, name), ownValue(other, name)))
}

/** A copy with another value at the path; what lies on the way is made where it is missing. */
function replaced(document: unknown, path: Path, value: unknown): unknown {
  const [step, ...rest] = path
  if (step === undefined) return value
  if (Array.isArray(document) && typeof step === 'number') {
    const copy = [...document]
    copy[step] = replaced(document[step], rest, value)
    return copy
  }
  const fields = isPlain(document) ? document : {}
  const next = replaced(ownValue(fields, String(step)), rest, value)
  if (next !== undefined) return { ...fields, [step]: next }
  return Object.fromEntries(Object.entries(fields).filter(([name]) => name !== String(step)))
}

function startsWith(path: Path, start: Path): boolean {
  return start.length <= path.length && start.every((step, index) => String(step) === String(path[index]))
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function ownValue(document: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(document, name) ? document[name] : undefined
}
