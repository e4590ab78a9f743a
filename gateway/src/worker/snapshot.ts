import { normalisePath } from '@tollgate/http1/syntax/path'
import type { Policy } from '@tollgate/model/access/policy'
import type { ApiEvent } from '@tollgate/model/definition/api-events'
import type { VersionRules } from '@tollgate/model/definition/api-rules'
import { compileApi as compileDefinition } from '@tollgate/model/definition/compile-api'
import { problemText } from '@tollgate/model/definition/problem'
import type { TargetUrl } from '@tollgate/model/definition/target-url'
import type { TraceStep } from '@tollgate/model/judge/verdict'
import type { Change } from '@tollgate/storage/changes/changes'
import type { ApiRecord } from '@tollgate/storage/records/apis'
import type { CertificateRecord } from '@tollgate/storage/records/certificates'
import type { OrganisationSessionRecord } from '@tollgate/storage/records/organisation-sessions'
import type { PolicyRecord } from '@tollgate/storage/records/policies'
import type { Admission } from '../admission/admission.ts'
import { listenPattern, type Routed, type RouteTable, routeTable } from '../edge/route.ts'
import type { ApiTls } from '../edge/tls-certificates.ts'
import { refusal } from '../pipeline/answer.ts'
import { compilePhases, phasesOf } from '../pipeline/compile.ts'
import { CertificateMissing, CompileError } from '../pipeline/compile-error.ts'
import type { CompiledVersion, ServedApi, Step, StepFactory, UpstreamSelector } from '../pipeline/step.ts'
import { events } from '../steps/events.ts'
import { chooseVersion } from '../steps/version.ts'
import { inTurn } from '../upstream/selector.ts'
import { type Targets, targets, upstreamTransport } from '../upstream/targets.ts'
import type { UpstreamPools } from '../upstream/upstream-pools.ts'
import { apiTls, missingCertificates, names } from './api-tls.ts'
import type { KeyCache } from './key-cache.ts'
import { type OrganisationEntry, OrganisationRegistry } from './organisation-registry.ts'
import type { ApiPlan } from './steps.ts'
import type { StoredCertificates } from './stored-certificates.ts'

/** An API ready to serve. */
export type CompiledApi = ServedApi &
  Routed & {
    /** Switched on. An internal API can be a version of another one all the same. */
    readonly active: boolean
    /** Never reached from outside by itself. */
    readonly internal: boolean
    /** Why nobody outside reaches it, where it is switched off or internal. */
    readonly absentStep: TraceStep
    /** Gives back what it holds of shared things. */
    readonly release: () => void
  }

/** What the snapshot compiles with. */
export type SnapshotTools = {
  readonly keys: KeyCache
  /** In the order in which they run. */
  readonly steps: readonly StepFactory<ApiPlan>[]
  /** What every request ends with, whatever becomes of it. */
  readonly recording: Step
  readonly onEvent: (event: ApiEvent) => void
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

type Sibling = (apiId: string) => CompiledApi | undefined

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
    return brokenApi(record, error, tools)
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
  // What was stored before a rule was made may not keep it.
  if (rules === undefined) throw new CompileError(problems.map(problemText).join('; '))
  const routed = routedParts(record)
  if (routed.listenPath.includes('{')) listenPattern(routed.listenPath)
  const taken: Targets[] = []
  try {
    const ends = [events(definition, tools.onEvent), tools.recording].filter((step) => step !== undefined)
    const plan: ApiPlan = {
      definition,
      rules,
      keys: tools.keys.of(record.orgId),
      organisation,
      admission: tools.admission,
      certificates: tools.certificates,
    }
    const transport = upstreamTransport(rules, definition, tools.certificates)
    const take = (urls: readonly TargetUrl[]): UpstreamSelector => {
      const list = targets(urls, transport, tools.pools)
      taken.push(list)
      return inTurn(list)
    }
    const main = take(rules.targets)
    const versions = new Map<VersionRules, CompiledVersion>()
    for (const version of rules.versions.values()) {
      const upstreams = version.targets === rules.targets ? main : take(version.targets)
      versions.set(version, {
        kind: 'version',
        phases: compilePhases(tools.steps, plan, version, ends),
        upstreams,
      })
    }
    return {
      ...routed,
      allowsEncodedSlashes: rules.allowsEncodedSlashes,
      enter: chooseVersion({ rules, versions, sibling }),
      phases: phasesOf(ends),
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

function routedParts(
  record: ApiRecord,
): Omit<CompiledApi, 'enter' | 'phases' | 'release' | 'allowsEncodedSlashes'> {
  const { definition, apiId } = record
  const { proxy } = definition
  const active = definition.active !== false
  const args = { name: definition.name || apiId }
  const written = proxy?.listen_path ?? ''
  const listenPath = written === '' ? `/${apiId}/` : written
  return {
    apiId,
    orgId: record.orgId,
    domain: definition.domain_disabled === true ? '' : (definition.domain ?? ''),
    // Requests come in normal form; a listen path in another form would never match.
    listenPath: listenPath.includes('{') ? listenPath : (normalisePath(listenPath) ?? listenPath),
    active,
    internal: definition.internal === true,
    absentStep: { step: 'route', code: active ? 'api_internal' : 'api_inactive', args },
    traceStep: { step: 'route', code: 'api', args },
    stripListenPath: proxy?.strip_listen_path === true,
    preserveHost: proxy?.preserve_host_header === true,
    disableStripSlash: proxy?.disable_strip_slash === true,
  }
}

/** What cannot be compiled is not open and not forgotten: it answers, and the log says why. */
function brokenApi(record: ApiRecord, error: unknown, { recording }: SnapshotTools): CompiledApi {
  const reason = error instanceof CompileError ? error.message : 'its definition cannot be compiled'
  const code = error instanceof CertificateMissing ? 'certificate_unavailable' : 'internal'
  const answer = refusal(code, { step: 'route', code: 'api_unusable', args: { reason } })
  const parts = routedParts(record)
  return {
    ...parts,
    listenPath: parts.listenPath.includes('{') ? `/${record.apiId}/` : parts.listenPath,
    allowsEncodedSlashes: false,
    enter: () => answer,
    phases: phasesOf([recording]),
    release: () => {},
  }
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
