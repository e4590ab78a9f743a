import { z } from 'zod'

/**
 * `null` means absent, at any depth (dashboard contract, decisions of 2026-11-30). This is the one place where that is
 * so: every body and every file passes it before its schema judges it. What remains is decided by the schema:
 * - a known field whose schema takes null keeps it, so that a document is kept as it was sent;
 * - any other known field, entry of a map or element of a list that is null is as though it had not been sent;
 * - a field that the schema does not know stays as it is, nulls included;
 * - a list or a map of permissions that holds nothing but nulls is left to its schema, which refuses it: an empty one
 *   often means "all", and nobody asked for that.
 */
export function withoutNulls(schema: z.ZodType, value: unknown): unknown {
  return holdsNull(value) ? cleaned(schema, value) : value
}

/** Lists that grant and forbid nothing: left empty they say nothing either. */
const HARMLESS_WHEN_EMPTY: ReadonlySet<string> = new Set([
  'tags',
  'tag_headers',
  'auth_types',
  'trigger_limits',
  'apis',
  'hook_references',
])
/** Maps of which an empty one means "all". */
const MEANING_WHEN_EMPTY: ReadonlySet<string> = new Set(['user_permissions'])

/** Most documents hold no null: those are not copied. */
function holdsNull(value: unknown): boolean {
  if (value === null) return true
  return typeof value === 'object' && Object.values(value).some(holdsNull)
}

function cleaned(schema: z.ZodType, value: unknown, name = ''): unknown {
  if (typeof value !== 'object' || value === null) return value
  const inner = unwrapped(schema)
  if (inner instanceof z.ZodUnion) return cleanedUnion(inner, value, name)
  if (inner instanceof z.ZodArray && Array.isArray(value)) return cleanedList(inner, value, name)
  if (Array.isArray(value)) return value
  if (inner instanceof z.ZodRecord) return cleanedMap(inner, value, name)
  return inner instanceof z.ZodObject ? cleanedObject(inner, value) : value
}

function cleanedObject(schema: z.ZodObject, value: object): object {
  const kept = Object.entries(value).flatMap(([name, member]): [string, unknown][] => {
    const known = Object.hasOwn(schema.shape, name) ? asType(schema.shape[name]) : undefined
    if (known === undefined) return [[name, member]]
    if (member === null) return takesNull(known) ? [[name, null]] : []
    return [[name, cleaned(known, member, name)]]
  })
  return Object.fromEntries(kept)
}

function cleanedMap(schema: z.ZodRecord, value: object, name: string): object {
  const entry = asType(schema.valueType)
  if (entry === undefined || takesNull(entry)) return value
  const kept = Object.entries(value).filter(([, member]) => member !== null)
  if (kept.length === 0 && MEANING_WHEN_EMPTY.has(name)) return value
  return Object.fromEntries(kept.map(([key, member]) => [key, cleaned(entry, member)]))
}

function cleanedList(schema: z.ZodArray, value: readonly unknown[], name: string): readonly unknown[] {
  const element = asType(schema.element)
  if (element === undefined || takesNull(element)) return value
  const kept = value.filter((member) => member !== null)
  if (kept.length === 0 && !HARMLESS_WHEN_EMPTY.has(name)) return value
  return kept.map((member) => cleaned(element, member))
}

/** What fits one of the alternatives without its nulls; else what the first makes of it, to be refused with a path. */
function cleanedUnion(schema: z.ZodUnion, value: object, name: string): unknown {
  const options = schema.options.flatMap((option) => asType(option) ?? [])
  const attempts = options.map((option) => ({ option, value: cleaned(option, value, name) }))
  const fitting = attempts.find((attempt) => attempt.option.safeParse(attempt.value).success)
  return (fitting ?? attempts[0])?.value ?? value
}

/** The schema that describes the value itself. */
function unwrapped(schema: z.ZodType): z.ZodType {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodReadonly
  ) {
    const inner = asType(schema.unwrap())
    return inner === undefined ? schema : unwrapped(inner)
  }
  if (schema instanceof z.ZodPipe) return unwrapped(asType(schema.in) ?? schema)
  return schema
}

function takesNull(schema: z.ZodType): boolean {
  const known = nullable.get(schema)
  if (known !== undefined) return known
  const takes = schema.safeParse(null).success
  nullable.set(schema, takes)
  return takes
}

const nullable = new WeakMap<z.ZodType, boolean>()

/** The schemas within a schema are typed by their core; all of ours are whole ones. */
function asType(schema: unknown): z.ZodType | undefined {
  return schema instanceof z.ZodType ? schema : undefined
}
