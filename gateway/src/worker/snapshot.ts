import { normalisePath } from '@tollgate/http1/syntax/path'
import type { Policy } from '@tollgate/model/access/policy'
import type { ApiDefinition } from '@tollgate/model/definition/api-definition'
import { eventHandlers } from '@tollgate/model/definition/api-events'
import type { ApiRules } from '@tollgate/model/definition/api-rules'
import { compileApi as compileDefinition } from '@tollgate/model/definition/compile-api'
import { problemText } from '@tollgate/model/definition/problem'
import type { TargetUrl } from '@tollgate/model/definition/target-url'
import type { FeatureName } from '@tollgate/model/features/index'
import type { TraceStep } from '@tollgate/model/judge/verdict'
import type { Change } from '@tollgate/storage/changes/changes'
import type { ApiRecord } from '@tollgate/storage/records/apis'
import type { CertificateRecord } from '@tollgate/storage/records/certificates'
import type { OrganisationSessionRecord } from '@tollgate/storage/records/organisation-sessions'
import type { PolicyRecord } from '@tollgate/storage/records/policies'
import type { Admission } from '../admission/admission.ts'
import { type Routed, type RouteTable, routeTable } from '../edge/route.ts'
import type { ApiTls } from '../edge/tls-certificates.ts'
import { chain } from '../pipeline/chain.ts'
import { CompileError } from '../pipeline/compile-error.ts'
import { type Next, refusal } from '../pipeline/middleware.ts'
import { type Targets, targets, upstreamTransport } from '../upstream/targets.ts'
import type { UpstreamPools } from '../upstream/upstream-pools.ts'
import { apiTls, missingCertificates, names } from './api-tls.ts'
import type { KeyCache, OrganisationKeys } from './key-cache.ts'
import { type OrganisationEntry, OrganisationRegistry } from './organisation-registry.ts'
import { CertificateMissing, type StoredCertificates } from './stored-certificates.ts'

/** What a step is made from. */
export type ApiPlan = {
  readonly definition: ApiDefinition
  readonly rules: ApiRules
  /** Whether any of its versions has something to do for the feature. */
  readonly isUsed: (feature: FeatureName) => boolean
  readonly keys: OrganisationKeys
  /** What limits the API's organisation as a whole. */
  readonly organisation: OrganisationEntry
  /** What requests are counted and admitted with. */
  readonly admission: Admission
  readonly certificates: StoredCertificates
  /** Targets of versions that have their own, by the version's name. */
  readonly versionTargets: ReadonlyMap<string, Targets>
  /** The API of that id in the same organisation, if it is active: for versions that are APIs of their own. */
  readonly sibling: (apiId: string) => CompiledApi | undefined
}

/** An API ready to serve. */
export type CompiledApi = Routed & {
  readonly orgId: string
  /** Switched on. An internal API can be a version of another one all the same. */
  readonly active: boolean
  /** Never reached from outside by itself. */
  readonly internal: boolean
  /** First step of every request on it. */
  readonly traceStep: TraceStep
  /** Its chain, from the first step to the upstream. */
  readonly run: Next
  readonly targets: Targets
  /** Lower-case name of the upstream's header with the real cost of a request; empty for none. */
  readonly costHeader: string
  readonly stripListenPath: boolean
  readonly preserveHost: boolean
  readonly disableStripSlash: boolean
  /** Takes paths with `%2F` in a segment. */
  readonly allowsEncodedSlashes: boolean
  /** Events that somebody wants to be told of. */
  readonly events: ReadonlySet<string>
  /** Gives back what it holds of shared things. */
  readonly release: () => void
}

/** What the snapshot compiles with. */
export type SnapshotTools = {
  readonly keys: KeyCache
  readonly admission: Admission
  readonly pools: UpstreamPools
  readonly certificates: StoredCertificates
  readonly looseEndpointMatching: boolean
  readonly strictRoutes: boolean
  /** An API could not be compiled; it is served as one that refuses everything. */
  readonly broken: (record: ApiRecord, reason: unknown) => void
  /** An API names certificates that its organisation does not have. */
  readonly certificatesMissing: (record: ApiRecord, ids: readonly string[]) => void
}

/** Every API and policy that a worker enforces. */
export interface Snapshot {
  /** The APIs that are served. */
  readonly routes: RouteTable<CompiledApi>
  /** Those that are switched off: only to say in the log why nothing was found. */
  readonly inactive: RouteTable<CompiledApi>
  policy(orgId: string, id: string): Policy | undefined
  /** What the APIs that are served add to TLS on the gateway's port. */
  tls(): ApiTls
  /** Puts changes in force: compiles what changed, nothing else, and swaps. */
  apply(changes: readonly Change[]): void
  close(): void
}

