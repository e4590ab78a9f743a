import type { ClientTls } from './judge-certificate.ts'

/** What judging needs to know of a request. The gateway's own request object implements it, so nothing is copied. */
export interface RequestFacts {
  readonly method: string
  /** Normalised path without the listen path; always starts with `/`. */
  readonly path: string
  /** The whole normalised path. */
  readonly fullPath: string
  /** The raw query, without `?`. */
  readonly query: string
  /** What the connection says of the client; absent = it is plain. */
  readonly clientTls?: ClientTls | undefined
  /** The client's address, behind trusted proxies; absent = it is not known. */
  readonly clientIp?: string | undefined
  /** Bytes of the body, by the length that the request states. */
  readonly bodyLength?: number
  /** Value of a header by its lower-case name; undefined when it was not sent. */
  header(lowerName: string): string | undefined
}
