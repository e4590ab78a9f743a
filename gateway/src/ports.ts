import type { ApiRecord } from '@tollgate/storage/apis'
import type { PolicyRecord } from '@tollgate/storage/policies'

/** What a worker is started with; everything in it survives a structured clone. */
export type WorkerSetup = {
  readonly worker: number
  readonly host: string
  readonly port: number
  /** The counters that all workers and the main thread share. */
  readonly counterTable: SharedArrayBuffer
  /** Where keys are looked up: the path of an SQLite file, or a postgres:// URL. */
  readonly keySource: { readonly kind: 'sqlite'; readonly file: string } | { readonly kind: 'postgres'; readonly url: string }
  readonly pepper: string
  /** Unix socket (or loopback port) of the control API in the main thread. */
  readonly controlSocket: string
  readonly apis: readonly ApiRecord[]
  readonly policies: readonly PolicyRecord[]
  readonly revision: number
  readonly settings: GatewaySettings
}

/** Settings of the data plane; each is a named limit of the configuration. */
export type GatewaySettings = {
  /** Entries of each worker's cache of compiled keys (and, apart, of unknown credentials). */
  readonly keyCacheEntries: number
  /** Default time for an upstream's reply head, milliseconds. */
  readonly upstreamTimeoutMs: number
  readonly upstreamConnectTimeoutMs: number
  readonly upstreamIdleTimeoutMs: number
  readonly upstreamConnections: number
  readonly clientHeaderTimeoutMs: number
  readonly clientIdleTimeoutMs: number
  readonly clientBodyTimeoutMs: number
  readonly maxHeaderBytes: number
  readonly maxHeaderCount: number
  readonly maxBodyBytes: number
  /** Peers whose X-Real-IP and X-Forwarded-For count; CIDRs. */
  readonly trustedProxies: readonly string[]
  /** Name put into X-Generator on the gate's own errors; empty = the header is not sent. */
  readonly generator: string
  /** false: path patterns match as a prefix in whole segments; true: unanchored, as a regular expression anywhere. */
  readonly looseEndpointMatching: boolean
  /** Log every request, or only refusals and failures. */
  readonly logRequests: 'all' | 'refused' | 'none'
}
