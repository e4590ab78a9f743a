import { z } from 'zod'
import { errorEnvelope, Refused } from '../envelopes.ts'
import type { Access, Route } from '../route.ts'

/** An OpenAPI 3.1 document; made here, and read by the reference page and by tests. */
export type OpenApiDocument = {
  readonly openapi: '3.1.0'
  readonly info: { readonly title: string; readonly version: string; readonly description: string }
  readonly tags: readonly { readonly name: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly components: { readonly securitySchemes: object; readonly schemas: object }
}

/** One operation of the document, as far as the reference page shows it. */
export type Operation = {
  readonly operationId: string
  readonly summary: string
  readonly tags: readonly string[]
  readonly 'x-permission': Access
  readonly security: readonly Readonly<Record<string, readonly string[]>>[]
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly schema: unknown }[]
  readonly requestBody?: {
    readonly required: boolean
    readonly content: Readonly<Record<string, { schema: unknown }>>
  }
  readonly responses: Readonly<Record<string, unknown>>
}

/**
 * The document of the given routes: what the router serves is what it says.
 * @param dashboard routes on the dashboard port
 * @param control routes on the gateway port, of base URL `gatewayUrl`; a path that both have is the dashboard's here
 */
export function openApiDocument(
  dashboard: readonly Route[],
  control: readonly Route[],
  facts: { readonly version: string; readonly gatewayUrl: string },
): OpenApiDocument {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const route of control) {
    const item = itemOf(paths, route)
    item.servers = [{ url: facts.gatewayUrl }]
    item[route.method.toLowerCase()] = operationOf(route, controlRefusal)
  }
  const replaced = new Set<string>()
  for (const route of dashboard) {
    const path = templateOf(route)
    if (paths[path]?.servers !== undefined && !replaced.has(path)) delete paths[path]
    replaced.add(path)
    itemOf(paths, route)[route.method.toLowerCase()] = operationOf(route, dashboardRefusal)
  }
  const tags = [...new Set([...dashboard, ...control].map(tagOf))].map((name) => ({ name }))
  return {
    openapi: '3.1.0',
    info: {
      title: 'Tollgate',
      version: facts.version,
      description:
        'Dashboard API (dashboard port) and gateway control API (gateway port). Bodies are JSON whatever their Content-Type; a trailing slash is optional.',
    },
    tags,
    paths,
    components: { securitySchemes, schemas: { Refusal: schemaOf(Refused, 'output'), ControlRefusal } },
  }
}

const ControlRefusal = {
  type: 'object',
  properties: { status: { const: 'error' }, message: { type: 'string' } },
  required: ['status', 'message'],
}
const dashboardRefusal = {
  description: 'Refused; the message says why',
  content: {
    'application/json': {
      schema: { $ref: '#/components/schemas/Refusal' },
      example: errorEnvelope('Not authorised'),
    },
  },
}
const controlRefusal = {
  description: 'Refused; the message says why',
  content: { 'application/json': { schema: { $ref: '#/components/schemas/ControlRefusal' } } },
}

const securitySchemes = {
  accessKey: { type: 'apiKey', in: 'header', name: 'authorization', description: "A user's access key" },
  bearer: { type: 'http', scheme: 'bearer', description: "A user's access key" },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: 'authorisation',
    description: 'A browser session, see /login',
  },
  adminSecret: { type: 'apiKey', in: 'header', name: 'admin-auth' },
  controlSecret: { type: 'apiKey', in: 'header', name: 'x-tyk-authorization' },
}

function securityOf(permission: Access): Operation['security'] {
  if (permission === 'public') return []
  if (permission === 'admin-secret') return [{ adminSecret: [] }]
  if (permission === 'control-secret') return [{ controlSecret: [] }]
  if (permission === 'sign-in-step') return [{ session: [] }]
  return [{ accessKey: [] }, { bearer: [] }, { session: [] }]
}

function operationOf(route: Route, refusal: object): Operation {
  return {
    operationId: operationIdOf(route),
    summary: route.summary,
    tags: [tagOf(route)],
    'x-permission': route.permission,
    security: securityOf(route.permission),
    parameters: [...pathParameters(route), ...queryParameters(route)],
    ...(route.body && { requestBody: requestBodyOf(route, route.body) }),
    responses: {
      200: {
        description: 'Done',
        content: { 'application/json': { schema: schemaOf(route.answer, 'output') } },
      },
      '4XX': refusal,
    },
  }
}

function requestBodyOf(route: Route, body: z.ZodType): Operation['requestBody'] {
  if (route.upload) return UPLOAD
  const schema = schemaOf(body, 'input')
  const types = ['application/json', ...(route.form ? ['application/x-www-form-urlencoded'] : [])]
  return {
    required: route.bodyOptional !== true,
    content: Object.fromEntries(types.map((type) => [type, { schema }])),
  }
}

/** A file in a form, under any name, or as it is. */
const UPLOAD = {
  required: true,
  content: {
    'multipart/form-data': {
      schema: { type: 'object', additionalProperties: { type: 'string', format: 'binary' } },
    },
    'application/x-pem-file': { schema: { type: 'string' } },
  },
} as const

function pathParameters(route: Route) {
  return [...route.path.matchAll(/:([A-Za-z]+)/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
}

function queryParameters(route: Route) {
  if (!(route.query instanceof z.ZodObject)) return []
  return Object.entries(route.query.shape).map(([name, schema]) => ({
    name,
    in: 'query',
    required: false,
    schema: schemaOf(schema as z.ZodType, 'input'), // the shape of an object schema holds schemas
  }))
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Readonly<Record<string, unknown>> {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return rest
}

function itemOf(paths: Record<string, Record<string, unknown>>, route: Route): Record<string, unknown> {
  const path = templateOf(route)
  paths[path] ??= {}
  return paths[path]
}

function templateOf({ path }: Route): string {
  return path.replaceAll(/:([A-Za-z]+)/g, '{$1}')
}

function operationIdOf({ method, path }: Route): string {
  const words = path.split(/[^A-Za-z0-9]+/).filter((word) => word !== '')
  return [method.toLowerCase(), ...words].join('_')
}

/** Routes are grouped by the resource in their path. */
function tagOf({ path }: Route): string {
  const [surface = '', resource = '', inner] = path.split('/').slice(1)
  if (surface === 'tyk') return `control: ${resource}`
  if (surface === 'admin') return 'admin'
  if (resource === 'portal' && inner !== undefined) return inner
  if (path.includes('/keys')) return 'keys'
  return surface === 'api' ? resource : 'system'
}
