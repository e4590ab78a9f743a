import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defaultPoolLimits } from '@tollgate/http1/limits'
import { upstreamPool } from '@tollgate/http1/upstream/upstream-pool'
import type { ApiDefinition } from '@tollgate/model/definition/api-definition'
import { compileRules } from '@tollgate/model/definition/compile-api'
import { Report } from '@tollgate/model/definition/problem'
import { targetUrl } from '@tollgate/model/definition/target-url'
import type { RequestContext } from '../pipeline/request-context.ts'
import type { Target } from '../pipeline/target.ts'
import { storedCertificates } from '../worker/stored-certificates.ts'
import { inTurn } from './selector.ts'
import { joinTarget, targets as targetsOf, upstreamTransport } from './targets.ts'
import type { UpstreamPools } from './upstream-pools.ts'

const inertPools = (): UpstreamPools & { taken: string[] } => {
  const taken: string[] = []
  return {
    taken,
    take(endpoint) {
      const scheme = endpoint.transport === undefined ? 'http' : 'https'
      taken.push(`${scheme} ${endpoint.host} ${endpoint.port}${endpoint.protocol === 'h2' ? ' h2' : ''}`)
      return upstreamPool(endpoint, defaultPoolLimits)
    },
    release() {},
    closeAll() {},
  }
}

const none = storedCertificates([], '')
const TRANSPORT = transportOf({})

function transportOf(definition: ApiDefinition) {
  return upstreamTransport(compileRules(definition), definition, none)
}

function targets(urls: readonly string[], transport: typeof TRANSPORT, pools: UpstreamPools) {
  const report = new Report()
  return targetsOf(
    urls.flatMap((url) => targetUrl(url, [], report) ?? []),
    transport,
    pools,
  )
}
/** The targets of requests, one after the other. */
function taken(
  urls: readonly string[],
  count: number,
  transport = TRANSPORT,
  pools = inertPools(),
): Target[] {
  const selector = inTurn(targets(urls, transport, pools))
  // No selector of these looks at the request.
  const picked = Array.from({ length: count }, () => selector.pick({} as RequestContext))
  return picked.map((one) => (one.kind === 'target' ? one : assert.fail('no target')))
}
const pick = (url: string): Target => taken([url], 1)[0] ?? assert.fail('no target')

test('target path and request path are joined by one slash, the target query comes first', () => {
  const cases: [string, string, string, string][] = [
    ['http://u', '', '', '/'],
    ['http://u/', '/', '', '/'],
    ['http://u/', '/get', '', '/get'],
    ['http://u/base', '/get', '', '/base/get'],
    ['http://u/base/', 'get', '', '/base/get'],
    ['http://u/base/', '/', '', '/base'],
    ['http://u/base/', '/get/', '', '/base/get/'],
    ['http://u/?a=1', '/get', 'b=2', '/get?a=1&b=2'],
    ['http://u/?a=1', '/get', '', '/get?a=1'],
    ['http://u/', '/get', 'b=2', '/get?b=2'],
  ]
  for (const [url, rest, query, expected] of cases) {
    assert.equal(joinTarget(pick(url), rest, query, false), expected, `${url} + ${rest}`)
  }
})

test('disable_strip_slash keeps the slash at the end', () => {
  assert.equal(joinTarget(pick('http://u/base/'), '', '', true), '/base/')
  assert.equal(joinTarget(pick('http://u/base'), '/', '', true), '/base/')
  assert.equal(joinTarget(pick('http://u/base'), '/get', '', true), '/base/get')
})

test('targets are taken in turn, and one that is listed twice gets twice as much', () => {
  const seen = taken(['http://a', 'http://b', 'http://b'], 6)
    .map(({ authority }) => authority)
    .sort()
  assert.deepEqual(seen, ['a', 'a', 'b', 'b', 'b', 'b'])
})

test('the default port of the scheme is used, and IPv6 brackets do not reach the socket', () => {
  const pools = inertPools()
  targets(['http://a', 'https://a', 'http://[::1]:81/x'], TRANSPORT, pools)
  assert.deepEqual(pools.taken, ['http a 80', 'https a 443', 'http ::1 81'])
})

test('HTTP/2 is spoken to h2c targets, and to https ones of an API that asks for it', () => {
  const pools = inertPools()
  targets(['h2c://a/base', 'http://a'], TRANSPORT, pools)
  targets(['https://b', 'http://b'], transportOf({ protocol: 'h2c' }), pools)
  assert.deepEqual(pools.taken, ['http a 80 h2', 'http a 80', 'https b 443 h2', 'http b 80'])
})

test('through a proxy, http targets are asked for whole and https ones have a tunnel', () => {
  const transport = (url: string) => transportOf({ proxy: { transport: { proxy_url: url } } })
  const pools = inertPools()
  const [, relayed] = taken(
    ['http://a:81/base', 'https://b'],
    2,
    transport('http://u:p%40@proxy:3128'),
    pools,
  )
  assert.deepEqual(pools.taken, ['http proxy 3128', 'https b 443'])
  assert.ok(relayed)
  assert.equal(relayed.authority, 'a:81')
  assert.equal(joinTarget(relayed, 'x', '', false), 'http://a:81/base/x')
  assert.equal(relayed.proxyLines, 'Proxy-Authorization: Basic dTpwQA==\r\n')
})
