import type { ApiLevel, FeatureName, Gate, OperationLevel, VersionLevel } from '../features/index.ts'
import type { Listing } from '../features/path-lists.ts'
import type { TraceStep } from '../judge/verdict.ts'
import type { EndpointIndex } from './endpoint-index.ts'

type Compiled<Feature> = Feature extends { readonly compile: (...args: never) => infer Value } ? Value : never

/** A slot per feature of a path; one without a rule is undefined. */
export type EndpointSlots = {
  readonly [Feature in OperationLevel as Feature['slot']]:
    | (Compiled<Feature> extends readonly { readonly value: infer Setting }[] ? Setting : never)
    | undefined
}

/** What the rules for a path came to. Frozen, and shared by all requests that match alike. */
export type EndpointSettings = EndpointSlots & {
  /** The list that the path is on: the first of them decides. */
  readonly listing: Listing | undefined
}

/** One version of an API, compiled: a slot per feature of a version. */
export type VersionRules = {
  readonly [Feature in VersionLevel as Feature['slot']]: Compiled<Feature>
} & {
  readonly name: string
  readonly traceStep: TraceStep
  /** What is judged of the version before the path is looked up. */
  readonly gates: readonly Gate[]
  readonly endpoints: EndpointIndex<EndpointSlots, EndpointSettings>
  /** Whether a path on no list is refused. */
  readonly isAllowListed: boolean
  /** Features that have something to do for requests of this version. */
  readonly inUse: ReadonlySet<FeatureName>
}

/** An API definition, compiled so that judging a request reads plain values: a slot per feature of an API. */
export type ApiRules = {
  readonly [Feature in ApiLevel as Feature['slot']]: Compiled<Feature>
} & {
  readonly apiId: string
  readonly orgId: string
  readonly name: string
  /** What is judged of the API before a version is chosen. */
  readonly gates: readonly Gate[]
  readonly versions: ReadonlyMap<string, VersionRules>
  /** The version of a not-versioned API; undefined when the definition leaves open which one it is. */
  readonly single: VersionRules | undefined
  readonly traceSteps: { readonly route: TraceStep; readonly keyless: TraceStep; readonly ignored: TraceStep }
}
