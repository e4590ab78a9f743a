import { type TokenAuth, tokenAuth } from '../judge/token-auth.ts'
import type { TraceStep } from '../judge/verdict.ts'
import { counterName, escaped } from '../limits/budget.ts'
import type { Limit } from '../limits/counters.ts'
import { concurrencyLimit } from '../limits/limit.ts'
import { type ApiLimits, apiLimits } from '../limits/limit-plan.ts'
import { byApi } from '../source-ref.ts'
import type { ApiDefinition } from './api-definition.ts'
import { certificateUse } from './certificate-use.ts'
import { expiryMs } from './expiry.ts'
import { type GoRegExp, goRegExp } from './go-regexp.ts'
import type { PathMatching } from './path-pattern.ts'
import { type ApiContext, callersRate, type VersionRules, versionRules } from './version-rules.ts'

/** Where a request names the version it wants. */
export type VersionLocation = 'header' | 'url-param' | 'url'

/** How a version is chosen. */
export type Versioning = {
  readonly location: VersionLocation
  /** Header name (lower case) or name of the query parameter. */
  readonly key: string
  /** Whether the version is removed before the request is sent on. */
  readonly strip: boolean
  /** Taken when the request names no version; empty = such a request is refused. */
  readonly defaultVersion: string
  /** Whether a version that does not exist counts as none named. */
  readonly fallbackToDefault: boolean
  /** With location `url`: only a first segment that matches this is a version. */
  readonly urlPattern: GoRegExp | undefined
}

/** Versions that are APIs of their own (`definition.enabled`). */
export type SubApis = Versioning & {
  /** Version name of this API itself. */
  readonly ownName: string
  /** api_id by version name. */
  readonly apis: ReadonlyMap<string, string>
}

/** An API definition, compiled so that judging a request reads plain values. */
export type ApiRules = {
  readonly apiId: string
  readonly orgId: string
  readonly name: string
  readonly active: boolean
  readonly keyless: boolean
  readonly auth: TokenAuth
  /** `use_mutual_tls_auth`: fingerprints of the certificates that are let in; undefined = none is asked for. */
  readonly clientCertificates: ReadonlySet<string> | undefined
  /** Ways to authenticate that the definition asks for and that cannot be judged here; not empty = nothing is admitted. */
  readonly unsupportedAuth: readonly string[]
  /** Milliseconds since 1970; 0 = never. */
  readonly expiresAtMs: number
  readonly subApis: SubApis | undefined
  /** Undefined = not versioned: `single` is the version. */
  readonly versioning: Versioning | undefined
  readonly versions: ReadonlyMap<string, VersionRules>
  /** The version of a not-versioned API; undefined when the definition leaves open which one it is. */
  readonly single: VersionRules | undefined
  readonly ignoresKeyRate: boolean
  readonly ignoresKeyQuota: boolean
  /** `global_rate_limit` and `max_concurrency`: one counter for all callers. */
  readonly everyone: ApiLimits
  /** `max_concurrency`: it holds on every path. */
  readonly concurrency: Limit | undefined
  /** Header of the upstream's reply with the real cost of a request, lower case; empty = there is none. */
  readonly costHeader: string
  readonly traceSteps: { readonly route: TraceStep; readonly keyless: TraceStep; readonly ignored: TraceStep }
}

/**
 * Compiles a definition (gateway contract, sections 4 and 6.1). Never throws on a definition that passed its schema;
 * what cannot be compiled matches nothing (`definitionProblems` names it before it is stored).
 */
export function compileRules(definition: ApiDefinition, matching: PathMatching = {}): ApiRules {
  const api = apiContext(definition, matching)
  const versions = new Map<string, VersionRules>()
  const named = Object.entries(definition.version_data?.versions ?? {})
  for (const [name, info] of named) versions.set(name, versionRules(name, info, api))
  if (named.length === 0) versions.set('Default', versionRules('Default', {}, api))
  const versioned = definition.version_data?.not_versioned === false
  return {
    apiId: api.apiId,
    orgId: api.orgId,
    name: api.name,
    active: definition.active !== false,
    keyless: definition.use_keyless === true,
    auth: tokenAuth(definition),
    clientCertificates: clientCertificates(definition),
    unsupportedAuth: unsupportedAuth(definition),
    expiresAtMs: definition.expiration_disabled === true ? 0 : (expiryMs(definition.expiration) ?? 1),
    subApis: subApis(definition),
    versioning: versioned
      ? versioning(definition, definition.version_data?.default_version ?? '')
      : undefined,
    versions,
    single: singleVersion(versions),
    ignoresKeyRate: api.ignoresKeyRate,
    ignoresKeyQuota: api.ignoresKeyQuota,
    everyone: apiLimits(apiRate(definition, api), api.concurrency, api),
    concurrency: api.concurrency,
    costHeader: (definition.cost_header ?? '').toLowerCase(),
    traceSteps: {
      route: { step: 'route', code: 'api', args: { name: api.name } },
      keyless: { step: 'credential', code: 'api_keyless' },
      ignored: { step: 'path', code: 'path_ignored' },
    },
  }
}

