import type { IncomingMessage } from 'node:http'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
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
import { type AnswerBudget, answerBudget } from './answer-budget.ts'
import type { Caller } from './caller.ts'
import { Problem, type ProblemSpec, problems } from './errors.ts'
import { invalidBody, isStorable, parseJsonBody } from './json-body.ts'
import { drainFactor, readBody } from './read-body.ts'
import {
  type HttpFacts,
  MediaReply,
  publicBodyBytes,
  Reply,
  type ReplyHeaders,
  type Route,
  StoredReply,
} from './route.ts'
import { acceptedEncodings, sendStored } from './stored-document.ts'

/** Longest path parameter, characters: a longer one names nothing that exists. */
const maxParamLength = 1024
/** A request that has not arrived whole after so long is given up. */
const requestTimeoutMs = 30_000
/** Answers from so many characters on are compressed for who takes that. */
const compressedFrom = 16_384

declare module 'fastify' {
  interface FastifyRequest {
    /** Who is asking, once the route has admitted somebody. */
    caller: Caller | undefined
    /** What the client called its body; Fastify's parsers are given no name, see below. */
    bodyType: string
  }
  interface FastifyContextConfig {
    /** Largest body of the route, bytes. */
    readonly maxBodyBytes?: number
    /** Whether the body is kept to be read. */
    readonly readsBody?: boolean
  }
}

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

/** Bounds of a surface: of one body, bytes and JSON values; and of all answers that wait for their clients, bytes. */
export type SurfaceLimits = {
  readonly maxBodyBytes: number
  readonly maxBodyValues: number
  readonly maxAnswerBytes: number
}
type LogError = (message: string, detail: Readonly<Record<string, unknown>>) => void

/**
 * A Fastify app that serves the routes under one surface. Order of judgement: path, method, credentials, permission, then
 * the body; nobody unknown gets a byte parsed.
 */
