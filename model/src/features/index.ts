import type { Why } from '../judge/refused.ts'
import type { RequestFacts } from '../judge/request-facts.ts'
import { authToken, keyless } from './auth-token.ts'
import { clientCertificates } from './client-certificates.ts'
import { apiEventHandlers } from './event-handlers.ts'
import { expiration, versionExpiration } from './expiration.ts'
import type { Subject } from './feature.ts'
import { hardTimeout } from './hard-timeout.ts'
import { globalHeaders, globalReplyHeaders, replyHeaders, requestHeaders } from './header-changes.ts'
import { ipAllowList, ipBlockList } from './ip-lists.ts'
import { keptFeatures, keptOperations } from './kept.ts'
import { costHeader, limits, pathRateLimit, requestCost } from './limits.ts'
import { organisationSwitch } from './organisation-switch.ts'
import { otherMethods, unsupportedAuth } from './other-authentication.ts'
import { pathLists } from './path-lists.ts'
import { domain, encodedSlashes, listenPath } from './routing.ts'
import { pathSizeLimit, sizeLimit } from './size-limit.ts'
import { internalApi, switchedOn } from './switched-on.ts'
import { targets, versionTarget } from './targets.ts'
import { forwardProxy, upstreamTls } from './upstream-transport.ts'
import { subApis, versioning } from './versioning.ts'

/**
 * Every behaviour of an API, in THE order in which a request meets them (gateway contract, section 4.3).
 *
 * Folds over this list make the schema of a definition (`definition/api-definition.ts`), its compilation and its problems
 * and warnings (`definition/compile-api.ts`), the judgement (`judge/judge-request.ts`, `judge/judge-version.ts`), the
 * dashboard's kinds of rules and what it says is not done. A behaviour that is added needs its file here, one line in the
 * list, and its step in the gateway.
 *
 * What the gateway takes from the model:
 * - `compileApi(definition, matching)`: `api` is what it serves. Each slot of `ApiRules` and of a version's `VersionRules`
 *   is what one feature came to; `version.inUse` names the features that have anything to do there, so that a chain holds
 *   only those. It is undefined where there are problems; then the definition is not served.
 * - `judgeVersion`: chooses the version and looks the path up. What passes brings `endpoint`, the settings of the path: one
 *   frozen record with a slot per feature of a path, matched once per request.
 * - `featureNames`: the order of its steps, which bear the names of the features.
 */
export const features = [
  listenPath,
  domain,
  internalApi,
  encodedSlashes,
  switchedOn,
  expiration,
  subApis,
  versioning,
  versionExpiration,
  ...pathLists,
  ipAllowList,
  ipBlockList,
  clientCertificates,
  organisationSwitch,
  sizeLimit,
  pathSizeLimit,
  unsupportedAuth,
  keyless,
  authToken,
  versionTarget,
  pathRateLimit,
  requestCost,
  limits,
  globalHeaders,
  requestHeaders,
  hardTimeout,
  targets,
  forwardProxy,
  upstreamTls,
  costHeader,
  globalReplyHeaders,
  replyHeaders,
  apiEventHandlers,
] as const

/** What a definition may ask for and is not done: fields and kinds of rules that are kept. */
export const unsupported = [...otherMethods, ...keptFeatures] as const
export { keptOperations }

/** Names in THE order. */
export const featureNames: readonly FeatureName[] = features.map(({ name }) => name)
export type FeatureName = Feature['name']

export type Feature = (typeof features)[number]
export type ApiLevel = Extract<Feature, { readonly level: 'api' }>
export type VersionLevel = Extract<Feature, { readonly level: 'version' }>
export type OperationLevel = Extract<Feature, { readonly level: 'operation' }>

export const apiFeatures: readonly ApiLevel[] = features.filter((feature) => feature.level === 'api')
export const versionFeatures: readonly VersionLevel[] = features.filter(
  (feature) => feature.level === 'version',
)
/** Kinds of rules for single paths, in the order in which they are judged. */
export const operationFeatures: readonly OperationLevel[] = features.filter(
  (feature) => feature.level === 'operation',
)

/** A judge with the slot that it reads; what the slot holds is what its own feature has compiled. */
export type SlotJudge = {
  readonly name: FeatureName
  readonly level: Feature['level']
  readonly slot: string
  readonly judge?: (
    compiled: unknown,
    facts: RequestFacts,
    nowMs: number,
    subject: Subject,
  ) => Why | undefined
  readonly isIdle?: (compiled: unknown) => boolean
  readonly notJudged?: (compiled: unknown, facts: RequestFacts) => string | undefined
}

/** A judge with what it judges by. */
export type Gate = { readonly judge: NonNullable<SlotJudge['judge']>; readonly compiled: unknown }

/** The judges that have anything to say, so that a request meets no others. */
export function gatesOf(judges: readonly SlotJudge[], slots: object): readonly Gate[] {
  return judges.flatMap(({ judge, slot, isIdle }) => {
    const compiled = slotOf(slots, slot)
    return judge === undefined || isIdle?.(compiled) === true ? [] : [{ judge, compiled }]
  })
}

function stretch(from: number, to: number): readonly SlotJudge[] {
  // A judge is given what its own feature has compiled.
  return features.slice(from, to) as readonly unknown[] as readonly SlotJudge[]
}

const versionAt = featureNames.indexOf('versioning')
const pathAt = featureNames.indexOf('mock-response')
const isJudge = ({ judge }: SlotJudge) => judge !== undefined

/** Judged before a version is chosen. */
export const judgesOfApi = stretch(0, versionAt).filter(isJudge)
/** Judged of the version, before the path is looked up. */
export const judgesOfVersion = stretch(versionAt, pathAt).filter(isJudge)
/** Everything that comes after the lists of paths. */
export const featuresAfterPath = stretch(pathAt + pathLists.length, features.length)

/** What a feature came to, by its slot. */
export function slotOf(slots: object, slot: string): unknown {
  // Compiled APIs, versions and settings of paths are plain records of slots.
  return (slots as Readonly<Record<string, unknown>>)[slot]
}
