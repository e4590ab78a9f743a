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

/** What an error says of a connection that could not be made. */
export function connectFailure(error: Error): UpstreamFailure {
  const code = 'code' in error ? error.code : ''
  return code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'ENODATA'
    ? 'lookup-failed'
    : 'connect-failed'
}
