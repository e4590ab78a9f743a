import { limitInWords } from '@tollgate/model/limits/limit-in-words'
import { isRecord, listOf, recordOf, text } from '../../lib/json-values.ts'

/** The rules of a version's paths (`extended_paths`): what the gate obeys, and how each is called here. */

/** A kind of rule that the gate obeys, by its name in the document. */
export type RuleKind = (typeof ruleKinds)[number]['kind']

type Fields = Readonly<Record<string, unknown>>

/** Every kind that the gate obeys, in the order in which it judges them. */
export const ruleKinds = [
  {
    kind: 'mock_response',
    label: 'Mock reply',
    about: 'The gate answers by itself, before it asks for a key',
  },
  { kind: 'ignored', label: 'Ignore', about: 'No key is asked for, and no limit holds' },
  { kind: 'black_list', label: 'Block', about: 'Refused with 403, whoever calls' },
  {
    kind: 'white_list',
    label: 'Allow',
    about: 'As soon as one path is allowed, all that are not are refused',
  },
  { kind: 'internal', label: 'Internal', about: 'Only other APIs of this gateway reach it' },
  {
    kind: 'rate_limit',
    label: 'Rate limit',
    about: 'For all callers of the path together, in place of the API’s',
  },
  {
    kind: 'request_costs',
    label: 'Request cost',
    about: 'A request counts as so many of a key’s rate and quota',
  },
  { kind: 'size_limits', label: 'Size limit', about: 'The largest request body' },
  { kind: 'hard_timeouts', label: 'Timeout', about: 'How long the target may take to answer' },
  {
    kind: 'transform_headers',
    label: 'Request headers',
    about: 'Added to and removed from what is sent to the target',
  },
  {
    kind: 'transform_response_headers',
    label: 'Reply headers',
    about: 'Added to and removed from what the caller gets',
  },
] as const

/** One rule, where it stands in `extended_paths`. */
export type Rule = {
  readonly kind: string
  readonly index: number
  readonly entry: Fields
  readonly isSupported: boolean
}

/** A path with all its rules. */
export type Endpoint = { readonly path: string; readonly rules: readonly Rule[] }

/** The paths of `extended_paths` in the order in which they first stand there; rules that are not supported are among them. */
export function endpointsOf(extended: unknown): readonly Endpoint[] {
  const byPath = new Map<string, Rule[]>()
  const supported = ruleKinds.map(({ kind }) => String(kind))
  const kinds = [...supported, ...Object.keys(recordOf(extended)).filter((kind) => !supported.includes(kind))]
  for (const kind of kinds) {
    for (const [index, entry] of listOf(recordOf(extended)[kind]).entries()) {
      // Of the older kind `cache` an entry is the path itself.
      const fields = isRecord(entry) ? entry : { path: entry }
      const path = text(fields.path)
      const rule = { kind, index, entry: fields, isSupported: supported.includes(kind) }
      byPath.set(path, [...(byPath.get(path) ?? []), rule])
    }
  }
  return [...byPath].map(([path, rules]) => ({ path, rules }))
}

/** What a kind of rule is called here. */
export function labelOf(kind: string): string {
  return ruleKinds.find((one) => one.kind === kind)?.label ?? (otherKinds[kind] || kind)
}

/** Kinds of the format that are kept and do nothing here. */
const otherKinds: Readonly<Record<string, string>> = {
  url_rewrites: 'URL rewrite',
  cache: 'Cache',
  advance_cache_config: 'Cache',
  transform: 'Body transform',
  transform_response: 'Reply transform',
  transform_jq: 'JQ transform',
  transform_jq_response: 'JQ reply transform',
  circuit_breakers: 'Circuit breaker',
  virtual: 'Virtual endpoint',
  method_transforms: 'Method change',
  validate_json: 'JSON schema',
  validate_request: 'Request schema',
  track_endpoints: 'Track',
  do_not_track_endpoints: 'Do not track',
  go_plugin: 'Go plugin',
  persist_graphql: 'Persisted GraphQL',
}

/** A rule in a few words, for the table: "Block GET", "Rate limit: 10 requests each second". */
export function ruleInWords({ kind, entry, isSupported }: Rule): string {
  const methods = methodsOf(entry).join(', ')
  const label = `${labelOf(kind)}${methods === '' ? '' : ` ${methods}`}`
  const value = isSupported ? valueInWords(kind, entry) : ''
  return value === '' ? label : `${label}: ${value}`
}

