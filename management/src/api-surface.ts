import type { IncomingMessage } from 'node:http'
import { hex32 } from '@tollgate/model/ids'
import {
  ConflictError,
  MissingRecordError,
  StoreBusyError,
  StoreUnavailableError,
} from '@tollgate/storage/drivers/errors'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { withoutNulls } from './absent-nulls.ts'
import type { Caller } from './caller.ts'
import { Problem, type ProblemSpec, problems } from './errors.ts'
import { invalidBody, isStorable, parseJsonBody } from './json-body.ts'
import { readBody } from './read-body.ts'
import { type HttpFacts, Reply, type Route } from './route.ts'

/** Longest path parameter, characters: a longer one names nothing that exists. */
const maxParamLength = 1024
/** A request that has not arrived whole after so long is given up. */
const requestTimeoutMs = 30_000

/** What tells one REST surface from another: who may come in, and how answers look. */
export type ApiSurface = {
  /** Who is asking, for this route; throws a `Problem` to refuse. */
  readonly admit: (route: Route, http: HttpFacts & { readonly path: string }) => Promise<Caller>
  /** Throws what a path without a route is answered, or, where `allowed` is not empty, a path without this method. */
  readonly refuseUnknown: (
    http: HttpFacts & { readonly path: string },
    allowed: readonly string[],
  ) => Promise<never>
  /** The body of a refusal. */
  readonly render: (problem: Problem) => unknown
  /** What JSON that cannot be read is answered. */
  readonly malformed: ProblemSpec
  /** What a body of the wrong shape is answered, where the route says nothing. */
  readonly invalid: string
  /** After each JSON document; the control API ends its answers with a newline. */
  readonly lineEnd: string
}

export type FaceLimits = { readonly maxBodyBytes: number }
type LogError = (message: string, detail: Readonly<Record<string, unknown>>) => void

/**
 * A Fastify app that serves the routes under one surface. Order of judgement: path, method, credentials, permission, then
 * the body; nobody unknown gets a byte parsed.
 */
export function buildApiSurface(
  routes: readonly Route[],
  surface: ApiSurface,
  limits: FaceLimits,
  logError: LogError,
): FastifyInstance {
  const app: FastifyInstance = Fastify({
    requestTimeout: requestTimeoutMs,
    routerOptions: { ignoreTrailingSlash: true, ignoreDuplicateSlashes: true, maxParamLength },
    frameworkErrors: (error, request, reply) => answerError(surface, logError, error, request, reply),
    clientErrorHandler: (error, socket) => {
      // Not HTTP, or not whole: there is no request, and so nothing of Fastify to answer with.
      const { line, problem } = unreadable[error.code ?? ''] ?? MALFORMED
      const body = JSON.stringify(surface.render(new Problem(problem))) + surface.lineEnd
      const head = `connection: close\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}`
      if (socket.writable) socket.end(`HTTP/1.1 ${line}\r\n${head}\r\n\r\n${body}`)
    },
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', async (_request: FastifyRequest, stream: IncomingMessage) =>
    readBody(stream, limits.maxBodyBytes),
  )
  app.setErrorHandler((error, request, reply) => answerError(surface, logError, error, request, reply))
  app.addHook('onRequest', async (request, reply) => {
    reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff')
    // Every body is read alike; Fastify would refuse a Content-Type that it cannot parse.
    contentTypes.set(request, request.headers['content-type'] ?? '')
    delete request.headers['content-type']
  })
  mount(app, routes, surface)
  const patterns = routes.map(({ method, path }) => ({ method, pattern: pathPattern(path) }))
  app.setNotFoundHandler(async (request) => {
    const http = httpFacts(request)
    const path = trimSlashes(http.path)
    const allowed = new Set<string>(
      patterns.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method),
    )
    if (allowed.has('GET')) allowed.add('HEAD')
    await surface.refuseUnknown(http, [...allowed])
  })
  return app
}

type Unreadable = { readonly line: string; readonly problem: ProblemSpec }

/** What Node's parser gives up on; all else is `MALFORMED`. */
const unreadable: Readonly<Record<string, Unreadable>> = {
  ERR_HTTP_REQUEST_TIMEOUT: { line: '408 Request Timeout', problem: problems.request_timeout },
  HPE_HEADER_OVERFLOW: { line: '431 Request Header Fields Too Large', problem: problems.headers_too_large },
}
const MALFORMED: Unreadable = { line: '400 Bad Request', problem: problems.request_malformed }

/** What the client called its body; the parser is given none, see above. */
const contentTypes = new WeakMap<FastifyRequest, string>()
const callers = new WeakMap<FastifyRequest, Caller>()

function mount(app: FastifyInstance, routes: readonly Route[], surface: ApiSurface): void {
  for (const route of routes) {
    app.route({
      method: route.method,
      url: route.path,
      onRequest: async (request) => {
        callers.set(request, await surface.admit(route, httpFacts(request)))
      },
      handler: async (request, reply) => {
        const answer = await serve(route, surface, request)
        const { body, status, headers } = answer instanceof Reply ? answer : new Reply(answer, 200)
        return sendJson(reply.headers(headers), status, route.answer.parse(body), surface)
      },
    })
  }
}

