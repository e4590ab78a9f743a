import type { Upstream } from '@tollgate/http1/exchange'
import { type PoolLimits, type UpstreamOrigin, upstreamPool } from '@tollgate/http1/upstream'

/** The pools of a worker: one per origin and way of connecting, shared by all APIs, closed when none uses it. */
export interface UpstreamPools {
  take(origin: UpstreamOrigin): Upstream
  release(origin: UpstreamOrigin): void
  closeAll(): void
}

/** Makes the empty set of pools; each gets the same limits. */
export function upstreamPools(limits: PoolLimits): UpstreamPools {
  const pools = new Map<string, { readonly upstream: Upstream; users: number }>()
  return {
    take(origin) {
      const key = keyOf(origin)
      const pool = pools.get(key) ?? { upstream: upstreamPool(origin, limits), users: 0 }
      pool.users += 1
      pools.set(key, pool)
      return pool.upstream
    },
    release(origin) {
      const key = keyOf(origin)
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

function keyOf(origin: UpstreamOrigin): string {
  return JSON.stringify([origin.host, origin.port, origin.socketPath ?? '', origin.tls ?? null])
}
