import type { CompileContext, Document, MethodSetting } from '../features/feature.ts'
import {
  apiFeatures,
  type FeatureName,
  features,
  gatesOf,
  judgesOfApi,
  judgesOfVersion,
  keptOperations,
  operationFeatures,
  unsupported,
  versionFeatures,
} from '../features/index.ts'
import { PLAIN_LISTS, pathLists } from '../features/path-lists.ts'
import { DEFAULT_NAMES } from '../features/versioning.ts'
import type { TraceStep } from '../judge/verdict.ts'
import { type ApiDefinition, VersionInfo } from './api-definition.ts'
import type { ApiRules, EndpointSettings, EndpointSlots, VersionRules } from './api-rules.ts'
import { EndpointIndex, type IndexPlace, type PathRule, type SlotRules } from './endpoint-index.ts'
import { identityProblems } from './identity.ts'
import { type PathMatching, pathPattern } from './path-pattern.ts'
import { type Problem, Report } from './problem.ts'

/** What compilation comes to: `api` is undefined when anything is wrong. */
export type CompiledDefinition = {
  readonly api: ApiRules | undefined
  /** What keeps the definition from being served. */
  readonly problems: readonly Problem[]
  /** What is asked for and not done, or done in another way than one may think. */
  readonly warnings: readonly Problem[]
}

/**
 * Compiles a definition (gateway contract, sections 4 and 6.1), which is how it is validated: what comes without a problem
 * can be served. Pure; never throws on a definition that passed its schema. Expects the defaults to be filled in.
 */
export function compileApi(definition: ApiDefinition, matching: PathMatching = {}): CompiledDefinition {
  const report = new Report()
  const api = compileRules(definition, matching, report)
  const { problems, warnings } = report
  return { api: problems.length === 0 ? api : undefined, problems, warnings }
}

/**
 * Compiles a definition whatever is wrong with it, for who describes it: what cannot be compiled matches nothing, and a time
 * that cannot be read is past.
 */
export function compileRules(
  definition: ApiDefinition,
  matching: PathMatching = {},
  report: Report = new Report(),
): ApiRules {
  identityProblems(definition, report)
  const context: CompileContext = {
    apiId: definition.api_id ?? '',
    orgId: definition.org_id ?? '',
    name: definition.name || (definition.api_id ?? ''),
    api: {},
    matching,
    report,
  }
  const slots = compileSlots(apiFeatures, definition, context)
  for (const { asked, kept } of unsupported) {
    const path = asked(definition)
    if (path !== undefined) report.warning(path, 'not_obeyed', kept)
  }
  const place = {
    listenPath: String(slots.listenPath),
    hasVersionInPath: definition.definition?.location === 'url',
  }
  const versions = compileVersions(definition, { ...context, api: slots }, place)
  const rules = {
    // First, so that what every request reads is at hand.
    apiId: context.apiId,
    orgId: context.orgId,
    name: context.name,
    gates: gatesOf(judgesOfApi, slots),
    ...slots,
    versions,
    single: singleVersion(versions),
    traceSteps: {
      route: { step: 'route', code: 'api', args: { name: context.name } },
      keyless: { step: 'credential', code: 'api_keyless' },
      ignored: { step: 'path', code: 'path_ignored' },
    },
  }
  // `slots` holds what each feature of an API came to, by its slot.
  const api = rules as unknown as ApiRules
  checkProxy(api, definition, report)
  return api
}

/** A feature as the fold sees it: what it compiles to is known by its slot. */
type AnyFeature = {
  readonly name: FeatureName
  readonly slot: string
  compile(document: Document, context: CompileContext): unknown
}

function compileSlots(
  list: readonly { readonly name: FeatureName; readonly slot: string }[],
  document: Document,
  context: CompileContext,
): Readonly<Record<string, unknown>> {
  // Each feature reads its own fields of a document that its schema has accepted.
  const all = list as readonly AnyFeature[]
  return Object.fromEntries(all.map((feature) => [feature.slot, feature.compile(document, context)]))
}

/** An HTTP proxy speaks HTTP/1.1: a tunnel to a target that is spoken to in HTTP/2 is not made. */
function checkProxy(api: ApiRules, { protocol = '' }: ApiDefinition, report: Report): void {
  if (api.forwardProxy === undefined) return
  const all = [...api.versions.values()].flatMap((version) => version.targets)
  const speaksHttp2 = isHttp2(protocol)
  if (all.some((one) => one.isPlainHttp2 || (one.isSecure && speaksHttp2)))
    report.problem(['proxy', 'transport', 'proxy_url'], 'conflict', 'cannot be used with HTTP/2 targets')
}

/** Whether a definition's `protocol` asks for HTTP/2 to targets with TLS. */
export function isHttp2(protocol: string): boolean {
  return ['h2', 'h2c', 'grpc', 'grpcs'].includes(protocol.toLowerCase())
}

function compileVersions(
  definition: ApiDefinition,
  context: CompileContext,
  place: Pick<IndexPlace, 'listenPath' | 'hasVersionInPath'>,
): ReadonlyMap<string, VersionRules> {
  const named = Object.entries(definition.version_data?.versions ?? {})
  const listed: readonly (readonly [string, VersionInfo])[] =
    named.length === 0 ? [['Default', VersionInfo.parse({})]] : named
  const report = context.report.within('version_data', 'versions')
  return new Map(
    listed.map(([name, info]) => {
      const matching = {
        ...context.matching,
        ignoreCase: info.ignore_endpoint_case === true || context.matching.ignoreCase === true,
      }
      const own = { ...context, matching, report: report.within(name) }
      return [name, compileVersion(name, info, own, { ...place, matching })]
    }),
  )
}

