import type { LookupFunction, OnReadOpts, Socket } from 'node:net'
import type { ConnectionOptions, TLSSocket } from 'node:tls'

/** Every bound of the client's side; times in milliseconds, sizes in bytes. */
export type ServerLimits = {
  /** Connections at a time; further ones are closed at once. */
  readonly maxConnections: number
  /** Of these, from one client address (one /64 network of IPv6); 0 for no bound. */
  readonly maxConnectionsPerAddress: number
  /** Request line and headers together. */
  readonly maxHeadBytes: number
  readonly maxTargetBytes: number
  readonly maxHeaders: number
  /** Body of one request, decoded; 0 for no bound. */
  readonly maxBodyBytes: number
  /** Memory of one worker for bodies that are read whole, of requests and replies together; 0 = none is. */
  readonly maxBufferedBodyBytes: number
  /** Bytes of later requests that wait while one is handled. */
  readonly maxPipelinedBytes: number
  /** Bytes of an unread body that are read and dropped to keep a connection. */
  readonly maxDrainBytes: number
  /** After the last answer, a client may go on sending so much before it is cut off: a reset would destroy the answer. */
  readonly maxLingerBytes: number
  /** Chunk extensions, and trailers, of one body. */
  readonly maxChunkExtensionBytes: number
  readonly maxTrailerBytes: number
  /** Requests on one connection; 0 for no bound. */
  readonly maxRequestsPerConnection: number
  /** From the first byte of a head to its last; also for the first byte on a new connection. */
  readonly headerMs: number
  /** Between two requests. */
  readonly idleMs: number
  /** After the last answer, for the client to close. */
  readonly lingerMs: number
  /** Without any progress of a body, in either direction. */
  readonly bodyProgressMs: number
  /** The least rate of a request's body over the time that the client is waited for; 0 for none. */
  readonly minBodyBytesPerSecond: number
  /** So long it may be slower. */
  readonly bodyRateGraceMs: number
  /** From a request's head to the last byte of its answer; 0 for no bound. A tunnel is exempt once it stands. */
  readonly exchangeMs: number
  /** A tunnel (WebSocket or another upgrade) without a byte in either direction. */
  readonly tunnelIdleMs: number
}

/** The bounds in force where the configuration says nothing. */
export const defaultServerLimits: ServerLimits = {
  maxConnections: 20_000,
  maxConnectionsPerAddress: 0,
  maxHeadBytes: 32_768,
  maxTargetBytes: 8_192,
  maxHeaders: 100,
  maxBodyBytes: 0,
  maxBufferedBodyBytes: 67_108_864,
  maxPipelinedBytes: 65_536,
  maxDrainBytes: 65_536,
  maxLingerBytes: 1_048_576,
  maxChunkExtensionBytes: 4_096,
  maxTrailerBytes: 8_192,
  maxRequestsPerConnection: 0,
  headerMs: 15_000,
  idleMs: 65_000,
  lingerMs: 2_000,
  bodyProgressMs: 30_000,
  minBodyBytesPerSecond: 100,
  bodyRateGraceMs: 20_000,
  exchangeMs: 0,
  tunnelIdleMs: 300_000,
}

/** Every bound of one pool; times in milliseconds, sizes in bytes. */
export type PoolLimits = {
  readonly maxConnections: number
  readonly maxIdleConnections: number
  /** Requests that wait for a connection, and for how long. */
  readonly maxWaiting: number
  readonly waitMs: number
  readonly connectMs: number
  /** From the request sent to the reply's whole head. */
  readonly headMs: number
  /** Without any progress of a body, in either direction. */
  readonly bodyIdleMs: number
  /** An unused connection is kept for so long; keep it below the upstream's own. */
  readonly idleMs: number
  /** A connection of that age takes no further request, so that a changed address of the host is followed; 0 for no bound. */
  readonly maxAgeMs: number
  readonly maxReplyHeadBytes: number
  readonly maxReplyHeaders: number
  /** Chunk extensions, and trailers, of one reply's body. */
  readonly maxChunkExtensionBytes: number
  readonly maxTrailerBytes: number
  /** 1xx replies before the final one. */
  readonly maxInterimReplies: number
}

/** The bounds in force where the configuration says nothing. */
export const defaultPoolLimits: PoolLimits = {
  maxConnections: 256,
  maxIdleConnections: 256,
  maxWaiting: 1_024,
  waitMs: 5_000,
  connectMs: 5_000,
  headMs: 30_000,
  bodyIdleMs: 60_000,
  idleMs: 4_000,
  maxAgeMs: 300_000,
  maxReplyHeadBytes: 65_536,
  maxReplyHeaders: 200,
  maxChunkExtensionBytes: 4_096,
  maxTrailerBytes: 16_384,
  maxInterimReplies: 8,
}

/** Where an upstream is. With `tls` its certificate is verified unless `rejectUnauthorized: false` is said. */
export type UpstreamOrigin = {
  readonly host: string
  readonly port: number
  /** Finds the addresses of `host`; that of the system when left out. Asked anew for every connection. */
  readonly lookup?: LookupFunction
  readonly tls?: ConnectionOptions
  /** Looks at a secured connection before anything is sent over it; what it answers is why there shall be none. */
  readonly accept?: (socket: TLSSocket) => Error | undefined
  /** Path of a unix socket, instead of host and port. */
  readonly socketPath?: string
  /** Instead of a connection to any place: something that speaks HTTP/1.1 like one, and reads into the bytes of `onread`. */
  readonly open?: (onread: OnReadOpts) => Socket
}
