/** One certificate (chain) and its key, both PEM. */
export type CertificatePair = { readonly certificate: string; readonly key: string }

/** TLS on the gateway's port; texts only, so that it survives a structured clone. */
export type TlsSettings = {
  /** The first is for clients that name no host, or one that none is for. At least one. */
  readonly certificates: readonly CertificatePair[]
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3'
  /** OpenSSL's names, separated by colons, the most wanted first. Where none is of TLS 1.3, that version's are added. */
  readonly ciphers: string
  /** `optional`: who presents none is let in, who presents a bad one is not. */
  readonly clientCertificates: 'none' | 'optional' | 'required'
  /** Authorities (PEM) of clients' certificates. */
  readonly clientAuthorities: readonly string[]
  /** What those have revoked (PEM), each text with one or several lists. */
  readonly revocationLists: readonly string[]
}

/**
 * How the program's own calls to the gate (trials from the dashboard) say whose they are, without this machine being
 * trusted: `Forwarded: for="address";secret=…`. No upstream sees it, as nothing of a peer that is not trusted goes on.
 */
export type OwnCalls = {
  /** The address they come from. */
  readonly peer: string
  /** Made anew at each start, and known to nobody else. */
  readonly secret: string
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
  readonly upstreamConnectionAgeMs: number
  /** Certificates (PEM) of authorities that upstreams' certificates may come from, beside those of Node and the system. */
  readonly upstreamAuthorities: readonly string[]
  readonly clientHeaderTimeoutMs: number
  readonly clientIdleTimeoutMs: number
  readonly clientBodyTimeoutMs: number
  /** Connections of clients in one worker, in all and from one address (0 = no limit of its own). */
  readonly maxConnections: number
  readonly maxConnectionsPerAddress: number
  /** Requests on one connection before it is closed; 0 = no limit. */
  readonly maxRequestsPerConnection: number
  /** Slowest request body that is put up with, after some grace. */
  readonly minBodyBytesPerSecond: number
  /** Longest time of a whole exchange, milliseconds; 0 = no limit. */
  readonly exchangeTimeoutMs: number
  /** How long a tunnel (WebSocket) may be silent, milliseconds. */
  readonly tunnelIdleTimeoutMs: number
  /** How long an upstream may pause within the body of its reply, milliseconds. */
  readonly upstreamBodyIdleTimeoutMs: number
  readonly maxHeaderBytes: number
  readonly maxHeaderCount: number
  readonly maxBodyBytes: number
  /** Memory of one worker for bodies that are read whole, bytes; 0 = none is. */
  readonly maxBufferedBodyBytes: number
  /** Trusted proxies begin each connection by saying whose it is (PROXY protocol). */
  readonly proxyProtocol: boolean
  /** The control API has a port of its own: of it the gateway's port has `/hello` and `/ready` alone. */
  readonly controlApart: boolean
  /** Peers whose X-Real-IP and X-Forwarded-For count; CIDRs. */
  readonly trustedProxies: readonly string[]
  /** How the program's own calls say whose they are; undefined = there are none, or they come from a trusted proxy. */
  readonly ownCalls: OwnCalls | undefined
  /** What answers tell of limits: `quotas` and `rate_limits` as the contract has them, or `ietf`. */
  readonly rateLimitHeaders: RateLimitHeaders
  /** Requests of one worker that may wait for a rate to let them through (`throttle_interval`); 0 = none. */
  readonly maxThrottledRequests: number
  /** How long a request waits for the ledger of quotas, milliseconds; and how many of one worker may. */
  readonly quotaWaitMs: number
  readonly maxQuotaWaiting: number
  /** Name put into X-Generator on the gate's own errors; empty = the header is not sent. */
  readonly generator: string
  /** false: path patterns match as a prefix in whole segments; true: unanchored, as a regular expression anywhere. */
  readonly looseEndpointMatching: boolean
  /** A listen path without a slash at its end does not match paths that only begin with the same letters. */
  readonly strictRoutes: boolean
  /** TLS on the gateway's port; undefined = plain. */
  readonly tls?: TlsSettings
  /** Whether clients may speak HTTP/2, by ALPN or with prior knowledge; or HTTP/1.1 alone. */
  readonly http2: boolean
  /** At the stop: for how long new connections are still taken, and told that the gate is closing; milliseconds. */
  readonly drainMs: number
  /** Records of refused and failed requests that each worker hands over per second, to be explained; 0 = none. */
  readonly explainedPerSecond: number
  /** Log every request, or only refusals and failures. */
  readonly logRequests: 'all' | 'refused' | 'none'
}

/** What answers tell of limits. */
export type RateLimitHeaders = 'quotas' | 'rate_limits' | 'ietf'
