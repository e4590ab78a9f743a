import type { ApiRules } from '../definition/api-rules.ts'
import { unusable } from '../judge/judge-key.ts'
import { judgeApi } from '../judge/judge-version.ts'
import type { RequestFacts } from '../judge/request-facts.ts'
import type { OrganisationLimits } from '../limits/organisation-limits.ts'
import { BY_THE_KEY, type SourceRef } from '../source-ref.ts'
import type {
  AccessDescription,
  AccessSource,
  ApiInForce,
  LimitInForce,
  OrganisationInForce,
  UrlsInForce,
  VersionsInForce,
} from './access-description.ts'
import { accessSource, apiSource, momentOf, organisationSource } from './access-source.ts'
import {
  describeLimits,
  describeOrganisation,
  type LimitsInForce,
  type ReadUsage,
} from './describe-limits.ts'
import type { ApiAccess, EffectiveAccess } from './effective-access.ts'

/**
 * Says what a key may do now: every right and limit in force, each with its source. Pure; never throws. What it says
 * about rights, versions and URLs is what `judgeKey` decides.
 * @param rulesByApi APIs of the key's organisation by api_id: one that is missing here does not exist. For a key without
 *   any rights, which opens every API, these are the APIs that are described one by one.
 * @param usage reads a counter at `nowMs`
 * @param organisation the organisation's own limits, where they are enforced
 */
export function describeAccess(
  access: EffectiveAccess,
  rulesByApi: ReadonlyMap<string, ApiRules>,
  usage: ReadUsage,
  nowMs: number,
  organisation?: OrganisationLimits,
): AccessDescription {
  const overall = overallStatus(access, organisation, nowMs)
  const ofAll = organisation === undefined ? null : describeOrganisation(organisation, usage)
  const describe = (api: ApiAccess, rules: ApiRules | undefined) =>
    describeApi({ access, api, rules, overall, organisation: ofAll, nowMs }, usage)
  const { master } = access
  const apis =
    master === undefined
      ? [...access.apis.values()].map((api) => describe(api, rulesByApi.get(api.apiId)))
      : [describe(master, undefined), ...[...rulesByApi.values()].map((rules) => describe(master, rules))]
  return {
    key_hash: access.keyId,
    org_id: access.orgId,
    alias: access.alias,
    at: momentOf(nowMs),
    ...overall,
    expires_at: access.expiresAtMs === 0 ? null : momentOf(access.expiresAtMs),
    policies: access.policies.map(({ id, name }) => ({ id, name })),
    organisation: ofAll,
    apis,
  }
}

type OverallStatus = Pick<AccessDescription, 'status' | 'words' | 'source'>

/** What holds for the key on every API: what the gateway's judges say of the organisation and of the key itself. */
function overallStatus(
  access: EffectiveAccess,
  organisation: OrganisationLimits | undefined,
  nowMs: number,
): OverallStatus {
  const source = (...sources: readonly SourceRef[]) => accessSource(sources, access)
  if (organisation?.inactive === true) {
    const words = 'the organisation is switched off'
    return { status: 'organisation_inactive', words, source: organisationSource(organisation.orgId) }
  }
  switch (unusable(access, nowMs)?.code) {
    case undefined:
      return { status: 'open', words: 'the key may be used', source: source(BY_THE_KEY) }
    case 'key_inactive': {
      const by = source(...access.inactive.sources)
      return { status: 'inactive', words: `the key is switched off by ${inSentence(by)}`, source: by }
    }
    case 'key_expired': {
      const { rfc3339, unix } = momentOf(access.expiresAtMs)
      return { status: 'expired', words: `the key expired at ${rfc3339 ?? unix}`, source: source(BY_THE_KEY) }
    }
    default: {
      const words = `the key opens nothing: its policies cannot be applied (${access.unusable})`
      return { status: 'unusable', words, source: source(BY_THE_KEY) }
    }
  }
}

type Subject = {
  readonly access: EffectiveAccess
  readonly api: ApiAccess
  readonly rules: ApiRules | undefined
  readonly overall: OverallStatus
  readonly organisation: OrganisationInForce | null
  readonly nowMs: number
}

function describeApi(subject: Subject, usage: ReadUsage): ApiInForce {
  const { access, api, rules } = subject
  const rights = accessSource(api.sources.acl, access)
  const limits = describeLimits(access, api, rules, usage)
  const versions = describeVersions(subject, rights)
  return {
    api_id: rules?.apiId ?? api.apiId,
    api_name: rules?.name ?? (api.apiId === '' ? 'every API of the organisation' : api.apiName),
    ...describeStatus(subject, versions, limits),
    rights,
    versions,
    allowed_urls: describeUrls(api, rights),
    ...limits,
  }
}

type Status = Pick<ApiInForce, 'status' | 'words'>

