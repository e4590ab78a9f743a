import type { TunnelProxy } from '@tollgate/http1/upstream/proxy-tunnel'
import type { ForwardProxy } from '@tollgate/model/features/upstream-transport'

/** The proxy of an API as the engine is told of it. */
export function proxyOf({ host, port, username, password }: ForwardProxy): TunnelProxy {
  return { host, port, authorization: username === '' && password === '' ? '' : basic(username, password) }
}

function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}
