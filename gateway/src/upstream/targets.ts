import type { Upstream } from '@tollgate/http1/exchange'
import type { TunnelProxy } from '@tollgate/http1/upstream/proxy-tunnel'
import type { ApiDefinition } from '@tollgate/model/definition/api-definition'
import type { ApiRules } from '@tollgate/model/definition/api-rules'
import { isHttp2 } from '@tollgate/model/definition/compile-api'
import type { TargetUrl } from '@tollgate/model/definition/target-url'
import { CompileError } from '../pipeline/compile-error.ts'
import type { StoredCertificates } from '../worker/stored-certificates.ts'
import type { Endpoint, UpstreamPools } from './upstream-pools.ts'
import { proxyOf } from './upstream-proxy.ts'
import { type TransportFor, transportSettings } from './upstream-tls.ts'

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
  /** What stands before the path of a request that a proxy is asked to pass on; else empty. */
  readonly prefix: string
  /** Header lines for that proxy. */
  readonly proxyLines: string
}

/** The targets of an API or version, taken in turn: a target that is listed twice gets twice as much. */
export interface Targets {
  pick(): Target
  /** Gives the pools back. */
  release(): void
}

/** How an API's targets are reached, whatever their hosts. */
export type UpstreamTransport = {
  readonly tls: TransportFor
  /** `https://` targets over HTTP/2; `h2c://` ones always are, `http://` ones never. */
  readonly http2: boolean
  /** `proxy.transport.proxy_url`: a tunnel for `https://` targets, a relay for `http://` ones. */
  readonly proxy: TunnelProxy | undefined
}

/** Reads the transport from a compiled API. Throws `CompileError` for certificates that are not there. */
export function upstreamTransport(
  { upstreamTls, forwardProxy }: Pick<ApiRules, 'upstreamTls' | 'forwardProxy'>,
  definition: ApiDefinition,
  certificates: StoredCertificates,
): UpstreamTransport {
  return {
    tls: transportSettings(upstreamTls, definition, certificates),
    proxy: forwardProxy && proxyOf(forwardProxy),
    http2: isHttp2(definition.protocol ?? ''),
  }
}

/** Takes pools for the targets. Throws `CompileError` when TLS cannot be had as they want it. */
export function targets(
  urls: readonly TargetUrl[],
  transport: UpstreamTransport,
  pools: UpstreamPools,
): Targets {
  const parsed = urls.map((url) => targetOf(url, transport))
  const list = takeAll(parsed, pools)
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
      for (const { endpoint } of parsed) pools.release(endpoint)
    },
  }
}

/** Takes a pool for each; when one cannot be had, those taken before are given back. */
function takeAll(parsed: readonly ParsedTarget[], pools: UpstreamPools): readonly Target[] {
  const taken: Endpoint[] = []
  try {
    return parsed.map(({ endpoint, ...rest }) => {
      const upstream = pools.take(endpoint)
      taken.push(endpoint)
      return { ...rest, upstream }
    })
  } catch (error) {
    for (const endpoint of taken) pools.release(endpoint)
    throw error
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
  if (target.prefix !== '') path = target.prefix + path
  if (target.query === '') return query === '' ? path : `${path}?${query}`
  return query === '' ? `${path}?${target.query}` : `${path}?${target.query}&${query}`
}

function firstNonSlash(text: string): number {
  let at = 0
  while (at < text.length && text.charCodeAt(at) === 47) at += 1
  return at
}

type ParsedTarget = Omit<Target, 'upstream'> & { readonly endpoint: Endpoint }

function targetOf(url: TargetUrl, transport: UpstreamTransport): ParsedTarget {
  const endpoint = endpointOf(url, transport)
  const { proxy } = transport
  const relayed = !url.isSecure && proxy !== undefined
  return {
    endpoint: relayed ? { ...endpoint, host: proxy.host, port: proxy.port } : endpoint,
    authority: url.authority,
    path: url.path.replace(/\/+$/, ''),
    pathAsWritten: url.path,
    query: url.query,
    prefix: relayed ? `http://${url.authority}` : '',
    proxyLines:
      relayed && proxy.authorization !== '' ? `Proxy-Authorization: ${proxy.authorization}\r\n` : '',
  }
}

function endpointOf(
  { host, port, isSecure, isPlainHttp2 }: TargetUrl,
  transport: UpstreamTransport,
): Endpoint {
  const protocol = isPlainHttp2 || (isSecure && transport.http2) ? 'h2' : 'http/1.1'
  const settings = isSecure ? transport.tls(host, port) : undefined
  return { host, port, transport: settings, protocol, tunnel: isSecure ? transport.proxy : undefined }
}