function versioning(definition: ApiDefinition, defaultVersion: string): Versioning {
  const rules = definition.definition ?? {}
  const location = rules.location === 'url' || rules.location === 'url-param' ? rules.location : 'header'
  const key = rules.key ?? ''
  return {
    location,
    key: location === 'header' ? key.toLowerCase() : key,
    strip: rules.strip_path === true || rules.strip_versioning_data === true,
    defaultVersion,
    fallbackToDefault: rules.fallback_to_default === true,
    urlPattern: rules.url_versioning_pattern
      ? (goRegExp(rules.url_versioning_pattern).regexp ?? NEVER)
      : undefined,
  }
}

const NEVER: GoRegExp = { test: () => false }

function subApis(definition: ApiDefinition): SubApis | undefined {
  const rules = definition.definition
  const apis = Object.entries(rules?.versions ?? {})
  if (rules?.enabled !== true || apis.length === 0) return undefined
  return { ...versioning(definition, rules.default ?? ''), ownName: rules.name ?? '', apis: new Map(apis) }
}

/** The version of an API that is not versioned: the only one, else the one that goes by a name for "default". */
function singleVersion(versions: ReadonlyMap<string, VersionRules>): VersionRules | undefined {
  const [only] = versions.values()
  if (versions.size === 1) return only
  const defaults = ['Default', 'default', ''].flatMap((name) => versions.get(name) ?? [])
  return defaults.length === 1 ? defaults[0] : undefined
}

function apiContext(definition: ApiDefinition, matching: PathMatching): ApiContext {
  const apiId = definition.api_id ?? ''
  const orgId = definition.org_id ?? ''
  const name = definition.name || apiId
  return {
    apiId,
    orgId,
    name,
    matching,
    ignoresKeyRate: definition.disable_rate_limit === true,
    ignoresKeyQuota: definition.disable_quota === true,
    concurrency: concurrencyLimit(definition.max_concurrency, {
      kind: 'api-concurrency',
      name: counterName('api-concurrency', escaped(orgId), apiId),
      scope: 'all callers',
      source: byApi({ apiId, name }),
    }),
  }
}

function apiRate(definition: ApiDefinition, { orgId, apiId, name }: ApiContext): Limit | undefined {
  const limit = definition.global_rate_limit
  if (!limit || limit.disabled === true) return undefined
  const labels = { kind: 'api-rate', scope: 'all callers', source: byApi({ apiId, name }) } as const
  return callersRate(limit, counterName('api-rate', escaped(orgId), apiId), labels)
}

/** A keyless API asks for no credential, but a client certificate it asks for all the same (section 4.3, step 8). */
function clientCertificates(definition: ApiDefinition): ReadonlySet<string> | undefined {
  if (definition.use_mutual_tls_auth !== true) return undefined
  const orgId = definition.org_id ?? ''
  // One of another organisation is nobody's here.
  const own = certificateUse(definition).client.filter((id) => id.startsWith(orgId))
  return new Set(own.map((id) => id.slice(orgId.length)))
}

function unsupportedAuth(definition: ApiDefinition): readonly string[] {
  const asked: [boolean | undefined, string][] = []
  if (definition.use_keyless !== true) {
    const token = definition.auth_configs?.authToken ?? definition.auth
    asked.push(
      [definition.use_basic_auth, 'basic authentication'],
      [definition.use_oauth2, 'OAuth 2'],
      [definition.external_oauth?.enabled, 'external OAuth'],
      [definition.use_openid, 'OpenID Connect'],
      [definition.enable_jwt, 'JSON Web Tokens'],
      [definition.enable_signature_checking, 'request signatures'],
      [definition.enable_coprocess_auth, 'plugins'],
      [definition.use_go_plugin_auth, 'Go plugins'],
      [token?.validate_signature, 'signatures of keys'],
    )
  }
  return asked.filter(([on]) => on === true).map(([, mode]) => mode)
}
