import { z } from 'zod'
import { headerList } from '../definition/header-lines.ts'
import type { Report } from '../definition/problem.ts'
import type { Why } from '../judge/refused.ts'
import {
  type CompileContext,
  type Document,
  type EndpointEntry,
  forItsMethod,
  type MethodSetting,
  operationFeature,
} from './feature.ts'
import { headerMap, text } from './field-types.ts'

/** An answer the definition itself gives, before authentication; ready to be sent. */
export type MockReply = {
  readonly kind: 'reply'
  readonly status: number
  /** Complete lines. */
  readonly headerLines: string
  readonly body: string
}

/** What a listed path means for a request. `pattern`: as it is written, for who asks why. */
export type Listing =
  | { readonly list: 'ignored' | 'white' }
  | { readonly list: 'black' | 'internal'; readonly pattern: string }
  | { readonly list: 'mock'; readonly reply: MockReply }

const MethodAction = z.looseObject({
  action: text.optional(),
  code: z.int().optional(),
  data: text.optional(),
  headers: headerMap,
})
const listed = { method_actions: z.record(text, MethodAction).nullish() }
type ListedEntry = EndpointEntry & z.infer<z.ZodObject<typeof listed>>

/** Paths that the gate answers by itself. */
export const mockResponse = operationFeature({
  name: 'mock-response',
  label: 'mock reply',
  slot: 'mocked',
  list: 'mock_response',
  about: 'The gate answers by itself, before it asks for a key',
  fields: { code: z.int().optional(), body: text.optional(), headers: headerMap },
  compile: (entry, { report }) =>
    forItsMethod<Listing>(entry, {
      list: 'mock',
      reply: mockReply(entry.code, entry.body, entry.headers, report.within('headers')),
    }),
  judge: refusalBy,
  fresh: { code: 200, body: '{}', headers: { 'Content-Type': 'application/json' } },
  words: ({ code }) => String((typeof code === 'number' && code) || 200),
})

/** Paths that ask for no key. */
export const ignoredPath = operationFeature({
  name: 'ignored-path',
  label: 'ignore',
  slot: 'ignored',
  list: 'ignored',
  about: 'No key is asked for, and no limit holds',
  fields: listed,
  compile: (entry, context) => listings(entry, { list: 'ignored' }, context),
  judge: refusalBy,
  fresh: {},
  words: repliesInWords,
})

/** Paths that are refused. */
export const blockedPath = operationFeature({
  name: 'blocked-path',
  label: 'block',
  slot: 'blocked',
  list: 'black_list',
  about: 'Refused with 403, whoever calls',
  fields: listed,
  compile: (entry, context) => listings(entry, { list: 'black', pattern: entry.path }, context),
  judge: refusalBy,
  fresh: {},
  words: repliesInWords,
})

/** Paths that are let in: as soon as there is one, no other is. */
export const allowedPath = operationFeature({
  name: 'allowed-path',
  label: 'allow',
  slot: 'allowed',
  list: 'white_list',
  about: 'As soon as one path is allowed, all that are not are refused',
  fields: listed,
  compile: (entry, context) => listings(entry, { list: 'white' }, context),
  judge: refusalBy,
  fresh: {},
  words: repliesInWords,
})

/** Paths that only other APIs reach. */
export const internalPath = operationFeature({
  name: 'internal-path',
  label: 'internal',
  slot: 'internalOnly',
  list: 'internal',
  about: 'Only other APIs of this gateway reach it',
  fields: {},
  compile: (entry) => forItsMethod<Listing>(entry, { list: 'internal', pattern: entry.path }),
  judge: refusalBy,
  fresh: {},
  words: () => '',
})

/** Kinds of lists in the order in which they are judged: the first that a path is on decides. */
export const pathLists = [mockResponse, ignoredPath, blockedPath, allowedPath, internalPath] as const

/** Lists of paths that go by a version's `paths`, without settings of their own. */
export const PLAIN_LISTS = ['ignored', 'white_list', 'black_list'] as const

/** Why a path that is on a list is refused; undefined = that list lets it go on. */
export function refusalBy(listing: Listing): Why | undefined {
  if (listing.list !== 'black' && listing.list !== 'internal') return undefined
  const { list, pattern } = listing
  return {
    code: 'endpoint_forbidden',
    decided: { step: 'path', code: 'path_listed', args: { list, pattern } },
  }
}

/** Why a path on no list is refused where some are allowed. */
export const NOT_ALLOWED: Why = {
  code: 'endpoint_forbidden',
  decided: { step: 'path', code: 'path_not_white_listed' },
}

/** An entry with `method_actions` counts for those methods only, `reply` answers by itself; else its `method` counts. */
function listings(
  entry: ListedEntry,
  listing: Listing,
  { report }: CompileContext,
): readonly MethodSetting<Listing>[] {
  const actions = Object.entries(entry.method_actions ?? {})
  if (actions.length === 0) return forItsMethod(entry, listing)
  return actions.map(([method, { action, code, data, headers }]) => {
    const at = report.within('method_actions', method)
    const reply = mockReply(code, data, headers, at.within('headers'))
    if (action === 'reply') return { method, value: { list: 'mock', reply } }
    if (action === undefined || action === '' || action === 'no_action') return { method, value: listing }
    // An action we do not know blocks, as in the contract.
    at.warning(['action'], 'unknown', `is not known: requests of this method are refused`)
    return { method, value: { list: 'black', pattern: entry.path } }
  })
}

function mockReply(
  code: number | undefined,
  data: string | undefined,
  headers: Readonly<Record<string, string>> | null | undefined,
  report: Report,
): MockReply {
  const status = code !== undefined && code >= 200 && code <= 599 ? code : 200
  const body = status === 204 || status === 304 ? '' : (data ?? '')
  // The id of an answer is the gate's own.
  const lines = headerList(headers, report).filter(({ name }) => name !== 'x-request-id')
  const isTyped = body === '' || lines.some(({ name }) => name === 'content-type')
  const type = isTyped ? '' : 'Content-Type: text/plain; charset=utf-8\r\n'
  return { kind: 'reply', status, headerLines: type + lines.map(({ line }) => line).join(''), body }
}

function repliesInWords({ method_actions: actions }: Document): string {
  const isReply = (action: unknown) =>
    typeof action === 'object' && action !== null && 'action' in action && action.action === 'reply'
  return typeof actions === 'object' && actions !== null && Object.values(actions).some(isReply)
    ? 'answered by the gate'
    : ''
}
