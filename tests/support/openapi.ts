import assert from 'node:assert/strict'
import { at, type Origin, objectOf, send } from './http.ts'
import type { Server } from './server.ts'

/** One operation of the OpenAPI document that the program serves. */
export type Operation = {
  readonly method: string
  /** With parameters in braces. */
  readonly path: string
  /** `keys:write` and the like, or `any-user`, `sign-in-step`, `admin-secret`, `control-secret`, `public`. */
  readonly permission: string
  /** Names and schemas of the JSON body's fields, where the operation has a body. */
  readonly fields: Readonly<Record<string, unknown>>
  readonly hasBody: boolean
  /** The body is a file, not JSON. */
  readonly takesFile: boolean
}

const verbs = new Set(['get', 'post', 'put', 'patch', 'delete'])

/** Every operation of the document: the matrices are made from it, so that a new route cannot be forgotten. */
export async function operationsOf(server: Server): Promise<Operation[]> {
  const reply = await send(server.dashboard, { path: '/docs/openapi.json' })
  assert.equal(reply.status, 200, reply.text.slice(0, 300))
  const document = reply.json
  assert.match(String(at(document, 'openapi')), /^3\.1/)
  return Object.entries(objectOf(at(document, 'paths'))).flatMap(([path, item]) =>
    Object.entries(objectOf(item))
      .filter(([verb]) => verbs.has(verb))
      .map(([verb, operation]) => describe(document, verb, path, operation)),
  )
}

function describe(document: unknown, verb: string, path: string, operation: unknown): Operation {
  const permission = at(operation, 'x-permission')
  assert.equal(typeof permission, 'string', `${verb} ${path} says no x-permission`)
  const schema = resolved(document, at(operation, 'requestBody', 'content', 'application/json', 'schema'))
  return {
    method: verb.toUpperCase(),
    path,
    permission: String(permission),
    fields: (at(schema, 'properties') ?? {}) as Readonly<Record<string, unknown>>,
    hasBody: at(operation, 'requestBody') !== undefined,
    takesFile: at(operation, 'requestBody', 'content', 'multipart/form-data') !== undefined,
  }
}

function resolved(document: unknown, schema: unknown): unknown {
  const reference = at(schema, '$ref')
  if (typeof reference !== 'string') return schema
  return resolved(document, at(document, ...reference.replace(/^#\//, '').split('/')))
}

/** The port on which a path of the document is served. */
export const originOf = (server: Server, path: string): Origin =>
  path.startsWith('/tyk/') || path === '/ready' ? server.gateway : server.dashboard

/** Names of the parameters of a path, in order, each with the segment before it. */
export const parametersOf = (path: string): { readonly name: string; readonly after: string }[] => {
  const segments = path.split('/')
  return segments.flatMap((segment, index) =>
    segment.startsWith('{') ? [{ name: segment, after: segments[index - 1] ?? '' }] : [],
  )
}

/** The path with its parameters filled in order; values are percent-encoded. */
export const filled = (path: string, values: readonly string[]): string => {
  let next = 0
  return path.replaceAll(/\{[^}]*\}/g, () => encodeURIComponent(values[next++] ?? ''))
}