/** The first thing that keeps every request out; limits last, as they end by themselves. */
function describeStatus(subject: Subject, versions: VersionsInForce, limits: LimitsInForce): Status {
  const { api, rules, overall } = subject
  const shut = rules === undefined ? missingApi(api) : shutApi(rules, subject.nowMs)
  if (shut !== undefined) return shut
  const isShut = overall.status === 'organisation_inactive'
  if (rules?.keyless && !isShut) return { status: 'open', words: 'the API asks for no key' }
  if (overall.status !== 'open') return { status: overall.status, words: overall.words }
  if (!versions.every && !versions.list.some((version) => version.granted && isServed(version))) {
    return { status: 'no_version', words: 'none of the versions that the key may use is there' }
  }
  const spent = spentLimit(limits, subject.organisation)
  if (spent === undefined) return { status: 'open', words: 'requests pass' }
  const [what, { words, resets_at, algorithm }] = spent
  if (algorithm === 'concurrency') {
    return { status: 'used_up', words: `the ${what} (${words}) is used up until one of them ends` }
  }
  const until = resets_at === null ? 'for good' : `until ${resets_at.rfc3339 ?? resets_at.unix}`
  return { status: 'used_up', words: `the ${what} (${words}) is used up ${until}` }
}

/** A limit that has no room left, and what it is; undefined when all of them have some. */
function spentLimit(
  limits: LimitsInForce,
  organisation: OrganisationInForce | null,
): readonly [what: string, limit: LimitInForce] | undefined {
  const rates = (what: string, { rate, further_rates }: Rates) =>
    [rate, ...further_rates].map((limit) => [what, limit] as const)
  const ofOrganisation =
    organisation === null
      ? []
      : [
          ...rates('rate of the organisation', organisation),
          ['concurrency of the organisation', organisation.concurrency] as const,
          ['quota of the organisation', organisation.quota] as const,
        ]
  return [
    ...ofOrganisation,
    ...rates('rate', limits),
    ['concurrency', limits.concurrency] as const,
    ['quota', limits.quota] as const,
    ['rate of all callers', limits.api_rate] as const,
    ['concurrency of all callers', limits.api_concurrency] as const,
  ].find(([, { remaining }]) => remaining === 0)
}

type Rates = { readonly rate: LimitInForce; readonly further_rates: readonly LimitInForce[] }

function missingApi(api: ApiAccess): Status | undefined {
  return api.apiId === '' ? undefined : { status: 'no_api', words: 'there is no such API' }
}

/** What keeps every request out, whatever it asks for. */
function shutApi(rules: ApiRules, nowMs: number): Status | undefined {
  const code = judgeApi(rules, NO_REQUEST, nowMs)?.code
  if (code === 'api_inactive') return { status: 'api_inactive', words: 'the API is switched off' }
  if (code === 'api_expired') return { status: 'api_expired', words: 'the API expired' }
  if (rules.unsupportedAuth.length === 0) return undefined
  const words = `the API asks for what cannot be judged: ${rules.unsupportedAuth.join(', ')}`
  return { status: 'not_judged', words }
}

/** What is judged of the API alone asks nothing of a request. */
const NO_REQUEST: RequestFacts = { method: '', path: '/', fullPath: '/', query: '', header: () => undefined }

function isServed(version: VersionsInForce['list'][number]): boolean {
  return version.exists && !version.expired
}

function describeVersions(subject: Subject, rights: AccessSource): VersionsInForce {
  const described = ownVersions(subject, rights)
  const others = [...(subject.rules?.subApis?.apis.keys() ?? [])]
  if (others.length === 0) return described
  const words = `${described.words}; ${others.join(', ')}: served by APIs of their own, with rights of their own`
  return { ...described, words }
}

function ownVersions({ api, rules, nowMs }: Subject, rights: AccessSource): VersionsInForce {
  if (rules === undefined) {
    const list = api.versions.value.map((name) => ({ name, granted: true, exists: false, expired: false }))
    const words = api.apiId === '' ? 'every version' : 'the API does not exist'
    return { every: api.apiId === '', list, words, source: rights }
  }
  if (rules.versioning === undefined) {
    const words = 'every version: the API is not versioned'
    return { every: true, list: [], words, source: apiSource(rules) }
  }
  const isMaster = api.apiId === ''
  const named = new Set(api.versions.value)
  const list = [...rules.versions.values()].map(({ name, expiresAtMs }) => ({
    name,
    granted: isMaster || named.has(name),
    exists: true,
    expired: expiresAtMs !== 0 && nowMs > expiresAtMs,
  }))
  const missing = [...named].filter((name) => !rules.versions.has(name))
  list.push(...missing.map((name) => ({ name, granted: true, exists: false, expired: false })))
  const granted = list.filter((version) => version.granted).map(({ name }) => name)
  const words = granted.length === 0 ? 'no version' : `versions ${granted.join(', ')}`
  return { every: isMaster, list, words: isMaster ? 'every version' : words, source: rights }
}

function describeUrls(api: ApiAccess, rights: AccessSource): UrlsInForce {
  const list = api.allowedUrls.value.map(({ url, methods }) => ({
    url: url.source,
    methods: [...methods],
    problem: url.problem ?? null,
  }))
  if (list.length === 0) return { list, words: 'every URL', source: rights }
  return {
    list,
    words: `only ${list.length === 1 ? 'this URL' : `these ${list.length} URLs`}`,
    source: rights,
  }
}

function inSentence(source: AccessSource): string {
  return source.kind === 'policy' ? source.words : 'itself'
}