function compileVersion(
  name: string,
  info: VersionInfo,
  context: CompileContext,
  place: IndexPlace,
): VersionRules {
  const rules = info.use_extended_paths === true ? extendedRules(info, context) : plainRules(info, context)
  const slots = compileSlots(versionFeatures, info, context)
  const traceStep: TraceStep =
    name === ''
      ? { step: 'version', code: 'version_none' }
      : { step: 'version', code: 'version', args: { name } }
  const isExtended = info.use_extended_paths === true
  const allowed = isExtended ? info.extended_paths?.white_list : info.paths?.white_list
  const version = {
    name,
    traceStep,
    gates: gatesOf(judgesOfVersion, slots),
    ...slots,
    endpoints: new EndpointIndex<EndpointSlots, EndpointSettings>(rules, place, withListing),
    isAllowListed: (allowed ?? []).some((entry) => typeof entry === 'string' || entry.disabled !== true),
    inUse: inUse(context.api, slots, rules),
  }
  // `slots` holds what each feature of a version came to, by its slot.
  return version as unknown as VersionRules
}

function withListing(slots: EndpointSlots): EndpointSettings {
  const first = pathLists.find(({ slot }) => slots[slot] !== undefined)
  return { ...slots, listing: first && slots[first.slot] }
}

/** The features that have something to do: whose slot holds more than nothing. */
function inUse(
  api: Document,
  version: Document,
  rules: Readonly<Record<string, readonly unknown[]>>,
): ReadonlySet<FeatureName> {
  const slotsAt = { api, version, operation: rules }
  const used = features.filter(({ level, slot }) => !isNothing(slotsAt[level][slot]))
  return new Set(used.map(({ name }) => name))
}

function isNothing(value: unknown): boolean {
  if (value === undefined || value === false || value === 0 || value === '') return true
  if (Array.isArray(value)) return value.length === 0
  return value instanceof Map && value.size === 0
}

/** The version of an API that is not versioned: the only one, else the one that goes by a name for "default". */
function singleVersion(versions: ReadonlyMap<string, VersionRules>): VersionRules | undefined {
  const [only] = versions.values()
  if (versions.size === 1) return only
  const defaults = DEFAULT_NAMES.flatMap((name) => versions.get(name) ?? [])
  return defaults.length === 1 ? defaults[0] : undefined
}

type AnyRules = Record<string, PathRule<unknown>[]>

/** The rules of `extended_paths`, kind by kind; a warning for each kind that is not done. */
function extendedRules(info: VersionInfo, context: CompileContext): SlotRules<EndpointSlots> {
  const report = context.report.within('extended_paths')
  const lists: Document = info.extended_paths ?? {}
  for (const { list, kept } of keptOperations) {
    const entries = lists[list]
    if (Array.isArray(entries) && entries.some(isInForce)) report.warning([list], 'not_obeyed', kept)
  }
  return rulesBySlot((feature) => {
    const { list } = feature
    // The schema has given each list the fields of its feature.
    const entries = (lists[list] ?? []) as readonly Entry[]
    return entries.flatMap((entry, index) =>
      entry.disabled === true
        ? []
        : entryRules(feature, entry, context, report.within(list, index), ['path']),
    )
  })
}

/** The rules of a version that goes by plain lists of paths. */
function plainRules(info: VersionInfo, context: CompileContext): SlotRules<EndpointSlots> {
  const report = context.report.within('paths')
  return rulesBySlot((feature) => {
    const list = PLAIN_LISTS.find((plain) => plain === feature.list)
    const paths = list === undefined ? [] : (info.paths?.[list] ?? [])
    return paths.flatMap((path, index) =>
      entryRules(feature, { path }, context, report.within(feature.list, index), []),
    )
  })
}

type Entry = {
  readonly path: string
  readonly disabled?: boolean | undefined
  readonly ignore_case?: boolean | undefined
}
type AnyOperation = {
  readonly slot: string
  readonly list: string
  compile(entry: Entry, context: CompileContext): readonly MethodSetting<unknown>[]
}

function rulesBySlot(
  rulesOf: (feature: AnyOperation) => readonly PathRule<unknown>[],
): SlotRules<EndpointSlots> {
  // Each feature reads entries with its own fields.
  const all = operationFeatures as readonly unknown[] as readonly AnyOperation[]
  const rules: AnyRules = Object.fromEntries(all.map((feature) => [feature.slot, [...rulesOf(feature)]]))
  // Each slot has the rules of its feature.
  return rules as unknown as SlotRules<EndpointSlots>
}

/** @param at where the pattern stands in the entry */
function entryRules(
  feature: AnyOperation,
  entry: Entry,
  context: CompileContext,
  report: Report,
  at: readonly string[],
): readonly PathRule<unknown>[] {
  const { matching } = context
  const ignoreCase = matching.ignoreCase === true || entry.ignore_case === true
  const path = pathPattern(entry.path, { ...matching, ignoreCase })
  if (path.problem !== undefined) report.problem(at, 'malformed', path.problem)
  return feature.compile(entry, { ...context, report }).map(({ method, value }) => ({ path, method, value }))
}

function isInForce(entry: unknown): boolean {
  return typeof entry !== 'object' || entry === null || Reflect.get(entry, 'disabled') !== true
}
