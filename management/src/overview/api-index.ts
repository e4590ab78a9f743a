import type { ApiRecord } from '@tollgate/storage/records/apis'
import type { Storage } from '@tollgate/storage/storage'

/** What an overview knows of each API. */
export type ApiEntry = {
  readonly apiId: string
  readonly orgId: string
  readonly name: string
  readonly active: boolean
  /** Whether it asks for a key. */
  readonly keyed: boolean
  /** Made by a first start, in front of the demo upstream. */
  readonly demo: boolean
}

/** Organisations whose APIs are remembered; all are forgotten when there are more. */
const MAX_SCOPES = 100

/** The APIs of an organisation in brief, undefined for all: read once, and again when one of them changes. */
export type ApiIndex = (scope: string | undefined) => Promise<readonly ApiEntry[]>

/** An index over the records; it lives as long as they do. */
export function createApiIndex(storage: Storage): ApiIndex {
  const pages = new Map<string, Promise<readonly ApiEntry[]>>()
  storage.subscribe(async (changes) => {
    if (changes.some(({ kind }) => kind === 'api')) pages.clear()
  })
  return (scope) => {
    const key = scope ?? ''
    const known = pages.get(key)
    if (known !== undefined) return known
    if (pages.size >= MAX_SCOPES) pages.clear()
    const read = readEntries(storage, scope)
    pages.set(key, read)
    // What failed is read again.
    read.catch(() => pages.delete(key))
    return read
  }
}

/** The mark by which `server/` finds the API in front of the demo upstream. */
const DEMO_MARK = 'tollgate_demo_upstream'

async function readEntries(storage: Storage, scope: string | undefined): Promise<readonly ApiEntry[]> {
  const { rows } = await storage.apis.list(scope, {}, { page: 0, size: 1 })
  return rows.map(entryOf)
}

function entryOf({ apiId, orgId, definition }: ApiRecord): ApiEntry {
  const { name = '', active, use_keyless: keyless, config_data: data } = definition
  return {
    apiId,
    orgId,
    name,
    active: active !== false,
    keyed: keyless !== true,
    demo: typeof data === 'object' && data !== null && DEMO_MARK in data,
  }
}
