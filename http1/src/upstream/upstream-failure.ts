/** Why a request could not be brought to an upstream, or its reply not back; a closed set. */
export type UpstreamFailure =
  | 'connect-failed' // refused, unreachable, TLS
  | 'lookup-failed' // no such host
  | 'timeout' // connecting, waiting for the head, or idle in the middle, for longer than allowed
  | 'reset' // closed or reset before a whole head came
  | 'bad-reply' // the head or framing of the reply is not valid HTTP
  | 'pool-exhausted' // no connection became free in time
  | 'transform-failed' // a transform of a body has thrown
  | 'client-gone' // the client left first; nobody is there to be answered
