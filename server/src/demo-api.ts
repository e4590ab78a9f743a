import type { ApiDefinition } from '@tollgate/model/api-definition'
import type { ApiRecord } from '@tollgate/storage/apis'
import type { Storage } from '@tollgate/storage/storage'
import { type DemoUpstream, startDemoUpstream } from './demo-upstream.ts'

/**
 * The demo upstream and the API in front of it. The definition is an ordinary one that holds an ordinary address, so
 * exporting, editing and deleting it need no special case; but a port that was free at the first start may be taken at
 * the next. So the upstream asks for the port that the API names, and when it gets another, the API is pointed there.
 * The API is known by a mark in `config_data`; without it, no upstream runs.
 */

const mark = 'tollgate_demo_upstream'

/** Definition of the API in front of the demo upstream on that loopback port. */
export function demoApiDefinition(port: number): ApiDefinition {
  return {
    name: 'Demo',
    slug: 'demo',
    active: true,
    use_keyless: false,
    use_standard_auth: true,
    auth: { auth_header_name: 'Authorization' },
    definition: { location: 'header', key: 'x-api-version' },
    version_data: {
      not_versioned: true,
      versions: { Default: { name: 'Default', use_extended_paths: true } },
    },
    proxy: { listen_path: '/demo/', target_url: demoOrigin(port), strip_listen_path: true },
    config_data: { [mark]: true },
  }
}

/** The demo upstream of those APIs, running; undefined when none of them is the demo API. */
export async function demoUpstreamFor(
  apis: readonly ApiRecord[],
  wantedPort: number,
): Promise<DemoUpstream | undefined> {
  const api = apis.find(isDemoApi)
  if (!api) return undefined
  const port = portOf(api)
  return startDemoUpstream(port === undefined ? [wantedPort] : [port, wantedPort])
}

/** Points the APIs that led to the demo upstream's former port to the one it has now. */
export async function followDemoUpstream(
  storage: Storage,
  apis: readonly ApiRecord[],
  port: number,
): Promise<void> {
  const demo = apis.find(isDemoApi)
  const formerPort = demo && portOf(demo)
  if (formerPort === undefined || formerPort === port) return
  const former = demoOrigin(formerPort)
  const moved = apis.filter((api) => api.definition.proxy?.target_url?.startsWith(former))
  await storage.write({ kind: 'system', id: 'demo-upstream' }, async (stores) => {
    for (const api of moved) await stores.apis.update(pointedTo(api, former, demoOrigin(port)))
  })
}

function pointedTo(api: ApiRecord, former: string, now: string): ApiRecord {
  const targetUrl = api.definition.proxy?.target_url ?? former
  const proxy = { ...api.definition.proxy, target_url: now + targetUrl.slice(former.length) }
  return { ...api, definition: { ...api.definition, proxy }, updatedAt: new Date().toISOString() }
}

function isDemoApi(api: ApiRecord): boolean {
  const configData = api.definition.config_data
  return typeof configData === 'object' && configData !== null && mark in configData
}

/** The port of the API's target, as long as that still is the demo upstream. */
function portOf(api: ApiRecord): number | undefined {
  const match = /^http:\/\/127\.0\.0\.1:(\d{1,5})\//.exec(api.definition.proxy?.target_url ?? '')
  return match ? Number(match[1]) : undefined
}

function demoOrigin(port: number): string {
  return `http://127.0.0.1:${port}/`
}
