import type { RefusalCode } from '@tollgate/model/judge/refusals'
import type { TraceStep } from '@tollgate/model/judge/verdict'
import type { LimitKind } from '@tollgate/model/limits/counters'
import type { SourceRef } from '@tollgate/model/source-ref'

/**
 * One finished request, as everybody reads it who wants to know what happened: log, counters, events, explanations.
 * Plain data that survives a structured clone. Never a secret, never a query.
 */
export type RequestRecord = {
  /** `X-Request-Id` of the answer. */
  readonly requestId: string
  /** Milliseconds since 1970 at which the head was there. */
  readonly atMs: number
  /** Empty where no API was concerned. */
  readonly orgId: string
  readonly apiId: string
  /** Name of the version; empty where none was chosen. */
  readonly version: string
  /** Public id; empty where no key was found. */
  readonly keyId: string
  readonly method: string
  /** The whole normalised path. */
  readonly path: string
  /** Status that was sent; 0 when none was. */
  readonly status: number
  /** Of the gate's own no; undefined when it said none. */
  readonly code: RefusalCode | undefined
  /** What the client was told, where that is not the code's own text; else empty. */
  readonly message: string
  /** Every step that was judged; the last one decided. */
  readonly trace: readonly TraceStep[]
  /** The limit that refused. */
  readonly limit: LimitReport | undefined
  /** The client's address, behind trusted proxies. */
  readonly clientAddress: string
  /** Bytes of the bodies. */
  readonly bytesIn: number
  readonly bytesOut: number
  /** From the head to the last byte of the answer. */
  readonly totalMs: number
  /** From sending the request to the upstream's reply head; -1 without an upstream. */
  readonly upstreamMs: number
  /** Empty where the request was not sent on. */
  readonly upstreamOrigin: string
  /** Whether everything that was promised reached the client. */
  readonly complete: boolean
  /** Stack of an unforeseen failure; empty where there was none. */
  readonly fault: string
}

/** The record of a request that the gate refused, or that failed behind it. */
export type RefusedRecord = RequestRecord & { readonly code: RefusalCode }

/** A limit as it stood when it refused; times in milliseconds since 1970, 0 = there is none. */
export type LimitReport = {
  readonly kind: LimitKind
  readonly words: string
  /** Whose budget it is, in words. */
  readonly scope: string
  /** Who set it. */
  readonly source: SourceRef
  readonly used: number
  readonly max: number
  readonly resetsAtMs: number
  readonly retryAtMs: number
}
