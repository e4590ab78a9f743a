import { isIP } from 'node:net'
import type { Upstream } from '@tollgate/http1/exchange'
import type { UpstreamOrigin } from '@tollgate/http1/upstream'
import { CompileError } from './compile-error.ts'
import type { UpstreamPools } from './upstream-pools.ts'

/** One place that requests of an API may be sent to. */
export type Target = {
  readonly upstream: Upstream
  /** Value of `Host` unless the client's own is preserved. */
  readonly authority: string
  /** Path of the target URL without trailing slashes; empty for the root. */
  readonly path: string
  /** The same with the slashes it was written with. */
  readonly pathAsWritten: string
  /** Query of the target URL without `?`. */
  readonly query: string
}

/** The targets of an API or version, taken in turn: a target that is listed twice gets twice as much. */
export interface Targets {
  pick(): Target
  /** Gives the pools back. */
  release(): void
}

/** How the connections to a target are made. */
export type TransportSettings = { readonly verifyCertificates: boolean }

/** Parses the URLs and takes pools for them. Throws `CompileError` for what cannot be forwarded to. */
export function targets(
  urls: readonly string[],
  transport: TransportSettings,
  pools: UpstreamPools,
): Targets {
  if (urls.length === 0) throw new CompileError('there is no target URL')
  const parsed = urls.map((url) => parseTarget(url, transport))
  const list = parsed.map(({ origin, ...rest }): Target => ({ ...rest, upstream: pools.take(origin) }))
  const only = list[0]
  let turn = 0
  return {
    pick() {
      if (list.length > 1) turn = (turn + 1) % list.length
      const target = list[turn] ?? only
      if (target === undefined) throw new CompileError('there is no target URL')
      return target
    },
    release() {
      for (const { origin } of parsed) pools.release(origin)
    },
  }
}

/**
 * The target of an upstream request (gateway contract, 4.5): target path and request path with a single slash between,
 * target query first. What is left of the request path may be empty.
 * @param disableStripSlash keep the slash at the end when nothing follows the target's path
 */
export function joinTarget(target: Target, rest: string, query: string, disableStripSlash: boolean): string {
  const start = firstNonSlash(rest)
  let path: string
  if (start < rest.length) path = `${target.path}/${start === 0 ? rest : rest.slice(start)}`
  else if (disableStripSlash) path = rest === '' ? target.pathAsWritten : `${target.path}/`
  else path = target.path
  if (path === '') path = '/'
  if (target.query === '') return query === '' ? path : `${path}?${query}`
  return query === '' ? `${path}?${target.query}` : `${path}?${target.query}&${query}`
}

function firstNonSlash(text: string): number {
  let at = 0
  while (at < text.length && text.charCodeAt(at) === 47) at += 1
  return at
}

function parseTarget(
  text: string,
  transport: TransportSettings,
): Omit<Target, 'upstream'> & { origin: UpstreamOrigin } {
  if (!URL.canParse(text)) throw new CompileError(`"${text}" is not a URL`)
  const url = new URL(text)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new CompileError(`proxy: requests cannot be forwarded to ${url.protocol}// yet`)
  }
  const secure = url.protocol === 'https:'
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port)
  const tls = {
    rejectUnauthorized: transport.verifyCertificates,
    ...(isIP(host) === 0 && { servername: host }),
  }
  return {
    origin: secure ? { host, port, tls } : { host, port },
    authority: url.host,
    path: url.pathname.replace(/\/+$/, ''),
    pathAsWritten: url.pathname,
    query: url.search.slice(1),
  }
}
