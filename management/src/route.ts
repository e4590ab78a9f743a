import type { Readable } from 'node:stream'
import type { Permission } from '@tollgate/model/people/permissions'
import type { z } from 'zod'
import type { AdminCaller, Anyone, Caller, ControlCaller, SignInStepCaller, UserCaller } from './caller.ts'
import type { ProblemSpec } from './errors.ts'
import type { StoredDocument } from './stored-document.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/**
 * What a caller needs. `keys:write` and the like: a user with that permission; `any-user`: any active user, the
 * handler judges the rest; `sign-in-step`: a user's browser, also between the steps of a sign-in; the secrets: their
 * holder; `public`: nothing.
 */
export type Access =
  | `${Permission}:${'read' | 'write'}`
  | 'any-user'
  | 'sign-in-step'
  | 'admin-secret'
  | 'control-secret'
  | 'public'

type CallerFor<A extends Access> = A extends 'admin-secret'
  ? AdminCaller
  : A extends 'control-secret'
    ? ControlCaller
    : A extends 'public'
      ? Anyone
      : A extends 'sign-in-step'
        ? SignInStepCaller
        : UserCaller

/** What HTTP says about the request, for the few handlers that need it. */
export type HttpFacts = {
  readonly method: string
  /** Names are lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** Address of the client, as far as a proxy in front is trusted to tell it. */
  readonly address: string
  /** The body came as a form, which only a route with `form` reads. */
  readonly isForm: boolean
}

/** What a handler is given. Query values are text; of a repeated name the first counts. */
export type RouteInput<
  Body = unknown,
  Query = Readonly<Record<string, string | undefined>>,
  C extends Caller = Caller,
> = {
  readonly caller: C
  /** Decoded parts of the path, by name. */
  readonly params: Readonly<Record<string, string>>
  readonly query: Query
  readonly body: Body
  readonly http: HttpFacts
}

/** Headers of an answer; a list for one that stands on several lines. */
export type ReplyHeaders = Readonly<Record<string, string | readonly string[]>>

/** An answer with a status or headers of its own. */
export class Reply<Body> {
  readonly body: Body
  readonly status: number
  readonly headers: ReplyHeaders

  constructor(body: Body, status: number, headers: ReplyHeaders = {}) {
    this.body = body
    this.status = status
    this.headers = headers
  }
}

/** An answer that is no JSON value: text or bytes of a media type, or a stream of them, which is sent as it comes. */
export class MediaReply {
  readonly type: string
  readonly content: string | Buffer | Readable
  readonly headers: ReplyHeaders

  constructor(type: string, content: string | Buffer | Readable, headers: ReplyHeaders = {}) {
    this.type = type
    this.content = content
    this.headers = headers
  }
}

/** An answer that was made once and is sent again and again. */
export class StoredReply {
  readonly document: StoredDocument

  constructor(document: StoredDocument) {
    this.document = document
  }
}

type RouteFacts = {
  readonly method: Method
  /** `/api/users/:id`; a trailing slash is understood everywhere. */
  readonly path: string
  /** A user whose own id stands in this path parameter needs no permission (contract 1.6, "always allowed"). */
  readonly ownParam?: string
  /** One line for the OpenAPI document. */
  readonly summary: string
  /** First words of the 400 when the body does not fit its schema; the field's path and the reason follow. */
  readonly invalid?: string
  /** What JSON that cannot be read is answered, where it differs from the surface's `body_malformed`. */
  readonly malformed?: ProblemSpec
  /** The body is a file: in a form, or as it is. Its schema is `UploadedBody`. */
  readonly upload?: true
  /** The body may also come as `application/x-www-form-urlencoded`. Everywhere else every body is JSON. */
  readonly form?: boolean
  /** Largest body, bytes, where it is less than the surface's; of a route that anyone may call `publicBodyBytes`. */
  readonly maxBodyBytes?: number
}

/** Largest body of a route that asks for no credential, bytes: a sign-in needs a fraction of it. */
export const publicBodyBytes = 4_096

/** A route as its handler is written: see `route`. */
export type RouteDefinition<
  A extends Access,
  B extends z.ZodType,
  Q extends z.ZodType,
  R extends z.ZodType,
> = RouteFacts & {
  readonly permission: A
  /** Schema of the body; without one the body is not read. An absent body is malformed, unless `{}` is allowed by `bodyOptional`. */
  readonly body?: B
  readonly bodyOptional?: boolean
  /** Schema of the query, over an object of text; unknown names pass. */
  readonly query?: Q
  /** Schema of the answer, which is applied: a field that it does not name does not leave. */
  readonly answer: R
  readonly handle: (
    input: RouteInput<z.output<B>, z.output<Q>, CallerFor<A>>,
  ) => Promise<Answered<z.input<R>>> | Answered<z.input<R>>
}

/** What a handler may answer with; the schema of the answer is applied to a value alone. */
type Answered<Value> = Value | Reply<Value> | MediaReply | StoredReply

/** A route as the router, the permission check, the OpenAPI document and the tests read it. */
export type Route = RouteFacts & {
  readonly permission: Access
  readonly body?: z.ZodType
  readonly bodyOptional?: boolean
  readonly query?: z.ZodType
  readonly answer: z.ZodType
  readonly handle: (input: RouteInput) => unknown
}

/** A route is data; this only makes the handler's input follow from the schemas and the permission. */
export function route<
  A extends Access,
  R extends z.ZodType,
  B extends z.ZodType = z.ZodUndefined,
  Q extends z.ZodType = z.ZodType<Readonly<Record<string, string | undefined>>>,
>(definition: RouteDefinition<A, B, Q, R>): Route {
  // The router hands a handler exactly what its schemas and its permission yielded, which a list of routes cannot say.
  return definition as unknown as Route
}
