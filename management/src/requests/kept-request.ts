import type { RefusalCode } from '@tollgate/model/judge/refusals'
import type { TraceStep } from '@tollgate/model/judge/verdict'
import type { SourceRef } from '@tollgate/model/source-ref'

/** A request that the gateway refused or that failed, as it is kept for a while; never a secret, never a query. */
export type KeptRequest = {
  readonly requestId: string
  /** Milliseconds since 1970 at which it was noted. */
  readonly atMs: number
  readonly method: string
  readonly path: string
  readonly status: number
  readonly code: RefusalCode
  /** What the client was told, where that is not the code's own text; else empty. */
  readonly message: string
  /** Empty when no API was concerned. */
  readonly apiId: string
  readonly orgId: string
  /** Public id; empty when no key was found. */
  readonly keyId: string
  /** The limit that refused; null when it was something else. */
  readonly limit: KeptLimit | null
  /** The step that decided is the last. */
  readonly trace: readonly TraceStep[]
}

/** A limit as it stood when it refused; times in milliseconds since 1970, 0 = there is none. */
export type KeptLimit = {
  readonly words: string
  readonly scope: string
  readonly source: SourceRef
  readonly used: number
  readonly max: number
  readonly resetsAtMs: number
  readonly retryAtMs: number
}

/** Finds a request that is still kept, also one that is on its way from the gateway. */
export type FindRequest = (requestId: string) => Promise<KeptRequest | undefined>
