import type { KeyUses } from '@tollgate/analytics/key-uses'
import type { ApiEvent } from '@tollgate/model/definition/api-events'
import type { Change } from '@tollgate/storage/changes/changes'
import type { ApiRecord } from '@tollgate/storage/records/apis'
import type { CertificateRecord } from '@tollgate/storage/records/certificates'
import type { OrganisationSessionRecord } from '@tollgate/storage/records/organisation-sessions'
import type { PolicyRecord } from '@tollgate/storage/records/policies'
import type { TlsSettings } from './edge/tls-certificates.ts'
import type { LeaseAnswer, LeaseWish } from './worker/leases.ts'
import type { LogLine } from './worker/log-batch.ts'

/** What a worker is started with; everything in it survives a structured clone. */
export type WorkerSetup = {
  /** 1 and up: 0 is the main thread, as far as the counter table is concerned. */
  readonly worker: number
  readonly host: string
  readonly port: number
  /** Whether several workers listen on the port; false where the system cannot share one. */
  readonly reusePort: boolean
  /** The counters that all workers and the main thread share. */
  readonly counterTable: SharedArrayBuffer
  /** Where the workers count their requests (analytics/); undefined = they do not. */
  readonly trafficTable?: SharedArrayBuffer | undefined
  /** Where keys are looked up: the path of an SQLite file, or a postgres:// URL. */
  readonly databaseSource:
    | { readonly kind: 'sqlite'; readonly file: string }
    | { readonly kind: 'postgres'; readonly url: string }
  readonly pepper: string
  /** Unix socket (or loopback port) of the control API in the main thread. */
  readonly controlSocket: string
  readonly apis: readonly ApiRecord[]
  readonly policies: readonly PolicyRecord[]
  readonly certificates?: readonly CertificateRecord[]
  /** Limits of organisations as a whole. */
  readonly organisationSessions?: readonly OrganisationSessionRecord[]
  readonly revision: number
  readonly settings: GatewaySettings
  /** Under which TLS sessions are resumed; the same in all workers. */
  readonly ticketKeys: Uint8Array
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
  /** How long a connection takes new requests, milliseconds. */
  readonly upstreamConnectionAgeMs?: number
  /** Certificates (PEM) of authorities that upstreams' certificates may come from, beside those of Node and the system. */
  readonly upstreamAuthorities?: readonly string[]
  readonly clientHeaderTimeoutMs: number
  readonly clientIdleTimeoutMs: number
  readonly clientBodyTimeoutMs: number
  /** Connections of clients in one worker, in all and from one address (0 = no limit of its own). */
  readonly maxConnections?: number
  readonly maxConnectionsPerAddress?: number
  /** Requests on one connection before it is closed; 0 = no limit. */
  readonly maxRequestsPerConnection?: number
  /** Slowest request body that is put up with, after some grace. */
  readonly minBodyBytesPerSecond?: number
  /** Longest time of a whole exchange, milliseconds; 0 = no limit. */
  readonly exchangeTimeoutMs?: number
  /** How long a tunnel (WebSocket) may be silent, milliseconds. */
  readonly tunnelIdleTimeoutMs?: number
  /** How long an upstream may pause within the body of its reply, milliseconds. */
  readonly upstreamBodyIdleTimeoutMs?: number
  readonly maxHeaderBytes: number
  readonly maxHeaderCount: number
  readonly maxBodyBytes: number
  /** Trusted proxies begin each connection by saying whose it is (PROXY protocol). */
  readonly proxyProtocol?: boolean
  /** Peers whose X-Real-IP and X-Forwarded-For count; CIDRs. */
  readonly trustedProxies: readonly string[]
  /** What answers tell of limits: `quotas` (the default) and `rate_limits` as the contract has them, `ietf`, or nothing. */
  readonly rateLimitHeaders?: RateLimitHeaders
  /** Requests of one worker that may wait for a rate to let them through (`throttle_interval`); 0 = none. */
  readonly maxThrottledRequests?: number
  /** How long a request waits for the ledger of quotas, milliseconds; and how many of one worker may. */
  readonly quotaWaitMs?: number
  readonly maxQuotaWaiting?: number
  /** Name put into X-Generator on the gate's own errors; empty = the header is not sent. */
  readonly generator: string
  /** false: path patterns match as a prefix in whole segments; true: unanchored, as a regular expression anywhere. */
  readonly looseEndpointMatching: boolean
  /** A listen path without a slash at its end does not match paths that only begin with the same letters. */
  readonly strictRoutes?: boolean
  /** TLS on the gateway's port; undefined = plain. */
  readonly tls?: TlsSettings
  /** Whether clients may speak HTTP/2, by ALPN or with prior knowledge; they may unless it is false. */
  readonly http2?: boolean
  /** At the stop: for how long new connections are still taken, and told that the gate is closing; milliseconds. */
  readonly drainMs?: number
  /** Log every request, or only refusals and failures. */
  readonly logRequests: 'all' | 'refused' | 'none'
}

/** What answers tell of limits. */
export type RateLimitHeaders = 'quotas' | 'rate_limits' | 'ietf'

/** What the main thread tells a worker. */
export type ToWorker =
  | { readonly kind: 'apply'; readonly id: number; readonly changes: readonly Change[] }
  | { readonly kind: 'certificates'; readonly id: number; readonly tls: TlsSettings }
  | { readonly kind: 'leased'; readonly answers: readonly LeaseAnswer[] }
  | { readonly kind: 'close'; readonly graceMs: number }

/** What a worker tells the main thread. */
export type FromWorker =
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'not-listening'; readonly code: string; readonly message: string }
  | { readonly kind: 'applied'; readonly id: number }
  | { readonly kind: 'events'; readonly events: readonly ApiEvent[]; readonly dropped: number }
  | { readonly kind: 'lease'; readonly wishes: readonly LeaseWish[] }
  | { readonly kind: 'log'; readonly lines: readonly LogLine[]; readonly dropped: number }
  /** Keys that were recognised since the last time, and when. */
  | { readonly kind: 'key-uses'; readonly uses: KeyUses }
