import type { Upstream } from '@tollgate/http1/exchange'

/** One place that requests of an API may be sent to. */
export type Target = {
  readonly kind: 'target'
  readonly upstream: Upstream
  /** Value of `Host` unless the client's own is preserved. */
  readonly authority: string
  /** Path of the target URL without trailing slashes; empty for the root. */
  readonly path: string
  /** The same with the slashes it was written with. */
  readonly pathAsWritten: string
  /** Query of the target URL without `?`. */
  readonly query: string
  /** What stands before the path of a request that a proxy is asked to pass on; else empty. */
  readonly prefix: string
  /** Header lines for that proxy. */
  readonly proxyLines: string
}
