import type { OpenApiDocument } from '@tollgate/management/docs/openapi'

/**
 * TypeScript of the Dashboard API's operations, for the dashboard's client: one entry per method and path. From the
 * OpenAPI document alone, so it knows what every other client can know.
 */
export function clientTypes(document: OpenApiDocument): string {
  const entries = Object.entries(document.paths).flatMap(([path, item]) =>
    item.servers === undefined
      ? Object.entries(item).map(([method, operation]) => entry(method, path, operation as Operation))
      : [],
  )
  return [
    '// Written from the OpenAPI document by `npm run docs`. Change the routes in management/.',
    '',
    '/** The operations of the Dashboard API, by method and path. */',
    'export type Operations = {',
    ...entries.sort(),
    '}',
    '',
  ].join('\n')
}

type Schema = Readonly<Record<string, unknown>>

/** An operation of the document, as far as a client's types need it. */
type Operation = {
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly schema: Schema }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> }
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: Schema }>> }>
  >
}

function entry(method: string, path: string, operation: Operation): string {
  const query = operation.parameters.filter((parameter) => parameter.in === 'query')
  const answer = operation.responses['200']?.content?.['application/json']?.schema
  const names = query.map(({ name, schema }) => `${propertyName(name)}?: ${queryType(schema)}`)
  return [
    `  '${method.toUpperCase()} ${path}': {`,
    `    query: ${names.length === 0 ? 'Record<never, never>' : `{ ${names.join('; ')} }`}`,
    `    body: ${bodyType(operation.requestBody)}`,
    `    answer: ${answer === undefined ? 'unknown' : typeOf(answer)}`,
    '  }',
  ].join('\n')
}

/** A body that is no JSON is a file, sent as it is. */
function bodyType(body: Operation['requestBody']): string {
  if (body === undefined) return 'undefined'
  const { 'application/json': json } = body.content
  return json === undefined ? 'Blob' : typeOf(json.schema)
}

/** Query values travel as text; a list of allowed ones keeps its words. */
function queryType(schema: Schema): string {
  const type = typeOf(schema)
  return type.includes("'") ? type : 'string'
}

const scalars: Readonly<Record<string, string>> = {
  string: 'string',
  number: 'number',
  integer: 'number',
  boolean: 'boolean',
  null: 'null',
}

function typeOf(schema: unknown, depth = 0): string {
  // Deeper than any document that a form edits: the schema of a schema, say.
  if (!isSchema(schema) || depth > maxDepth) return 'unknown'
  const { type, anyOf, oneOf, allOf } = schema
  if ('const' in schema) return literal(schema.const)
  if (Array.isArray(schema.enum)) return union(schema.enum.map(literal))
  if (Array.isArray(anyOf ?? oneOf)) {
    return union(((anyOf ?? oneOf) as unknown[]).map((part) => typeOf(part, depth + 1)))
  }
  if (Array.isArray(allOf)) return allOf.map((part) => typeOf(part, depth + 1)).join(' & ')
  if (Array.isArray(type)) return union(type.map((one) => typeOf({ ...schema, type: one }, depth + 1)))
  if (type === 'array') return `readonly (${typeOf(schema.items, depth + 1)})[]`
  if (type === 'object') return objectType(schema, depth)
  return scalars[String(type)] ?? 'unknown'
}

const maxDepth = 12

function objectType(schema: Schema, depth: number): string {
  const { properties, additionalProperties: more } = schema
  const required = Array.isArray(schema.required) ? schema.required : []
  const fields = isSchema(properties)
    ? Object.entries(properties).map(
        ([name, field]) =>
          `${propertyName(name)}${required.includes(name) ? '' : '?'}: ${typeOf(field, depth + 1)}`,
      )
    : []
  const own = `{ ${fields.join('; ')} }`
  if (fields.length === 0) return more === false ? 'Record<never, never>' : record(more, depth)
  return more === undefined || more === false ? own : `${own} & ${record({}, depth)}`
}

function record(values: unknown, depth: number): string {
  return `Readonly<Record<string, ${typeOf(values, depth + 1)}>>`
}

function union(types: readonly string[]): string {
  return `(${[...new Set(types)].join(' | ')})`
}

function literal(value: unknown): string {
  return typeof value === 'string'
    ? `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
    : String(value)
}

function propertyName(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name)
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null
}
