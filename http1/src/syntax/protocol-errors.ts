/** Why the engine itself refuses a request: a closed table. The reason is for counting and logs, and tells the client enough. */
export type Refusal = { readonly status: number; readonly reason: string }

const refusal = (status: number, reason: string): Refusal => ({ status, reason })

export const refusals = {
  badRequestLine: refusal(400, 'malformed request line'),
  badTarget: refusal(400, 'malformed request target'),
  badHeader: refusal(400, 'malformed header'),
  badLineEnd: refusal(400, 'line not ended by CRLF'),
  badHost: refusal(400, 'missing, repeated or invalid Host'),
  hostMismatch: refusal(400, 'Host differs from the request target'),
  badContentLength: refusal(400, 'invalid Content-Length'),
  lengthAndEncoding: refusal(400, 'both Content-Length and Transfer-Encoding'),
  badTransferEncoding: refusal(400, 'invalid Transfer-Encoding'),
  badConnection: refusal(400, 'invalid Connection'),
  badChunk: refusal(400, 'malformed chunked body'),
  badTrailer: refusal(400, 'malformed trailer'),
  bodyTooLarge: refusal(413, 'body too large'),
  chunkExtensionsTooLarge: refusal(413, 'chunk extensions too large'),
  trailersTooLarge: refusal(431, 'trailers too large'),
  targetTooLong: refusal(414, 'request target too long'),
  headTooLarge: refusal(431, 'request head too large'),
  tooManyHeaders: refusal(431, 'too many headers'),
  headTimeout: refusal(408, 'request head not complete in time'),
  bodyTimeout: refusal(408, 'request body not complete in time'),
  bodyTooSlow: refusal(408, 'request body too slow'),
  badExpectation: refusal(417, 'unknown expectation'),
  unknownCoding: refusal(501, 'unknown transfer coding'),
  unknownMethod: refusal(501, 'method not implemented'),
  exchangeTimeout: refusal(504, 'no answer in time'),
  badVersion: refusal(505, 'HTTP version not supported'),
} as const satisfies Record<string, Refusal>