/** Compiles everything once. */
export function createSnapshot(
  apis: readonly ApiRecord[],
  policies: readonly PolicyRecord[],
  organisationSessions: readonly OrganisationSessionRecord[],
  tools: SnapshotTools,
): Snapshot {
  const records = new Map<string, { readonly record: ApiRecord; readonly compiled: CompiledApi }>()
  const byApiId = new Map<string, CompiledApi>()
  const policyRegistry = new PolicyRegistry()
  const organisations = new OrganisationRegistry(organisationSessions)
  for (const record of policies) policyRegistry.put(record)
  for (const record of apis) put(record)
  let { routes, inactive } = tables()

  function put(record: ApiRecord): void {
    const compiled = compile(record, tools, organisations.of(record.orgId), (apiId) => {
      const sibling = byApiId.get(apiId)
      return sibling?.active === true && sibling.orgId === record.orgId ? sibling : undefined
    })
    records.set(record.id, { record, compiled })
    byApiId.set(record.apiId, compiled)
  }

  function tables(): { routes: RouteTable<CompiledApi>; inactive: RouteTable<CompiledApi> } {
    const compiled = ordered().map((entry) => entry.compiled)
    return {
      routes: routeTable(
        compiled.filter((api) => api.active && !api.internal),
        tools.strictRoutes,
      ),
      inactive: routeTable(
        compiled.filter((api) => !api.active || api.internal),
        tools.strictRoutes,
      ),
    }
  }

  /** The older API keeps a listen path that two claim, whatever the order in which they were read. */
  function ordered() {
    return [...records.values()].sort(
      (a, b) => compareText(a.record.createdAt, b.record.createdAt) || compareText(a.record.id, b.record.id),
    )
  }

  /** APIs that name it are compiled anew: what was missing may be there, and what was there missing. */
  function applyCertificate(id: string, after: CertificateRecord | undefined): boolean {
    if (after === undefined) tools.certificates.remove(id)
    else tools.certificates.put(after)
    const naming = [...records.values()].filter(({ record }) => names(record.definition, id))
    for (const { record } of naming) applyApi(record.id, record)
    return naming.length > 0
  }

  function applyApi(id: string, after: ApiRecord | undefined): void {
    const before = records.get(id)?.compiled
    if (before !== undefined) byApiId.delete(before.apiId)
    if (after === undefined) records.delete(id)
    else put(after)
    // Released only now, so that a pool which both use stays open.
    before?.release()
  }

  return {
    get routes() {
      return routes
    },
    get inactive() {
      return inactive
    },
    policy: (orgId, id) => policyRegistry.find(orgId, id),
    tls: () =>
      apiTls(
        ordered().map(({ record }) => record),
        tools.certificates,
      ),
    apply(changes) {
      let apisChanged = false
      for (const change of changes) {
        if (change.kind === 'api') {
          applyApi(change.id, change.after)
          apisChanged = true
        } else if (change.kind === 'certificate') {
          apisChanged = applyCertificate(change.id, change.after) || apisChanged
        } else if (change.kind === 'policy') {
          policyRegistry.remove(change.orgId, change.id)
          if (change.after !== undefined) policyRegistry.put(change.after)
        } else if (change.kind === 'organisation-session') {
          organisations.put(change.orgId, change.after?.session)
        }
        tools.keys.apply(change)
      }
      if (!apisChanged) return
      ;({ routes, inactive } = tables())
      tools.keys.retain(new Set(Array.from(records.values(), ({ record }) => record.orgId)))
    },
    close() {
      for (const { compiled } of records.values()) compiled.release()
      records.clear()
    },
  }
}

/** Policies by organisation and by either of their ids; `_id` comes first where one's word is another's id. */
class PolicyRegistry {
  readonly #byId = new Map<string, Map<string, PolicyRecord>>()
  readonly #byWord = new Map<string, Map<string, PolicyRecord>>()

  find(orgId: string, id: string): Policy | undefined {
    const record = this.#byId.get(orgId)?.get(id) ?? this.#byWord.get(orgId)?.get(id)
    return record?.policy
  }

