import type {
  BodyTransform,
  FinishResult,
  MessageBody,
  ReplyHead,
  UpstreamFailure,
} from '@tollgate/http1/exchange'
import type { VersionRules } from '@tollgate/model/definition/api-rules'
import type { Answer, Refusal } from './answer.ts'
import type { HeadEdits } from './head-edits.ts'
import type { ApiFacts, RequestContext, Slot } from './request-context.ts'
import type { Target } from './target.ts'

/**
 * A step of an API's chain. It takes part in the phases that it names, and costs nothing in the others. Its functions are
 * called alone: they have no `this`.
 */
export type Step = {
  readonly name: string
  /** On the way in, in order; the first that answers ends it. Synchronous unless it returns a promise. */
  readonly onRequest?: (context: RequestContext) => Answer | undefined | Promise<Answer | undefined>
  /** Chooses where the request goes; the first that does decides, else the version's own targets. */
  readonly onTarget?: (context: RequestContext) => Target | Answer | undefined
  /** Changes the head that goes upstream, when it is known where to. */
  readonly onUpstreamRequest?: (context: RequestContext, head: HeadEdits) => void
  /** The upstream's reply head is here; an answer takes the reply's place. */
  readonly onReplyHead?: (
    context: RequestContext,
    reply: Reply,
  ) => Answer | undefined | Promise<Answer | undefined>
  /** Makes the function through which the body of one reply streams; undefined where it stays as it is. */
  readonly onReplyBody?: (context: RequestContext, reply: Reply) => BodyTransform | undefined
  /** Once, when the answer is out or the client gone, however the request ended. */
  readonly onEnd?: (context: RequestContext, result: FinishResult) => void
}

/** The upstream's reply on its way back. */
export type Reply = {
  readonly head: ReplyHead
  readonly edits: HeadEdits
  readonly body: MessageBody
}

/** Hands out places for steps' own state; one per compiled version. */
export interface Slots {
  /** @param initial what a request holds until the step sets it */
  slot<T>(initial: T): Slot<T>
}

/** A step before it is made. `Plan` is what it needs to know of the API. */
export type StepFactory<Plan> = {
  readonly name: string
  /**
   * Made once for each version, when the API is compiled; undefined when the version does not ask for the step. Throws
   * `CompileError` when its options cannot be obeyed.
   */
  readonly create: (plan: Plan, version: VersionRules, slots: Slots) => Step | undefined
}

/** The functions of a chain by phase, in the order of its steps. */
export type Phases = {
  readonly request: readonly NonNullable<Step['onRequest']>[]
  readonly target: readonly NonNullable<Step['onTarget']>[]
  readonly upstreamRequest: readonly NonNullable<Step['onUpstreamRequest']>[]
  readonly replyHead: readonly NonNullable<Step['onReplyHead']>[]
  readonly replyBody: readonly NonNullable<Step['onReplyBody']>[]
  readonly end: readonly NonNullable<Step['onEnd']>[]
}

/** How a request to a target went: the status of the reply, or why there is none. */
export type UpstreamOutcome = number | UpstreamFailure

/** Chooses among targets, and is told how it went. */
export interface UpstreamSelector {
  pick(context: RequestContext): Target | Refusal
  report(target: Target, outcome: UpstreamOutcome): void
}

/** A version of an API, ready to serve. */
export type CompiledVersion = {
  readonly kind: 'version'
  readonly phases: Phases
  readonly upstreams: UpstreamSelector
}

/** The version that was asked for is another API. */
export type SubApi = { readonly kind: 'sub-api'; readonly api: ServedApi; readonly pathDrop: number }

/** An API as the pipeline runs it. */
export type ServedApi = ApiFacts & {
  /** Whether a path with an encoded slash is taken, and passed on as it was sent. */
  readonly allowsEncodedSlashes: boolean
  /** Chooses the version and sets it in the context; or answers. */
  readonly enter: (context: RequestContext) => CompiledVersion | SubApi | Answer
  /** What holds before a version is chosen, and where none is. */
  readonly phases: Phases
}
