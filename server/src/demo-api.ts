import type { ApiDefinition } from '@tollgate/model/definition/api-definition'
import type { ApiRecord } from '@tollgate/storage/records/apis'
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

/** The demo upstream, and the port that the demo API knows it by if that is another. */
export type Demo = DemoUpstream & { readonly formerPort: number | undefined }

/** Runs the demo upstream if the demo API is there, on the port that the API names if that is free. */
export async function startDemo(storage: Storage, wantedPort: number): Promise<Demo | undefined> {
  const { rows: apis } = await storage.apis.list(undefined, {}, everything)
  const api = apis.find(isDemoApi)
  if (!api) return undefined
  const formerPort = portOf(api)
  const upstream = await startDemoUpstream(formerPort === undefined ? [wantedPort] : [formerPort, wantedPort])
  return { ...upstream, formerPort }
}

/** Points the APIs that led to the demo upstream's former port to the one it has now. */
export async function followDemo(storage: Storage, { port, formerPort }: Demo): Promise<void> {
  if (formerPort === undefined || formerPort === port) return
  const former = demoOrigin(formerPort)
  await storage.write({ kind: 'system', id: 'demo-upstream' }, async ({ apis }) => {
    const { rows } = await apis.list(undefined, {}, everything)
    const moved = rows.filter((api) => api.definition.proxy?.target_url?.startsWith(former))
    for (const api of moved) await apis.update(pointedTo(api, former, demoOrigin(port)))
  })
}

const everything = { page: 0, size: 1 }

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