  put(record: PolicyRecord): void {
    inner(this.#byId, record.orgId).set(record.id, record)
    if (record.explicitId !== '') inner(this.#byWord, record.orgId).set(record.explicitId, record)
  }

  remove(orgId: string, id: string): void {
    const record = this.#byId.get(orgId)?.get(id)
    if (record === undefined) return
    this.#byId.get(orgId)?.delete(id)
    const words = this.#byWord.get(orgId)
    if (words?.get(record.explicitId) === record) words.delete(record.explicitId)
  }
}

function inner<V>(outer: Map<string, Map<string, V>>, key: string): Map<string, V> {
  const existing = outer.get(key)
  if (existing !== undefined) return existing
  const created = new Map<string, V>()
  outer.set(key, created)
  return created
}

type Sibling = ApiPlan['sibling']

function compile(
  record: ApiRecord,
  tools: SnapshotTools,
  organisation: OrganisationEntry,
  sibling: Sibling,
): CompiledApi {
  const missing = missingCertificates(record, tools.certificates)
  if (missing.length > 0) tools.certificatesMissing(record, missing)
  try {
    return compileApi(record, tools, organisation, sibling)
  } catch (error) {
    tools.broken(record, error)
    return brokenApi(record, error)
  }
}

function compileApi(
  record: ApiRecord,
  tools: SnapshotTools,
  organisation: OrganisationEntry,
  sibling: Sibling,
): CompiledApi {
  const { definition } = record
  const { api: rules, problems } = compileDefinition(definition, { loose: tools.looseEndpointMatching })
  if (rules === undefined) throw new CompileError(problems.map(problemText).join('; '))
  const routed = routedParts(record)
  const taken: Targets[] = []
  try {
    const main = takeTargets(rules, definition, rules.targets, tools, taken)
    const versionTargets = new Map<string, Targets>()
    for (const version of rules.versions.values()) {
      if (version.targets === rules.targets) continue
      versionTargets.set(version.name, takeTargets(rules, definition, version.targets, tools, taken))
    }
    const run = chain({
      definition,
      rules,
      isUsed: (feature) => rules.versions.values().some(({ inUse }) => inUse.has(feature)),
      keys: tools.keys.of(record.orgId),
      organisation,
      admission: tools.admission,
      certificates: tools.certificates,
      versionTargets,
      sibling,
    })
    return {
      ...routed,
      run,
      targets: main,
      costHeader: rules.costHeader,
      stripListenPath: definition.proxy?.strip_listen_path === true,
      preserveHost: definition.proxy?.preserve_host_header === true,
      disableStripSlash: definition.proxy?.disable_strip_slash === true,
      allowsEncodedSlashes: rules.allowsEncodedSlashes,
      events: new Set(eventHandlers(definition).keys()),
      release: () => release(taken),
    }
  } catch (error) {
    release(taken)
    throw error
  }
}

function release(taken: readonly Targets[]): void {
  for (const each of taken) each.release()
}

function takeTargets(
  rules: ApiRules,
  definition: ApiDefinition,
  urls: readonly TargetUrl[],
  { pools, certificates }: SnapshotTools,
  taken: Targets[],
): Targets {
  const list = targets(urls, upstreamTransport(rules, definition, certificates), pools)
  taken.push(list)
  return list
}

function routedParts(
  record: ApiRecord,
): Routed & Pick<CompiledApi, 'orgId' | 'active' | 'internal' | 'traceStep'> {
  const { definition, apiId } = record
  const written = definition.proxy?.listen_path ?? ''
  const listenPath = written === '' ? `/${apiId}/` : written
  return {
    apiId,
    orgId: record.orgId,
    domain: definition.domain_disabled === true ? '' : (definition.domain ?? ''),
    // Requests come in normal form; a listen path in another form would never match.
    listenPath: listenPath.includes('{') ? listenPath : (normalisePath(listenPath) ?? listenPath),
    active: definition.active !== false,
    internal: definition.internal === true,
    traceStep: { step: 'route', code: 'api', args: { name: definition.name || apiId } },
  }
}

/** What cannot be compiled is not open and not forgotten: it answers, and the log says why. */
function brokenApi(record: ApiRecord, error: unknown): CompiledApi {
  const reason = error instanceof CompileError ? error.message : 'its definition cannot be compiled'
  const code = error instanceof CertificateMissing ? 'certificate_unavailable' : 'internal'
  const answer = refusal(code, { step: 'route', code: 'api_unusable', args: { reason } })
  const parts = routedParts(record)
  return {
    ...parts,
    listenPath: parts.listenPath.includes('{') ? `/${record.apiId}/` : parts.listenPath,
    run: () => answer,
    targets: NO_TARGETS,
    costHeader: '',
    stripListenPath: false,
    preserveHost: false,
    disableStripSlash: false,
    allowsEncodedSlashes: false,
    events: NO_EVENTS,
    release: () => {},
  }
}

const NO_EVENTS: ReadonlySet<string> = new Set()

const NO_TARGETS: Targets = {
  pick() {
    throw new CompileError('the API has no targets')
  },
  release() {},
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
