import type { ApiRules, EndpointSettings, VersionRules } from '../definition/api-rules.ts'
import { type MockReply, NOT_ALLOWED, refusalBy } from '../features/path-lists.ts'
import type { SubApis, Versioning } from '../features/versioning.ts'
import { queryValue } from './query-value.ts'
import { type Refused, refused, refusedFor, type Why } from './refused.ts'
import type { RequestFacts } from './request-facts.ts'
import type { TraceStep } from './verdict.ts'

/** A request that may go on to the version it asked for. */
export type VersionPassed = {
  readonly outcome: 'pass'
  readonly version: VersionRules
  /** What holds for its method and path: found once, and shared by all requests that match alike. */
  readonly endpoint: EndpointSettings
  /** The path as rights match it: without listen path and without what named the version. */
  readonly path: string
  /** Whether the path asks for no key: it is on the ignored list. */
  readonly ignored: boolean
  /** How much of the start of `facts.path` is removed before the request is sent on: it names the version. */
  readonly pathDrop: number
}

/** What was found out about version and path. */
export type VersionJudgement =
  | VersionPassed
  | { readonly outcome: 'mock'; readonly version: VersionRules; readonly reply: MockReply }
  /** The version is another API: its rules decide, on the path after `pathDrop`. */
  | { readonly outcome: 'sub-api'; readonly apiId: string; readonly name: string; readonly pathDrop: number }
  | Refused

const UNNAMED: TraceStep = { step: 'version', code: 'version_unnamed' }

/**
 * Chooses the version of an API and looks the path up in its lists (gateway contract, sections 4.4 and 6.1): before
 * authentication, so that a forbidden path is forbidden to everyone.
 */
export function judgeVersion(rules: ApiRules, facts: RequestFacts, nowMs: number): VersionJudgement {
  const shut = judgeApi(rules, facts, nowMs)
  if (shut !== undefined) return refusedFor(shut, [])
  if (rules.subApis !== undefined) {
    const sub = subApi(rules, rules.subApis, facts)
    if (sub !== undefined) return sub
  }
  if (rules.versioning === undefined) {
    if (rules.single !== undefined) return judgePath(rules, rules.single, facts, nowMs, 0, 0)
    return refused('version_missing', [rules.traceSteps.route], {
      step: 'version',
      code: 'versions_ambiguous',
    })
  }
  return versioned(rules, rules.versioning, facts, nowMs)
}

function versioned(rules: ApiRules, by: Versioning, facts: RequestFacts, nowMs: number): VersionJudgement {
  const named = namedVersion(by, facts)
  const found = named === '' ? undefined : rules.versions.get(named)
  if (found !== undefined) {
    const length = by.location === 'url' ? named.length + 1 : 0
    return judgePath(rules, found, facts, nowMs, length, by.strip ? length : 0)
  }
  if (named !== '' && !by.fallbackToDefault) {
    return refused('version_unknown', [rules.traceSteps.route], {
      step: 'version',
      code: 'version_unknown',
      args: { name: named.slice(0, 80) },
    })
  }
  if (by.defaultVersion === '') {
    return refused('version_missing', [rules.traceSteps.route], UNNAMED)
  }
  const fallback = rules.versions.get(by.defaultVersion)
  if (fallback === undefined) {
    return refused('version_unknown', [rules.traceSteps.route], {
      step: 'version',
      code: 'version_default_unknown',
      args: { name: by.defaultVersion },
    })
  }
  // A segment that no pattern marks as a version is part of the path when it names none.
  const length = named !== '' && by.urlPattern !== undefined && by.location === 'url' ? named.length + 1 : 0
  return judgePath(rules, fallback, facts, nowMs, length, by.strip ? length : 0)
}

/** The API that answers for the version asked for; undefined when it is this one. */
function subApi(rules: ApiRules, by: SubApis, facts: RequestFacts): VersionJudgement | undefined {
  const named = namedVersion(by, facts)
  const known = named === by.ownName || by.apis.has(named)
  const missing = named === '' || (!known && by.fallbackToDefault)
  if (missing && by.defaultVersion === '') {
    return refused('version_missing', [rules.traceSteps.route], UNNAMED)
  }
  const name = missing ? by.defaultVersion : named
  const apiId = by.apis.get(name)
  const self = name === by.ownName || (missing && name === 'self') || apiId === rules.apiId
  const drop = !missing && by.location === 'url' && by.strip ? named.length + 1 : 0
  if (!self) {
    if (apiId !== undefined) return { outcome: 'sub-api', apiId, name, pathDrop: drop }
    return refused('sub_version_unknown', [rules.traceSteps.route], {
      step: 'version',
      code: 'version_unknown',
      args: { name: name.slice(0, 80) },
    })
  }
  return undefined
}

/** The API that a version is does not exist, or is switched off. */
export function subVersionMissing(rules: ApiRules, name: string): Refused {
  const decided: TraceStep = { step: 'version', code: 'version_api_missing', args: { name } }
  return refused('sub_version_unknown', [rules.traceSteps.route], decided)
}

/** The version a request names; empty when it names none. */
function namedVersion(by: Versioning, facts: RequestFacts): string {
  if (by.location === 'header') return by.key === '' ? '' : (facts.header(by.key) ?? '')
  if (by.location === 'url-param') return by.key === '' ? '' : (queryValue(facts.query, by.key) ?? '')
  const end = facts.path.indexOf('/', 1)
  const segment = end === -1 ? facts.path.slice(1) : facts.path.slice(1, end)
  return by.urlPattern === undefined || by.urlPattern.test(segment) ? segment : ''
}

/** What keeps every request out before a version is chosen. */
export function judgeApi(rules: ApiRules, facts: RequestFacts, nowMs: number): Why | undefined {
  for (const { judge, compiled } of rules.gates) {
    const why = judge(compiled, facts, nowMs, rules)
    if (why !== undefined) return why
  }
  return undefined
}

function judgePath(
  rules: ApiRules,
  version: VersionRules,
  facts: RequestFacts,
  nowMs: number,
  versionLength: number,
  pathDrop: number,
): VersionJudgement {
  for (const { judge, compiled } of version.gates) {
    const why = judge(compiled, facts, nowMs, version)
    if (why !== undefined) return refusedFor(why, [rules.traceSteps.route])
  }
  const path = versionLength === 0 ? facts.path : facts.path.slice(versionLength) || '/'
  const endpoint = version.endpoints.match(facts.method, path, facts)
  const { listing } = endpoint
  if (listing?.list === 'mock') return { outcome: 'mock', version, reply: listing.reply }
  const why = listing === undefined ? (version.isAllowListed ? NOT_ALLOWED : undefined) : refusalBy(listing)
  if (why !== undefined) return refusedFor(why, [rules.traceSteps.route, version.traceStep])
  return { outcome: 'pass', version, endpoint, path, ignored: listing?.list === 'ignored', pathDrop }
}
