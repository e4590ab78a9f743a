import type { TraceStep } from '../judge/verdict.ts'
import { counterName, escaped } from '../limits/budget.ts'
import type { Limit } from '../limits/counters.ts'
import { rateEnding } from '../limits/key-limits.ts'
import { type LimitLabels, rateLimit } from '../limits/limit.ts'
import { type ApiLimits, apiLimits } from '../limits/limit-plan.ts'
import { byApi } from '../source-ref.ts'
import type { ExtendedPaths, ListedPath, VersionInfo } from './api-definition.ts'
import { expiryMs } from './expiry.ts'
import { matchesEither, type PathMatching, type PathPattern, pathPattern } from './path-pattern.ts'

/** One setting of a path and method; an empty method stands for any. */
export type PathRule<T> = { readonly path: PathPattern; readonly method: string; readonly value: T }

/** Headers to remove (lower-case names), then to add. */
export type HeaderChange = {
  readonly remove: readonly string[]
  readonly add: readonly { readonly name: string; readonly value: string }[]
}

/** An answer the definition itself gives, before authentication. */
export type MockReply = {
  readonly status: number
  readonly body: string
  readonly headers: readonly { readonly name: string; readonly value: string }[]
}

/** What a listed path means for a request. */
export type Listing =
  | { readonly list: 'ignored' | 'black' | 'white' | 'internal' }
  | { readonly list: 'mock'; readonly reply: MockReply }

/** One version of an API, compiled (gateway contract, section 6.1, VersionInfo). */
export type VersionRules = {
  readonly name: string
  /** Milliseconds since 1970; 0 = never. */
  readonly expiresAtMs: number
  /** In the order mock, ignored, black, white, internal: the first match decides. */
  readonly listed: readonly PathRule<Listing>[]
  /** Whether a path on no list is refused. */
  readonly whiteListed: boolean
  readonly transformHeaders: readonly PathRule<HeaderChange>[]
  readonly transformResponseHeaders: readonly PathRule<HeaderChange>[]
  /** Bytes. */
  readonly sizeLimits: readonly PathRule<number>[]
  /** Milliseconds until the upstream's reply head must be there. */
  readonly hardTimeouts: readonly PathRule<number>[]
  /** Limits for all callers together, in place of the API's. */
  readonly rateLimits: readonly PathRule<ApiLimits>[]
  /** What a request costs, in units of rate and quota; 1 where nothing matches. */
  readonly requestCosts: readonly PathRule<number>[]
  readonly globalHeaders: HeaderChange | undefined
  readonly globalResponseHeaders: HeaderChange | undefined
  /** Largest request body in bytes; 0 = not limited. */
  readonly sizeLimit: number
  /** Takes the place of the API's target; empty = none. */
  readonly overrideTarget: string
  readonly traceStep: TraceStep
}

/** What of the API a version needs to be compiled. */
export type ApiContext = {
  readonly apiId: string
  readonly orgId: string
  readonly name: string
  readonly matching: PathMatching
  readonly ignoresKeyRate: boolean
  readonly ignoresKeyQuota: boolean
  /** For all callers, on every path. */
  readonly concurrency: Limit | undefined
}

/** Finds the first setting that a request's path and method match. */
export function pathSetting<T>(
  rules: readonly PathRule<T>[],
  method: string,
  path: string,
  fullPath: string,
): PathRule<T> | undefined {
  for (const rule of rules) {
    if (rule.method !== '' && rule.method !== method) continue
    if (matchesEither(rule.path, path, fullPath)) return rule
  }
  return undefined
}

/** Compiles a version. Never throws: an unusable pattern matches nothing, an unreadable expiry counts as expired. */
export function versionRules(name: string, info: VersionInfo, api: ApiContext): VersionRules {
  const matching = {
    ...api.matching,
    ignoreCase: info.ignore_endpoint_case === true || api.matching.ignoreCase === true,
  }
  const extended: ExtendedPaths = info.use_extended_paths === true ? (info.extended_paths ?? {}) : {}
  const listed =
    info.use_extended_paths === true ? extendedLists(extended, matching) : plainLists(info, matching)
  const settings = <E extends Endpoint, T>(
    entries: readonly E[] | null | undefined,
    value: (entry: E) => T,
  ) => pathRules(entries, matching, value)
  return {
    name,
    expiresAtMs: expiryMs(info.expires) ?? 1,
    listed,
    whiteListed: listed.some(({ value }) => value.list === 'white'),
    transformHeaders: settings(extended.transform_headers, (entry) =>
      headerChange(entry.delete_headers, entry.add_headers),
    ),
    transformResponseHeaders: settings(extended.transform_response_headers, (entry) =>
      headerChange(entry.delete_headers, entry.add_headers),
    ),
    sizeLimits: settings(extended.size_limits, (entry) => entry.size_limit ?? 0),
    hardTimeouts: settings(extended.hard_timeouts, (entry) => (entry.timeout ?? 0) * 1000).filter(
      (rule) => rule.value > 0,
    ),
    rateLimits: settings(extended.rate_limit, (entry) =>
      apiLimits(pathRate(entry, api), api.concurrency, api),
    ),
    requestCosts: settings(extended.request_costs, ({ cost }) => cost),
    globalHeaders:
      info.global_headers_disabled === true
        ? undefined
        : anyChange(info.global_headers_remove, info.global_headers),
    globalResponseHeaders:
      info.global_response_headers_disabled === true
        ? undefined
        : anyChange(info.global_response_headers_remove, info.global_response_headers),
    sizeLimit: info.global_size_limit_disabled === true ? 0 : Math.max(0, info.global_size_limit ?? 0),
    overrideTarget: info.override_target ?? '',
    traceStep:
      name === ''
        ? { step: 'version', code: 'version_none' }
        : { step: 'version', code: 'version', args: { name } },
  }
}

