import type { FindPolicy, Policy } from '@tollgate/model/access/policy'
import type { ApiRules } from '@tollgate/model/definition/api-rules'
import { compileRules } from '@tollgate/model/definition/compile-api'
import type { PathMatching } from '@tollgate/model/definition/path-pattern'
import type { PolicyRecord } from '@tollgate/storage/records/policies'
import type { Storage } from '@tollgate/storage/storage'

/** Entries kept of each kind; the whole cache is dropped when it is full. */
const MAX_ENTRIES = 10_000
/** Compiled definitions take more room than facts. */
const MAX_RULES = 1_000

/** What a key needs to know of an API that it names. */
export type ApiFacts = {
  readonly apiId: string
  readonly orgId: string
  readonly name: string
  readonly quotaSetOnCreate: boolean
}

/**
 * APIs and policies as the key verbs look them up: remembered until one of them changes, so that creating a key costs
 * no query per right. Only what exists is remembered; what is missing is asked for each time.
 */
export type Catalogue = {
  /** How this node matches paths. */
  readonly matching: PathMatching
  /** By public `api_id`; undefined when the organisation has no such API. */
  api(orgId: string, apiId: string): Promise<ApiFacts | undefined>
  /** What a definition says, compiled; undefined when the organisation has no such API. */
  rules(orgId: string, apiId: string): Promise<ApiRules | undefined>
  /** The policies of these ids (either id) that the organisation has. */
  policies(orgId: string, ids: readonly string[]): Promise<FindPolicy>
}

type CatalogueParts = { readonly storage: Storage; readonly matching: PathMatching }

/** A catalogue over the records; it lives as long as they do. */
export function createCatalogue({ storage, matching }: CatalogueParts): Catalogue {
  const apis = new Map<string, ApiFacts>()
  const policies = new Map<string, PolicyRecord>()
  const rules = new Map<string, ApiRules>()
  let generation = 0
  storage.subscribe(async (changes) => {
    if (!changes.some((change) => change.kind === 'api' || change.kind === 'policy')) return
    generation++
    apis.clear()
    policies.clear()
    rules.clear()
  })

  /** An answer that was on its way while something changed is not remembered. */
  async function remembered<T>(
    cache: Map<string, T>,
    key: string,
    load: () => Promise<T | undefined>,
    most = MAX_ENTRIES,
  ) {
    const known = cache.get(key)
    if (known !== undefined) return known
    const before = generation
    const loaded = await load()
    if (loaded === undefined || before !== generation) return loaded
    if (cache.size >= most) cache.clear()
    cache.set(key, loaded)
    return loaded
  }

  return {
    matching,
    api: (orgId, apiId) =>
      remembered(apis, `${orgId} ${apiId}`, async () => {
        const record = await storage.apis.byId(orgId, apiId)
        if (record?.apiId !== apiId) return undefined
        const { name = '', dont_set_quota_on_create: unset } = record.definition
        return { apiId, orgId, name, quotaSetOnCreate: unset !== true }
      }),
    rules: (orgId, apiId) =>
      remembered(
        rules,
        `${orgId} ${apiId}`,
        async () => {
          const record = await storage.apis.byId(orgId, apiId)
          return record?.apiId === apiId ? compileRules(record.definition, matching) : undefined
        },
        MAX_RULES,
      ),
    async policies(orgId, ids) {
      const found = new Map<string, Policy>()
      for (const id of ids) {
        const record = await remembered(policies, `${orgId} ${id}`, () => storage.policies.byId(orgId, id))
        if (record !== undefined) found.set(id, record.policy)
      }
      return (id) => found.get(id)
    },
  }
}
