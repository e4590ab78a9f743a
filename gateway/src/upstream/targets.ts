import type { TunnelProxy } from '@tollgate/http1/upstream/proxy-tunnel'
import type { ApiDefinition } from '@tollgate/model/definition/api-definition'
import { CompileError } from '../pipeline/compile-error.ts'
import type { Target } from '../pipeline/target.ts'
import type { Endpoint, UpstreamPools } from './upstream-pools.ts'
import { proxyOf } from './upstream-proxy.ts'
import { type TransportFor, transportSettings, type UpstreamCertificates } from './upstream-tls.ts'

/** The targets of an API or version, with the pools that they use. */
export interface Targets {
  /** In the order of the definition: a target that is listed twice gets twice as much. At least one. */
  readonly list: readonly [Target, ...Target[]]
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

/** The protocols of a definition that ask for HTTP/2 upstreams. */
const HTTP2_PROTOCOLS: ReadonlySet<string> = new Set(['h2', 'h2c', 'grpc', 'grpcs'])

/** Reads the transport from a definition. Throws `CompileError` for a transport that cannot be had. */
export function upstreamTransport(
  definition: ApiDefinition,
  certificates: UpstreamCertificates,
): UpstreamTransport {
  return {
    tls: transportSettings(definition, certificates),
    proxy: proxyOf(definition),
    http2: HTTP2_PROTOCOLS.has((definition.protocol ?? '').toLowerCase()),
  }
}

/** Parses the URLs and takes pools for them. Throws `CompileError` for what cannot be forwarded to. */
export function targets(
  urls: readonly string[],
  transport: UpstreamTransport,
  pools: UpstreamPools,
): Targets {
  const parsed = urls.map((url) => parseTarget(url, transport))
  const [first, ...others] = takeAll(parsed, pools)
  if (first === undefined) throw new CompileError('there is no target URL')
  return {
    list: [first, ...others],
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

function parseTarget(text: string, transport: UpstreamTransport, plainHttp2 = false): ParsedTarget {
  if (!URL.canParse(text)) throw new CompileError(`"${text}" is not a URL`)
  const url = new URL(text)
  if (url.protocol === 'h2c:') return parseTarget(`http${text.slice('h2c'.length)}`, transport, true)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new CompileError(`proxy: requests cannot be forwarded to ${url.protocol}// yet`)
  }
  const secure = url.protocol === 'https:'
  const endpoint = endpointOf(url, secure, transport, plainHttp2)
  const { proxy } = transport
  const relayed = !secure && proxy !== undefined
  return {
    kind: 'target',
    endpoint: relayed ? { ...endpoint, host: proxy.host, port: proxy.port } : endpoint,
    authority: url.host,
    path: url.pathname.replace(/\/+$/, ''),
    pathAsWritten: url.pathname,
    query: url.search.slice(1),
    prefix: relayed ? `http://${url.host}` : '',
    proxyLines:
      relayed && proxy.authorization !== '' ? `Proxy-Authorization: ${proxy.authorization}\r\n` : '',
  }
}

function endpointOf(url: URL, secure: boolean, transport: UpstreamTransport, plainHttp2: boolean): Endpoint {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port)
  const protocol = plainHttp2 || (secure && transport.http2) ? 'h2' : 'http/1.1'
  if (protocol === 'h2' && transport.proxy !== undefined)
    throw new CompileError('proxy.transport.proxy_url: HTTP/2 upstreams cannot be reached through a proxy')
  const settings = secure ? transport.tls(host, port) : undefined
  return { host, port, transport: settings, protocol, tunnel: secure ? transport.proxy : undefined }
}