export function buildApiSurface(
  routes: readonly Route[],
  surface: ApiSurface,
  limits: SurfaceLimits,
  logError: LogError,
): FastifyInstance {
  const app: FastifyInstance = Fastify({
    requestTimeout: requestTimeoutMs,
    // More than the ports in front let through: they are the ones who refuse a head for its size.
    http: { maxHeaderSize: 65_536 },
    // Over its socket only our own ports ask: they say whose request it is.
    trustProxy: (peer: string | undefined) => peer === undefined,
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
  app.addContentTypeParser('*', async (request: FastifyRequest, stream: IncomingMessage) => {
    const { maxBodyBytes = publicBodyBytes, readsBody = false } = request.routeOptions.config
    return readBody(stream, {
      maxBytes: maxBodyBytes,
      maxDrainedBytes: limits.maxBodyBytes * drainFactor,
      keep: readsBody,
    })
  })
  app.decorateRequest('caller', undefined)
  app.decorateRequest('bodyType', '')
  app.setErrorHandler((error, request, reply) => answerError(surface, logError, error, request, reply))
  app.addHook('onRequest', async (request, reply) => {
    reply
      .header('cache-control', 'no-store')
      .header('x-content-type-options', 'nosniff')
      .header('cross-origin-resource-policy', 'same-origin')
    // A trusted proxy says so; on plain HTTP browsers would ignore it.
    if (request.protocol === 'https') reply.header('strict-transport-security', 'max-age=31536000')
    // Every body is read alike; Fastify would refuse a Content-Type that it cannot parse.
    request.bodyType = request.headers['content-type'] ?? ''
    delete request.headers['content-type']
  })
  mount(app, routes, surface, limits)
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

function mount(
  app: FastifyInstance,
  routes: readonly Route[],
  surface: ApiSurface,
  limits: SurfaceLimits,
): void {
  const budget = answerBudget(limits.maxAnswerBytes)
  for (const route of routes) {
    const most = route.maxBodyBytes ?? (route.permission === 'public' ? publicBodyBytes : limits.maxBodyBytes)
    app.route({
      method: route.method,
      url: route.path,
      config: {
        maxBodyBytes: Math.min(most, limits.maxBodyBytes),
        readsBody: route.body !== undefined,
      },
      onRequest: async (request) => {
        request.caller = await surface.admit(route, httpFacts(request))
      },
      handler: async (request, reply) => {
        const answer = await serve(route, surface, limits, request)
        if (answer instanceof StoredReply) return sendStored(request, reply, answer.document, 'no-cache')
        if (answer instanceof MediaReply) return sendMedia(reply, answer, budget)
        const { body, status, headers } = answer instanceof Reply ? answer : new Reply(answer, 200)
        const text = JSON.stringify(route.answer.parse(body)) + surface.lineEnd
        withHeaders(reply, headers).code(status).type('application/json')
        return sendWithin(reply, await packed(request, reply, text), budget)
      },
    })
  }
}

async function serve(
  route: Route,
  surface: ApiSurface,
  limits: SurfaceLimits,
  request: FastifyRequest,
): Promise<unknown> {
  const { caller } = request
  if (caller === undefined) throw new Error('a route was reached without admission')
  return route.handle({
    caller,
    params: paramsOf(request),
    query: queryOf(route, request),
    body: bodyOf(route, surface, limits, request),
    http: httpFacts(request),
  })
}

function sendMedia(reply: FastifyReply, answer: MediaReply, budget: AnswerBudget): FastifyReply {
  const { content, type, headers } = answer
  withHeaders(reply, headers).type(type)
  // Of a stream no more is made than the client takes.
  return typeof content === 'string' || Buffer.isBuffer(content)
    ? sendWithin(reply, content, budget)
    : reply.send(content)
}

/** A long text compressed, on another thread, where the client takes that; otherwise as it is. */
async function packed(request: FastifyRequest, reply: FastifyReply, text: string): Promise<string | Buffer> {
  if (text.length < compressedFrom) return text
  reply.header('vary', 'accept-encoding')
  if (!acceptedEncodings(request.headers['accept-encoding']).has('gzip')) return text
  reply.header('content-encoding', 'gzip')
  return gzipped(text, { level: 4 })
}

const gzipped = promisify(gzip)

/** Sends what is made, unless too much that was made waits for clients who do not take it. */
function sendWithin(reply: FastifyReply, content: string | Buffer, budget: AnswerBudget): FastifyReply {
  const bytes = Buffer.byteLength(content)
  if (!budget.take(bytes)) {
    reply.removeHeader('content-encoding')
    throw new Problem(problems.answers_waiting, '', { 'retry-after': '5' })
  }
  reply.raw.once('close', () => budget.giveBack(bytes))
  return reply.send(content)
}

function withHeaders(reply: FastifyReply, headers: ReplyHeaders): FastifyReply {
  for (const [name, value] of Object.entries(headers)) {
    reply.header(name, typeof value === 'string' ? value : [...value])
  }
  return reply
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

function bodyOf(route: Route, surface: ApiSurface, limits: SurfaceLimits, request: FastifyRequest): unknown {
  if (route.body === undefined) return undefined
  const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
  const invalid = route.invalid ?? surface.invalid
  if (route.upload) return route.body.parse({ bytes, contentType: request.bodyType })
  const sent = withoutNulls(route.body, decodedBody(route, surface, limits, request, bytes))
  const parsed = route.body.safeParse(sent)
  if (!parsed.success) throw invalidBody(invalid, reasonOf(parsed.error))
  return parsed.data
}

function decodedBody(
  route: Route,
  surface: ApiSurface,
  limits: SurfaceLimits,
  request: FastifyRequest,
  bytes: Buffer,
): unknown {
  if (bytes.length === 0 && route.bodyOptional) return {}
  if (route.form && isForm(request)) {
    return Object.fromEntries(new URLSearchParams(bytes.toString('utf8')))
  }
  const invalid = route.invalid ?? surface.invalid
  return parseJsonBody(bytes, route.malformed ?? surface.malformed, invalid, limits.maxBodyValues)
}

/** A `curl -d '{...}'` names itself a form too: what starts like JSON is JSON. */
function isForm(request: FastifyRequest): boolean {
  if (!/^application\/x-www-form-urlencoded\b/i.test(request.bodyType) || !Buffer.isBuffer(request.body))
    return false
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