type RateEntry = NonNullable<ExtendedPaths['rate_limit']>[number]

function pathRate(entry: RateEntry, { orgId, apiId, name }: ApiContext): Limit | undefined {
  const method = entry.method ?? ''
  const scope = `all callers of ${method} ${entry.path}`
  const counter = counterName('api-rate', escaped(orgId), apiId, method, entry.path)
  return callersRate(entry, counter, { kind: 'api-rate', scope, source: byApi({ apiId, name }) })
}

/** A rate for all callers; its counter holds the state of one algorithm. */
export function callersRate(
  entry: Pick<RateEntry, 'rate' | 'per' | 'algorithm' | 'burst'>,
  counter: string,
  labels: Omit<LimitLabels, 'name'>,
): Limit | undefined {
  const limit = rateLimit(entry.rate, entry.per, { ...labels, name: counter }, entry)
  if (limit === undefined) return undefined
  return rateLimit(entry.rate, entry.per, { ...labels, name: counter + rateEnding(limit, false) }, entry)
}

type Endpoint = {
  readonly path: string
  readonly method?: string | undefined
  readonly disabled?: boolean | undefined
  readonly ignore_case?: boolean | undefined
}

function pathRules<E extends Endpoint, T>(
  entries: readonly E[] | null | undefined,
  matching: PathMatching,
  value: (entry: E) => T,
): readonly PathRule<T>[] {
  return (entries ?? [])
    .filter((entry) => entry.disabled !== true)
    .map((entry) => ({ path: patternOf(entry, matching), method: entry.method ?? '', value: value(entry) }))
}

function patternOf(entry: Endpoint, matching: PathMatching): PathPattern {
  const ignoreCase = matching.ignoreCase === true || entry.ignore_case === true
  return pathPattern(entry.path, { ...matching, ignoreCase })
}

function plainLists(info: VersionInfo, matching: PathMatching): readonly PathRule<Listing>[] {
  const rules = (paths: readonly string[] | null | undefined, list: 'ignored' | 'black' | 'white') =>
    (paths ?? []).map((path) => ({ path: pathPattern(path, matching), method: '', value: LISTINGS[list] }))
  const paths = info.paths ?? {}
  return [
    ...rules(paths.ignored, 'ignored'),
    ...rules(paths.black_list, 'black'),
    ...rules(paths.white_list, 'white'),
  ]
}

function extendedLists(extended: ExtendedPaths, matching: PathMatching): readonly PathRule<Listing>[] {
  const mocks = pathRules(extended.mock_response, matching, (entry): Listing => {
    return { list: 'mock', reply: mockReply(entry.code, entry.body, entry.headers) }
  })
  return [
    ...mocks,
    ...listedPaths(extended.ignored, 'ignored', matching),
    ...listedPaths(extended.black_list, 'black', matching),
    ...listedPaths(extended.white_list, 'white', matching),
    ...pathRules(extended.internal, matching, () => LISTINGS.internal),
  ]
}

/** An entry with `method_actions` counts for those methods only, `reply` answers by itself; else its `method` counts. */
function listedPaths(
  entries: readonly ListedPath[] | null | undefined,
  list: 'ignored' | 'black' | 'white',
  matching: PathMatching,
): PathRule<Listing>[] {
  return (entries ?? []).flatMap((entry): PathRule<Listing>[] => {
    if (entry.disabled === true) return []
    const path = patternOf(entry, matching)
    const actions = Object.entries(entry.method_actions ?? {})
    if (actions.length === 0) return [{ path, method: entry.method ?? '', value: LISTINGS[list] }]
    return actions.map(([method, { action, code, data, headers }]) => {
      if (action === 'reply')
        return { path, method, value: { list: 'mock', reply: mockReply(code, data, headers) } }
      // Only `no_action` (or none) leaves the list its meaning; an action we do not know blocks, as in the contract.
      const known = action === undefined || action === '' || action === 'no_action'
      return { path, method, value: known ? LISTINGS[list] : LISTINGS.black }
    })
  })
}

const LISTINGS = {
  ignored: { list: 'ignored' },
  black: { list: 'black' },
  white: { list: 'white' },
  internal: { list: 'internal' },
} as const satisfies Record<string, Listing>

type HeaderMap = Readonly<Record<string, string>> | null | undefined

function mockReply(code: number | undefined, body: string | undefined, headers: HeaderMap): MockReply {
  const status = code !== undefined && code >= 200 && code <= 599 ? code : 200
  return { status, body: body ?? '', headers: headerList(headers) }
}

function anyChange(remove: readonly string[] | null | undefined, add: HeaderMap): HeaderChange | undefined {
  const change = headerChange(remove, add)
  return change.remove.length === 0 && change.add.length === 0 ? undefined : change
}

function headerChange(remove: readonly string[] | null | undefined, add: HeaderMap): HeaderChange {
  return { remove: (remove ?? []).map((name) => name.toLowerCase()), add: headerList(add) }
}

function headerList(headers: HeaderMap): readonly { readonly name: string; readonly value: string }[] {
  return Object.entries(headers ?? {}).map(([name, value]) => ({ name, value }))
}
