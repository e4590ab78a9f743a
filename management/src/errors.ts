/**
 * Problems of the REST surfaces. Each resource declares a closed table of its own with `defineProblems`; the code is the
 * contract of our own clients, status and message are the wire's (dashboard contract, sections 1 and 2). A message
 * never carries a cause: causes go to the log.
 */
export type ProblemSpec = { readonly code: string; readonly status: number; readonly message: string }

type Entry = { readonly status: number; readonly message: string }

/** A table of problems: each entry also learns its code, which is its name. */
export function defineProblems<const Table extends Record<string, Entry>>(
  table: Table,
): { readonly [Code in keyof Table]: ProblemSpec } {
  const entries = Object.entries(table).map(([code, entry]) => [code, { code, ...entry }])
  // `fromEntries` forgets the keys; they are those of `table`.
  return Object.fromEntries(entries) as { readonly [Code in keyof Table]: ProblemSpec }
}

/** A refusal that the client may read. Anything else that is thrown is a bug and answered with 500. */
export class Problem extends Error {
  readonly code: string
  readonly status: number
  /** Headers of the answer, such as `retry-after`. */
  readonly headers: Readonly<Record<string, string>>

  /** @param detail more words for the client, appended as `: detail` */
  constructor(spec: ProblemSpec, detail = '', headers: Readonly<Record<string, string>> = {}) {
    super(detail === '' ? spec.message : `${spec.message}: ${detail}`)
    this.name = 'Problem'
    this.code = spec.code
    this.status = spec.status
    this.headers = headers
  }
}

/** Problems that every route shares. */
export const problems = defineProblems({
  not_authorised: { status: 401, message: 'Not authorised' },
  access_denied: { status: 403, message: 'access denied' },
  body_malformed: { status: 403, message: 'Request body malformed' },
  body_invalid: { status: 400, message: 'Request object validation failed' },
  body_too_large: { status: 413, message: 'Request body too large' },
  body_too_many_values: { status: 413, message: 'Request body has too many values' },
  answers_waiting: { status: 503, message: 'Too many answers wait for their clients, try again later' },
  query_invalid: { status: 400, message: 'Query parameter invalid' },
  request_malformed: { status: 400, message: 'Request malformed' },
  request_timeout: { status: 408, message: 'Request not received in time' },
  headers_too_large: { status: 431, message: 'Request headers too large' },
  path_invalid: { status: 400, message: 'Request path malformed' },
  organisation_required: { status: 400, message: 'org_id is required' },
  organisation_unknown: { status: 400, message: 'Organisation does not exist' },
  foreign_object: { status: 403, message: 'Object not owned by this organisation, write is forbidden' },
  foreign_origin: { status: 403, message: 'A page of another origin may not use this session' },
  too_many_wrong_secrets: { status: 429, message: 'Too many wrong secrets, try again later' },
  conflict: { status: 409, message: 'An object with the same id exists already' },
  store_unavailable: { status: 503, message: 'The store is not available, try again later' },
  not_found: { status: 404, message: 'Not found' },
  method_unknown: { status: 405, message: 'Method not supported' },
  internal: { status: 500, message: 'Internal error, request id' },
})
