import type { Limit } from './counters.ts'
import type { Policy } from './policy.ts'
import type { Session } from './session.ts'

/** A value and where it was set, in words: "key", "policy gold (64f0…)", "API orders", "default". */
export type Sourced<T> = { readonly value: T; readonly source: string }

/** What one key may do with one API, compiled so that judging a request allocates nothing. */
export type ApiAccess = {
  readonly apiId: string
  readonly apiName: string
  /** Names of versions; empty = none named (a not-versioned API goes by "Default"). */
  readonly versions: Sourced<readonly string[]>
  /** Empty = every URL. */
  readonly allowedUrls: Sourced<readonly { readonly url: RegExp; readonly methods: readonly string[] }[]>
  readonly rate: Limit | undefined
  readonly quota: Limit | undefined
  /** `endpoints[]` of the access right: its rate replaces `rate` for that path and method. */
  readonly endpoints: readonly { readonly path: RegExp; readonly method: string; readonly rate: Limit | undefined }[]
  /** What `X-RateLimit-*` shows when there is no counting quota (section 4.5): the stored values, -1 = unlimited. */
  readonly quotaMax: number
  readonly quotaRemaining: number
  readonly quotaRenews: number
}

/** Every right and limit of one key in force, each with its source; a pure function of the session and its policies. */
export type EffectiveAccess = {
  readonly keyId: string
  readonly orgId: string
  readonly alias: string
  readonly inactive: Sourced<boolean>
  /** Milliseconds since 1970; 0 = never. */
  readonly expiresAtMs: number
  /** Rights by api_id. */
  readonly apis: ReadonlyMap<string, ApiAccess>
  /** A key without any access right opens every API of its organisation ("master key"); its limits are these. */
  readonly master: ApiAccess | undefined
  /** Set when policies are listed but none of them can be applied: such a key opens nothing. */
  readonly unusable: string | undefined
  /** Ids of the policies that were applied. */
  readonly policies: readonly string[]
  /** The session with its policies applied: what a read of the key shows. */
  readonly session: Session
}

/** A key as `effectiveAccess` needs it. */
export type KeyFacts = { readonly id: string; readonly orgId: string; readonly session: Session }

/** Finds a policy by either of its ids within an organisation. */
export type FindPolicy = (id: string) => Policy | undefined
