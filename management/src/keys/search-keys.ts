import { quotasOf } from '@tollgate/model/access/effective-access'
import { type SourceRef, sourcesWords } from '@tollgate/model/source-ref'
import type { KeyState } from '@tollgate/storage/keys/key-facts'
import type { KeyRecord } from '@tollgate/storage/keys/keys'
import { z } from 'zod'
import { isPublicId, lookUpKey } from './find-key.ts'
import { accessOf } from './key-access.ts'
import type { KeyContext } from './key-context.ts'

/** A key "expires soon" within a week. */
export const EXPIRING_SECONDS = 7 * 86_400
/** APIs and policies that a row names at most. */
const MAX_NAMED = 10

const STATES = ['active', 'expiring', 'expired', 'inactive'] as const satisfies KeyState[]
const SORTS = ['created', 'alias', 'expires', 'last_used'] as const

/** What a search for keys may ask for. */
export type KeyQuestion = {
  readonly q: string
  readonly apiId?: string | undefined
  readonly policyId?: string | undefined
  readonly status?: KeyState | undefined
  readonly sort: (typeof SORTS)[number]
  readonly order: 'asc' | 'desc'
  readonly page: number
  readonly pageSize: number
}

/** The words of a search, as they stand in a query or in a body; an empty one is as good as none. */
export const KeyFilterWords = {
  q: z.string().max(2048).optional(),
  api_id: z.string().max(256).optional(),
  policy_id: z.string().max(256).optional(),
  status: z.union([z.literal(''), z.enum(STATES)]).optional(),
  sort: z.union([z.literal(''), z.enum(SORTS)]).optional(),
  order: z.union([z.literal(''), z.enum(['asc', 'desc'])]).optional(),
}
type KeyFilterWords = z.output<z.ZodObject<typeof KeyFilterWords>>

const Named = z.object({ id: z.string(), name: z.string() })
const KeyRow = z.object({
  key_hash: z.string(),
  alias: z.string(),
  /** The most urgent thing to say of it. */
  status: z.enum([...STATES, 'quota_exhausted']),
  status_words: z.string(),
  /** What it opens now, the first of them. */
  apis: z.array(Named),
  apis_total: z.int(),
  policies: z.array(Named),
  owner: z.string(),
  username: z.string(),
  tags: z.array(z.string()),
  created_at: z.string(),
  updated_at: z.string(),
  /** Unix seconds; 0 = never. */
  expires: z.number(),
  /** When the gate last recognised it, also when it then refused it. */
  last_used_at: z.string().nullable(),
})
type KeyRow = z.input<typeof KeyRow>

/** One page of keys, with how many there are. */
export const FoundKeys = z.object({
  keys: z.array(KeyRow),
  total: z.int(),
  pages: z.int(),
  page: z.int(),
  page_size: z.int(),
  /** `q` was the whole secret, custom id or public id of the one key. */
  matched_by: z.literal('secret').nullable(),
})
export type FoundKeys = z.input<typeof FoundKeys>

/** Puts a question together from its words; without an order, names go up and everything else down. */
export function keyQuestion(words: KeyFilterWords, page: number, pageSize: number): KeyQuestion {
  const sort = words.sort || 'created'
  return {
    q: words.q?.trim() ?? '',
    apiId: words.api_id || undefined,
    policyId: words.policy_id || undefined,
    status: words.status || undefined,
    sort,
    order: words.order || (sort === 'alias' ? 'asc' : 'desc'),
    page: Math.max(1, page),
    pageSize,
  }
}

/**
 * Finds keys of an organisation (undefined: of all) by a part of alias, public id, user name, owner or tag, or by a whole
 * secret, of which only a hash is kept.
 */
