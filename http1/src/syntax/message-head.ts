/** A validated request head. Headers are three parallel arrays so that nothing is built that nobody reads. */
export type RequestHead = {
  readonly method: string
  /** The target in origin form, as received: path and query, or `*`. An absolute target was reduced to this. */
  readonly target: string
  /** `target` up to the first `?`, as received (not normalised, not decoded). */
  readonly path: string
  /** `target` after the first `?`; empty when there is none. */
  readonly query: string
  /** The authority: of an absolute target, else of the Host header; lower case, with port if one was given. */
  readonly host: string
  /** 0 or 1 of HTTP/1.x. */
  readonly minorVersion: 0 | 1
  /** Lower-case names, interned; `rawNames[i]` is the name as received, `values[i]` its value, outer white space removed. */
  readonly names: readonly string[]
  readonly rawNames: readonly string[]
  readonly values: readonly string[]
  /** Bytes of the body by Content-Length, 0 for none, `CHUNKED` (-1) for chunked. */
  readonly bodyLength: number
  readonly keepAlive: boolean
  readonly expectsContinue: boolean
  /**
   * Protocols of an `Upgrade` that `Connection` nominates, lower case, as a list; empty when there is none that may be
   * tunnelled (`h2c` and `tls` would pass the gate unread), or when the request has a body.
   */
  readonly upgrade: string
}

/** A validated reply head of an upstream. */
export type ReplyHead = {
  readonly status: number
  readonly names: readonly string[]
  readonly rawNames: readonly string[]
  readonly values: readonly string[]
  /** Bytes of the body; 0 for none (HEAD, 204, 304 too), `CHUNKED` (-1), `UNTIL_CLOSE` (-2). */
  readonly bodyLength: number
}

export const CHUNKED = -1
export const UNTIL_CLOSE = -2
