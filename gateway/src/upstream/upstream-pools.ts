import type { Upstream } from '@tollgate/http1/exchange'
import { Http2Upstream } from '@tollgate/http1/h2/upstream'
import type { PoolLimits, UpstreamOrigin } from '@tollgate/http1/limits'
import { type TunnelProxy, throughProxy } from '@tollgate/http1/upstream/proxy-tunnel'
import { upstreamPool } from '@tollgate/http1/upstream/upstream-pool'
import { acceptPinned, type TransportSettings, transportKey, type UpstreamTls } from './upstream-tls.ts'

/** Where requests are sent, and how: two places that differ in anything have pools of their own. */
export type Endpoint = {
  readonly host: string
  readonly port: number
  /** undefined: without TLS. */
  readonly transport: TransportSettings | undefined
  readonly protocol: 'http/1.1' | 'h2'
  /** Through whose tunnel; undefined = straight. */
  readonly tunnel: TunnelProxy | undefined
}

/** The pools of a worker: one per endpoint, shared by all APIs, closed when none uses it. */
export interface UpstreamPools {
  /** Throws `CompileError` when TLS cannot be had as the endpoint wants it. */
  take(endpoint: Endpoint): Upstream
  release(endpoint: Endpoint): void
  closeAll(): void
}

/** Makes the empty set of pools; each gets the same limits. */
export function upstreamPools(limits: PoolLimits, tls: UpstreamTls): UpstreamPools {
  const pools = new Map<string, { readonly upstream: Upstream; users: number }>()

  function open(endpoint: Endpoint): Upstream {
    const { protocol } = endpoint
    const origin = originOf(endpoint, tls)
    return protocol === 'h2' ? new Http2Upstream(origin, limits) : upstreamPool(origin, limits)
  }

  return {
    take(endpoint) {
      const key = keyOf(endpoint)
      const pool = pools.get(key) ?? { upstream: open(endpoint), users: 0 }
      pool.users += 1
      pools.set(key, pool)
      return pool.upstream
    },
    release(endpoint) {
      const key = keyOf(endpoint)
      const pool = pools.get(key)
      if (pool === undefined) return
      pool.users -= 1
      if (pool.users > 0) return
      pools.delete(key)
      pool.upstream.close()
    },
    closeAll() {
      for (const { upstream } of pools.values()) upstream.close()
      pools.clear()
    },
  }
}

function originOf({ host, port, transport, tunnel }: Endpoint, tls: UpstreamTls): UpstreamOrigin {
  if (transport === undefined) return { host, port }
  const options = tls(host, transport)
  const accept = acceptPinned(transport)
  return {
    host,
    port,
    tls: options,
    ...(accept && { accept }),
    ...(tunnel && { open: throughProxy({ host, port }, options, tunnel) }),
  }
}

function keyOf({ host, port, transport, protocol, tunnel }: Endpoint): string {
  if (transport === undefined) return JSON.stringify([host, port, protocol])
  return JSON.stringify([host, port, protocol, transportKey(transport), tunnel ?? null])
}
