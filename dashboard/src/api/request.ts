import { type Problem, problemOfAnswer, RequestFailed, unreachable } from './problem.ts'
import type { Operations } from './schema.ts'
import { signedInAgain } from './session.ts'

/** A method and a path of the Dashboard API, such as `GET /api/apis/{apiId}`. */
export type Operation = keyof Operations

/** What an operation answers. */
export type Answer<O extends Operation> = Operations[O]['answer']

type Params<O extends string> = O extends `${string}{${infer Name}}${infer Rest}`
  ? { readonly [P in Name]: string } & Params<Rest>
  : unknown

/** What an operation is given; the parts of its path by name, beside `query` and `body`. */
export type Input<O extends Operation> = {
  readonly params?: Params<O>
  readonly query?: Operations[O]['query']
  readonly body?: Operations[O]['body']
  readonly signal?: AbortSignal
  /** What an ended session does: 'ask' lets the user sign in over the page, then repeats the request. */
  readonly whenSignedOut?: 'ask' | 'fail'
} & (O extends `${string}{${string}` ? { readonly params: Params<O> } : unknown)

/**
 * Asks the Dashboard API. A text in `query` that is empty is left out. A file (`Blob`) is sent as it is, under its own
 * type; everything else as JSON.
 * @throws {RequestFailed} when it refuses or cannot be reached
 */
export async function request<O extends Operation>(operation: O, input: Input<O>): Promise<Answer<O>> {
  const { whenSignedOut = 'ask', signal, body } = input
  const [method = 'GET', template = ''] = operation.split(' ')
  const address = addressOf(template, input.params ?? {}, input.query ?? {})
  const sent = body === undefined ? undefined : bodyOf(body)
  const init: RequestInit = {
    method,
    headers: { accept: 'application/json', ...(sent && { 'content-type': sent.type }) },
    credentials: 'same-origin',
    ...(sent && { body: sent.content }),
    ...(signal && { signal }),
  }
  for (;;) {
    const answer = await send(address, init)
    if (answer.ok) return answer.body as Answer<O> // the server applies the schema that the type was made from
    if (answer.problem.status !== 401 || whenSignedOut === 'fail') throw new RequestFailed(answer.problem)
    await signedInAgain()
  }
}

/** What is sent, and what it is said to be. */
function bodyOf(body: unknown): { readonly content: BodyInit; readonly type: string } {
  return body instanceof Blob
    ? { content: body, type: body.type || 'application/octet-stream' }
    : { content: JSON.stringify(body), type: 'application/json' }
}

type Sent = { readonly ok: true; readonly body: unknown } | { readonly ok: false; readonly problem: Problem }

async function send(address: string, init: RequestInit): Promise<Sent> {
  let response: Response
  let text: string
  try {
    response = await fetch(address, init)
    text = await response.text()
  } catch (error) {
    if (init.signal?.aborted) throw error
    return { ok: false, problem: unreachable }
  }
  const body = parsed(text)
  return response.ok ? { ok: true, body } : { ok: false, problem: problemOfAnswer(response.status, body) }
}

/** JSON, or the text itself where something in front of the server answered. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function addressOf(
  template: string,
  params: object,
  query: Readonly<Record<string, string | undefined>>,
): string {
  const values = new Map<string, unknown>(Object.entries(params))
  const path = template.replaceAll(/\{(\w+)\}/g, (_, name) =>
    encodeURIComponent(String(values.get(name) ?? '')),
  )
  const given = Object.entries(query).filter((pair): pair is [string, string] => Boolean(pair[1]))
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`
}
