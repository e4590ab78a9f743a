/** A failed request, said for people. */
export type Problem = {
  /** One sentence: what went wrong. */
  readonly message: string
  /** The field that is to blame, as a path with dots, where the server names one. */
  readonly field: string | undefined
  /** HTTP status; 0 when no answer came. */
  readonly status: number
}

/** A request that the server refused, or that never reached it. */
export class RequestFailed extends Error {
  readonly problem: Problem

  constructor(problem: Problem) {
    super(problem.message)
    this.name = 'RequestFailed'
    this.problem = problem
  }
}

/** What to show for anything that was thrown: by a request, or by a bug in this page. */
export function problemOf(error: unknown): Problem {
  if (error instanceof RequestFailed) return error.problem
  return {
    message: `This page has made a mistake: ${error instanceof Error ? error.message : String(error)}`,
    field: undefined,
    status: 0,
  }
}

/** The problem that an answer tells; its body is the server's envelope, or whatever stands in front of the server. */
export function problemOfAnswer(status: number, body: unknown): Problem {
  const said = saidBy(body)
  if (said === '')
    return { message: plainly[status] ?? `The server answered ${status}`, field: undefined, status }
  if (status === 401) return { message: said, field: undefined, status }
  if (status === 403 && said.startsWith('access denied')) {
    return { message: 'You do not have the permission for this', field: undefined, status }
  }
  // "API definition validation failed: proxy.listen_path: must begin with a slash"
  const named = /^(?:[^:]+: )?([A-Za-z_][\w$-]*(?:\.[\w$-]+)+|[a-z]+(?:_[a-z]+)*): (.+)$/s.exec(said)
  return { message: capitalised(said), field: named?.[1], status }
}

/** No answer came at all. */
export const unreachable: Problem = {
  message: 'The server cannot be reached. Is it running?',
  field: undefined,
  status: 0,
}

const plainly: Readonly<Record<number, string>> = {
  401: 'Please sign in',
  403: 'You do not have the permission for this',
  404: 'There is no such thing, or it is not yours',
  413: 'That is more than the server takes at once',
  429: 'Too many attempts; wait a little',
  500: 'The server has made a mistake; its log says which',
  503: 'The server is not ready',
}

function saidBy(body: unknown): string {
  if (typeof body !== 'object' || body === null) return ''
  const text = 'Message' in body ? body.Message : 'message' in body ? body.message : ''
  return typeof text === 'string' ? text.trim() : ''
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