export async function searchKeys(
  context: KeyContext,
  scope: string | undefined,
  question: KeyQuestion,
): Promise<FoundKeys> {
  const { page, pageSize: size, q } = question
  const exact = q === '' || isPublicId(q) ? undefined : await lookUpKey(context, scope, q, 'any')
  if (exact !== undefined && (scope === undefined || exact.record.orgId === scope)) {
    const usedAt = await context.storage.keys.lastUse(exact.record.id)
    const keys = await rowsOf(context, [{ ...exact.record, usedAt }])
    return { keys, total: 1, pages: 1, page: 1, page_size: size, matched_by: 'secret' }
  }
  const now = Math.floor(context.now() / 1000)
  const found = await context.storage.keys.search(
    scope,
    {
      ...(q !== '' && { contains: q }),
      ...(question.apiId !== undefined && { apiId: question.apiId }),
      ...(question.policyId !== undefined && {
        policyIds: await policyIdsOf(context, scope, question.policyId),
      }),
      ...(question.status !== undefined && {
        state: { is: question.status, now, expiringSeconds: EXPIRING_SECONDS },
      }),
    },
    { by: question.sort, direction: question.order },
    { page, size },
  )
  const keys = await rowsOf(context, found.rows)
  return { keys, total: found.total, pages: found.pages, page, page_size: size, matched_by: null }
}

/** Both ids of the policy, so that keys which list it under either are found. */
async function policyIdsOf(
  { storage }: KeyContext,
  scope: string | undefined,
  policyId: string,
): Promise<readonly [string, ...string[]]> {
  const policy = await storage.policies.byId(scope, policyId)
  if (policy === undefined) return [policyId]
  return policy.explicitId === '' ? [policy.id] : [policy.id, policy.explicitId]
}

function rowsOf(
  context: KeyContext,
  records: readonly (KeyRecord & { readonly usedAt: number })[],
): Promise<KeyRow[]> {
  return Promise.all(records.map((record) => rowOf(context, record)))
}

async function rowOf(context: KeyContext, record: KeyRecord & { readonly usedAt: number }): Promise<KeyRow> {
  const access = await accessOf(context, record)
  const apiIds = [...access.apis.keys()]
  const apis = await Promise.all(
    apiIds.slice(0, MAX_NAMED).map(async (id) => {
      const facts = await context.catalogue.api(record.orgId, id)
      return { id, name: facts?.name ?? access.apis.get(id)?.apiName ?? '' }
    }),
  )
  const quotas = quotasOf(access)
  const uses = quotas.length === 0 ? undefined : await context.quotas.use(quotas)
  const isSpent = quotas.some(({ name, max }) => (uses?.get(name)?.used ?? 0) >= max)
  const usedAt = Math.max(record.usedAt, context.lastUse(record.id))
  const { owner, tags } = record.session
  return {
    key_hash: record.id,
    alias: record.session.alias ?? '',
    ...statusOf({ inactive: access.inactive, expiresAtMs: access.expiresAtMs, isSpent }, context.now()),
    apis,
    apis_total: apiIds.length,
    policies: access.policies.slice(0, MAX_NAMED).map(({ id, name }) => ({ id, name })),
    owner: typeof owner === 'string' ? owner : '',
    username: record.username,
    tags: [...(tags ?? [])],
    created_at: record.createdAt,
    updated_at: record.updatedAt,
    expires: access.expiresAtMs / 1000,
    last_used_at: usedAt === 0 ? null : new Date(usedAt * 1000).toISOString(),
  }
}

type KeyFacts = {
  readonly inactive: { readonly value: boolean; readonly sources: readonly SourceRef[] }
  readonly expiresAtMs: number
  readonly isSpent: boolean
}

function statusOf(state: KeyFacts, nowMs: number): Pick<KeyRow, 'status' | 'status_words'> {
  const { inactive, expiresAtMs, isSpent } = state
  if (inactive.value)
    return { status: 'inactive', status_words: `switched off by ${sourcesWords(inactive.sources)}` }
  const leftMs = expiresAtMs === 0 ? Number.POSITIVE_INFINITY : expiresAtMs - nowMs
  if (leftMs < 0) return { status: 'expired', status_words: `expired ${inWords(-leftMs)} ago` }
  if (isSpent) return { status: 'quota_exhausted', status_words: 'a quota is used up' }
  if (leftMs <= EXPIRING_SECONDS * 1000)
    return { status: 'expiring', status_words: `expires in ${inWords(leftMs)}` }
  return { status: 'active', status_words: 'in use or ready for it' }
}

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const

function inWords(ms: number): string {
  const [unit, length] = UNITS.find(([, unitMs]) => ms >= unitMs) ?? ['second', 1000]
  const count = Math.floor(ms / length)
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}