async function serve(route: Route, surface: ApiSurface, request: FastifyRequest): Promise<unknown> {
  const caller = callers.get(request)
  if (caller === undefined) throw new Error('a route was reached without admission')
  return route.handle({
    caller,
    params: paramsOf(request),
    query: queryOf(route, request),
    body: bodyOf(route, surface, request),
    http: httpFacts(request),
  })
}

function paramsOf(request: FastifyRequest): Record<string, string> {
  const params = request.params as Record<string, string> // Fastify's router yields text only
  for (const value of Object.values(params)) if (!isStorable(value)) throw new Problem(problems.path_invalid)
  return params
}

function queryOf(route: Route, request: FastifyRequest): Readonly<Record<string, string | undefined>> {
  const query: Record<string, string> = Object.create(null)
  for (const [name, value] of Object.entries(request.query as Record<string, string | string[]>)) {
    const first = typeof value === 'string' ? value : (value[0] ?? '')
    if (!isStorable(name) || !isStorable(first)) throw new Problem(problems.query_invalid)
    query[name] = first
  }
  if (route.query === undefined) return query
  const parsed = route.query.safeParse({ ...query })
  if (!parsed.success) throw new Problem(problems.query_invalid, reasonOf(parsed.error))
  return parsed.data as Readonly<Record<string, string | undefined>> // the handler's type says what it really is
}

function bodyOf(route: Route, surface: ApiSurface, request: FastifyRequest): unknown {
  if (route.body === undefined) return undefined
  const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
  const invalid = route.invalid ?? surface.invalid
  if (route.upload) return route.body.parse({ bytes, contentType: contentTypes.get(request) ?? '' })
  const sent = withoutNulls(route.body, decodedBody(route, surface, request, bytes, invalid))
  const parsed = route.body.safeParse(sent)
  if (!parsed.success) throw invalidBody(invalid, reasonOf(parsed.error))
  return parsed.data
}

function decodedBody(
  route: Route,
  surface: ApiSurface,
  request: FastifyRequest,
  bytes: Buffer,
  invalid: string,
): unknown {
  if (bytes.length === 0 && route.bodyOptional) return {}
  if (route.form && isForm(request)) {
    return Object.fromEntries(new URLSearchParams(bytes.toString('utf8')))
  }
  return parseJsonBody(bytes, route.malformed ?? surface.malformed, invalid)
}

/** A `curl -d '{...}'` names itself a form too: what starts like JSON is JSON. */
function isForm(request: FastifyRequest): boolean {
  const type = contentTypes.get(request) ?? ''
  if (!/^application\/x-www-form-urlencoded\b/i.test(type) || !Buffer.isBuffer(request.body)) return false
  return !/^\s*\{/.test(request.body.toString('latin1', 0, 64))
}

/** The first thing wrong, as `access_rights.x.versions: expected array`. */
function reasonOf(error: z.ZodError): string {
  const issue = error.issues[0]
  if (issue === undefined) return 'invalid'
  const path = issue.path.map(String).join('.')
  const reason = issue.message.replace(/^Invalid input: /, '')
  return path === '' ? reason : `${path}: ${reason}`
}

function sendJson(reply: FastifyReply, status: number, value: unknown, surface: ApiSurface): FastifyReply {
  return reply
    .code(status)
    .header('content-type', 'application/json')
    .send(JSON.stringify(value) + surface.lineEnd)
}

function answerError(
  surface: ApiSurface,
  logError: LogError,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const problem = problemOf(error)
  const requestId = hex32()
  const cause = error instanceof Error ? (error.stack ?? error.message) : String(error)
  // What a handler says on purpose is no failure, whatever its status.
  if (!(error instanceof Problem) && (problem === undefined || problem.status >= 500)) {
    logError('a request failed', {
      requestId,
      method: request.method,
      path: pathOf(request.url),
      cause,
    })
  }
  if (problem !== undefined) {
    sendJson(reply.headers(problem.headers), problem.status, surface.render(problem), surface)
    return
  }
  sendJson(reply, 500, surface.render(new Problem(problems.internal, requestId)), surface)
}

/** What of an error the client may read; undefined for a bug. */
function problemOf(error: unknown): Problem | undefined {
  if (error instanceof Problem) return error
  if (error instanceof MissingRecordError) return new Problem(problems.not_found)
  if (error instanceof ConflictError) return new Problem(problems.conflict)
  if (error instanceof StoreBusyError || error instanceof StoreUnavailableError) {
    return new Problem(problems.store_unavailable)
  }
  if (!(error instanceof Error) || !('code' in error) || !('statusCode' in error)) return undefined
  if (error.code === 'FST_ERR_BAD_URL') return new Problem(problems.path_invalid)
  const status = error.statusCode
  const isClients = typeof status === 'number' && status >= 400 && status < 500
  return isClients ? new Problem(problems.request_malformed) : undefined
}

function httpFacts(request: FastifyRequest): HttpFacts & { readonly path: string } {
  const { method, headers, ip, url } = request
  return { method, headers, address: ip, isForm: isForm(request), path: pathOf(url) }
}

function pathOf(url: string): string {
  const end = url.search(/[?#]/)
  return end === -1 ? url : url.slice(0, end)
}

function trimSlashes(path: string): string {
  return path.replace(/\/{2,}/g, '/').replace(/(?<=.)\/$/, '')
}

function pathPattern(path: string): RegExp {
  const source = path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/:[A-Za-z]+/g, '[^/]+')
  return new RegExp(`^${source}$`)
}
