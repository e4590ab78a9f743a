import type { ApiDefinition } from '@tollgate/model/definition/api-definition'
import { tokenAuth } from '@tollgate/model/judge/token-auth'
import { z } from 'zod'
import { defineProblems, Problem } from '../errors.ts'
import type { TrialRequest } from './own-gateway.ts'

export const trialProblems = defineProblems({
  trial_path: { status: 400, message: 'The path cannot be tried' },
  trial_header: { status: 400, message: 'The header cannot be tried' },
  trial_key: { status: 400, message: 'Name the key by its secret or by its hash, not by both' },
  trial_listen_path: {
    status: 400,
    message: 'The listen path or the domain of this API has named parts, or is reserved: it cannot be tried',
  },
  trial_busy: { status: 503, message: 'Too many trials are running, try again' },
  trial_unreachable: { status: 502, message: 'The gateway could not be reached' },
  trial_timeout: { status: 504, message: 'The gateway did not answer in time' },
})

/** Bytes of a body that is sent. */
const MAX_BODY_BYTES = 65_536
const MAX_HEADERS = 50

/** A call as a user describes it. */
export const Trial = z.object({
  method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']),
  /** Behind the listen path, with the query. */
  path: z.string().max(8192),
  headers: z
    .array(z.tuple([z.string().max(256), z.string().max(8192)]))
    .max(MAX_HEADERS)
    .optional(),
  body: z
    .string()
    .refine((text) => Buffer.byteLength(text) <= MAX_BODY_BYTES, `more than ${MAX_BODY_BYTES} bytes`)
    .optional(),
  key: z.string().max(2048).optional(),
  key_hash: z.string().max(256).optional(),
})
export type Trial = z.output<typeof Trial>

/** What is sent, and what of it may be shown. */
export type BuiltTrial = TrialRequest & {
  readonly shownHeaders: [string, string][]
  readonly shownTarget: string
}

/** Headers that say where a request comes from, how long it is or how it travels: those are for us to say. */
const NOT_SENT =
  /^(host|connection|content-length|transfer-encoding|te|trailer|upgrade|keep-alive|expect|forwarded|x-forwarded-.*|x-real-ip|proxy-.*|x-tyk-authorization|admin-auth)$/i
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const RESERVED = /^\/(tyk(\/|$)|hello\/?$|ready\/?$)/
const MASK = '•••'

/**
 * Turns a trial into a request of the API and of nothing else: its path stays behind the listen path however it is read.
 * @param client address of the user: the gate judges the call as coming from there; and the secret by which it
 * believes that, where it does not trust this machine
 */
export function buildTrial(
  definition: ApiDefinition,
  trial: Trial,
  gatewayHost: string,
  client: { readonly address: string; readonly callSecret: string | undefined },
): BuiltTrial {
  const [path = '', query = ''] = splitOnce(trial.path, '?')
  const listenPath = definition.proxy?.listen_path ?? '/'
  const domain = definition.domain_disabled === true ? '' : (definition.domain ?? '')
  const target = joined(listenPath, checkedPath(path))
  if (/[{}]/.test(listenPath + domain) || RESERVED.test(target))
    throw new Problem(trialProblems.trial_listen_path)
  const placed = withKey(definition, trial)
  const fullQuery = [query, placed.query].filter(Boolean).join('&')
  if (!/^[\x21\x24-\x7e]*$/.test(fullQuery))
    throw new Problem(trialProblems.trial_path, 'its query is not encoded')
  const sent: [string, string][] = [
    ['Host', domain || gatewayHost],
    ...(trial.headers ?? []).map(checkedHeader),
    ...placed.headers,
    ...(trial.body
      ? ([['Content-Length', String(Buffer.byteLength(trial.body))]] as [string, string][])
      : []),
  ]
  const shownQuery = [query, placed.query?.replace(/=.*/, `=${MASK}`)].filter(Boolean).join('&')
  return {
    method: trial.method,
    target: fullQuery === '' ? target : `${target}?${fullQuery}`,
    headers: [...sent, saysWhose(client)],
    body: trial.body ?? '',
    shownTarget: shownQuery === '' ? target : `${target}?${shownQuery}`,
    shownHeaders: sent.map(([name, value]) => [name, trial.key ? value.replaceAll(trial.key, MASK) : value]),
  }
}

function saysWhose(client: {
  readonly address: string
  readonly callSecret: string | undefined
}): [string, string] {
  const { address, callSecret } = client
  if (callSecret === undefined) return ['X-Forwarded-For', address]
  return ['Forwarded', `for="${address}";secret=${callSecret}`]
}

/** Puts the secret where the API looks for it. */
function withKey(
  definition: ApiDefinition,
  { key = '' }: Trial,
): { query: string; headers: [string, string][] } {
  if (key === '') return { query: '', headers: [] }
  if (!/^[\x21-\x7e]+$/.test(key))
    throw new Problem(trialProblems.trial_header, 'a key has printable characters only')
  const { header, param, cookie } = tokenAuth(definition)
  if (header !== '')
    return { query: '', headers: [[header === 'authorization' ? 'Authorization' : header, key]] }
  if (param !== '') return { query: `${encodeURIComponent(param)}=${encodeURIComponent(key)}`, headers: [] }
  return { query: '', headers: cookie === '' ? [] : [['Cookie', `${cookie}=${key}`]] }
}

function checkedHeader([name, value]: readonly [string, string]): [string, string] {
  if (!TOKEN.test(name) || NOT_SENT.test(name))
    throw new Problem(trialProblems.trial_header, name.slice(0, 100))
  if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) throw new Problem(trialProblems.trial_header, name)
  return [name, value.trim()]
}

/** Refuses what one reader takes for another place than the next: dot segments, however encoded, and bare characters. */
function checkedPath(path: string): string {
  const offends = !/^[\x21\x24-\x7e]*$/.test(path) || /[\\<>"`^{}|]/.test(path)
  const malformed = /%(?![0-9a-f]{2})/i.test(path) || /%(2f|5c|00)/i.test(path)
  const climbs = path.split('/').some((segment) => /^(\.|%2e){1,2}$/i.test(segment))
  if (offends || malformed || climbs) throw new Problem(trialProblems.trial_path)
  return path
}

function joined(listenPath: string, path: string): string {
  const start = listenPath.endsWith('/') ? listenPath : `${listenPath}/`
  if (path === '' || path === '/') return listenPath.startsWith('/') ? listenPath : `/${listenPath}`
  const whole = start + path.replace(/^\/+/, '')
  return whole.startsWith('/') ? whole : `/${whole}`
}

function splitOnce(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark)
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}