/** The methods that a rule holds for; none = any. */
function methodsOf(entry: Fields): readonly string[] {
  const named = Object.keys(recordOf(entry.method_actions))
  if (named.length > 0) return named
  return text(entry.method) === '' ? [] : [text(entry.method)]
}

function valueInWords(kind: string, entry: Fields): string {
  const number = (name: string) => (typeof entry[name] === 'number' ? entry[name] : 0)
  switch (kind) {
    case 'mock_response':
      return String(number('code') || 200)
    case 'rate_limit':
      return rateInWords(entry)
    case 'request_costs':
      return String(number('cost'))
    case 'size_limits':
      return `${number('size_limit').toLocaleString('en')} bytes`
    case 'hard_timeouts':
      return `${number('timeout')} s`
    case 'transform_headers':
    case 'transform_response_headers':
      return `+${Object.keys(recordOf(entry.add_headers)).length} −${listOf(entry.delete_headers).length}`
    default:
      return Object.values(recordOf(entry.method_actions)).some(
        (action) => recordOf(action).action === 'reply',
      )
        ? 'answered by the gate'
        : ''
  }
}

/** A rate of `rate` and `per` in words; 'none' where it limits nothing. */
export function rateInWords(entry: Fields): string {
  const { rate, per, algorithm, burst } = entry
  if (typeof rate !== 'number' || typeof per !== 'number' || rate <= 0 || per <= 0) return 'none'
  const names = { sliding_window: 'sliding-window', token_bucket: 'token-bucket' } as const
  return limitInWords({
    algorithm:
      algorithm === 'sliding_window' || algorithm === 'token_bucket' ? names[algorithm] : 'fixed-window',
    max: rate,
    burst: typeof burst === 'number' ? burst : rate,
    windowMs: per * 1000,
    calendar: undefined,
  })
}

/** What a new rule of a kind begins with; it holds for any method. */
export function newRule(kind: RuleKind, path: string): Fields {
  return { path, method: '', ...fresh[kind] }
}

const fresh: Readonly<Record<RuleKind, Fields>> = {
  mock_response: { code: 200, body: '{}', headers: { 'Content-Type': 'application/json' } },
  ignored: {},
  black_list: {},
  white_list: {},
  internal: {},
  rate_limit: { rate: 60, per: 60 },
  request_costs: { cost: 10 },
  size_limits: { size_limit: 100_000 },
  hard_timeouts: { timeout: 10 },
  transform_headers: { add_headers: {}, delete_headers: [] },
  transform_response_headers: { add_headers: {}, delete_headers: [] },
}

/** The three lists of a version whose paths have no rules of their own. */
export const plainLists = [
  { name: 'ignored', label: 'Ignored paths', about: 'No key is asked for, and no limit holds' },
  { name: 'white_list', label: 'Allowed paths', about: 'As soon as there is one, all others are refused' },
  { name: 'black_list', label: 'Blocked paths', about: 'Refused with 403, whoever calls' },
] as const

/** Whether a version goes by plain lists that hold something. */
export function usesPlainLists(version: unknown): boolean {
  const { use_extended_paths: isExtended, paths } = recordOf(version)
  return isExtended !== true && plainLists.some(({ name }) => listOf(recordOf(paths)[name]).length > 0)
}

/**
 * `extended_paths` that say of each path what the plain lists said, for a version that is to go by rules from now on:
 * without them every path that was blocked would be open.
 */
export function rulesFromPlainLists(version: unknown): Fields {
  const { paths, extended_paths: extended } = recordOf(version)
  const lists = plainLists.map(({ name }) => {
    const there = listOf(recordOf(extended)[name])
    const known = new Set(there.map((entry) => text(recordOf(entry).path)))
    const added = listOf(recordOf(paths)[name])
      .map(text)
      .filter((path) => path !== '' && !known.has(path))
      .map((path) => ({ path, method: '' }))
    return [name, [...there, ...added]] as const
  })
  return { ...recordOf(extended), ...Object.fromEntries(lists.filter(([, list]) => list.length > 0)) }
}
