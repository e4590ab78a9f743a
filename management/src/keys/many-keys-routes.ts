import { z } from 'zod'
import { accessDenied } from '../authentication/dashboard-surface.ts'
import { actorOf, type UserCaller } from '../caller.ts'
import { Done, ok } from '../envelopes.ts'
import { Problem, problems } from '../errors.ts'
import { PageNumber, PageSize, sizeOf } from '../page-query.ts'
import { policyProblems } from '../policies/policy-problems.ts'
import { type Route, route } from '../route.ts'
import { changeKey, changeKeys, type KeyAction, MAX_BULK } from './change-keys.ts'
import { findKey, KeyNamingQuery, namingOf } from './find-key.ts'
import type { KeyContext } from './key-context.ts'
import { keyProblems } from './key-problems.ts'
import { isPastExpiry } from './key-session.ts'
import { FoundKeys, KeyFilterWords, keyQuestion, searchKeys } from './search-keys.ts'

const SearchQuery = z.object({ ...KeyFilterWords, p: PageNumber, page_size: PageSize })
const SearchBody = z.object({
  ...KeyFilterWords,
  p: z.int().optional(),
  page_size: z.int().min(1).max(100).optional(),
})

const ids = z.array(z.string().max(256)).min(1).max(MAX_BULK)
/** Longest extension, seconds: a hundred years. */
const MAX_SECONDS = 100 * 366 * 86_400
const BulkOrder = z.discriminatedUnion('action', [
  z.object({ action: z.enum(['disable', 'enable', 'delete']), ids }),
  z.object({
    action: z.enum(['add_policy', 'remove_policy']),
    ids,
    policy_id: z.string().min(1).max(256),
  }),
  z.object({
    action: z.literal('extend'),
    ids,
    seconds: z.int().min(1).max(MAX_SECONDS).optional(),
    /** Unix seconds; 0 = never. */
    expires: z.int().min(0).optional(),
  }),
])
type BulkOrder = z.output<typeof BulkOrder>

const BulkDone = z.object({
  /** In the order of the ids. */
  results: z.array(
    z.union([
      z.object({ id: z.string(), ok: z.literal(true), changed: z.boolean() }),
      z.object({ id: z.string(), ok: z.literal(false), error: z.string() }),
    ]),
  ),
  done: z.int(),
  changed: z.int(),
  failed: z.int(),
})

const BULK_INVALID = 'Bulk action validation failed'

/** Lists of keys as a user interface needs them, and changes of many keys at once. */
export const manyKeysRoutes = (context: KeyContext, pageSize: number): Route[] => [
  route({
    method: 'GET',
    path: '/api/keys/search',
    permission: 'keys:read',
    summary:
      'Find keys by a part of alias, public id, user name, owner or tag; sorted, in pages, with a total',
    query: SearchQuery,
    answer: FoundKeys,
    handle: ({ caller, query }) => {
      const question = keyQuestion(query, Number(query.p || 1), sizeOf(query.page_size, pageSize))
      return searchKeys(context, caller.scope, question)
    },
  }),
  route({
    method: 'POST',
    path: '/api/keys/search',
    permission: 'any-user',
    summary: 'The same with the words in the body, where a pasted secret belongs; needs keys, read',
    invalid: 'Search validation failed',
    body: SearchBody,
    answer: FoundKeys,
    handle: ({ caller, body }) => {
      if (!caller.may('keys', 'read')) throw accessDenied('/api/keys/search')
      const question = keyQuestion(body, body.p ?? 1, body.page_size ?? Math.min(100, pageSize))
      return searchKeys(context, caller.scope, question)
    },
  }),
  route({
    method: 'POST',
    path: '/api/keys/bulk',
    permission: 'keys:write',
    summary: `Disable, enable, delete, extend or give a policy to up to ${MAX_BULK} keys; each key on its own`,
    invalid: BULK_INVALID,
    body: BulkOrder,
    answer: BulkDone,
    handle: async ({ caller, body }) => {
      const action = await actionOf(context, caller, body)
      const results = await changeKeys(context, actorOf(caller), caller.scope, body.ids, action)
      const done = results.filter((result) => result.ok)
      const changed = done.filter((result) => result.changed).length
      return { results, done: done.length, changed, failed: results.length - done.length }
    },
  }),
  switching(context, 'disable', 'Switch a key off, leaving everything else as it is'),
  switching(context, 'enable', 'Switch a key on again, leaving everything else as it is'),
]

function switching(context: KeyContext, action: 'disable' | 'enable', summary: string): Route {
  return route({
    method: 'POST',
    path: `/api/keys/:keyId/${action}`,
    permission: 'keys:write',
    summary,
    query: KeyNamingQuery,
    answer: Done,
    handle: async ({ caller, params, query }) => {
      const { record } = await findKey(context, caller.scope, params.keyId ?? '', namingOf(query))
      await changeKey(context, actorOf(caller), record, { action })
      return ok(action === 'disable' ? 'Key disabled' : 'Key enabled')
    },
  })
}

async function actionOf(context: KeyContext, caller: UserCaller, order: BulkOrder): Promise<KeyAction> {
  if (order.action === 'add_policy' || order.action === 'remove_policy') {
    const { action, policy_id: policyId } = order
    const policy = await context.storage.policies.byId(caller.scope, policyId)
    if (policy !== undefined)
      return { action, policyIds: [policyId, policy.id, policy.explicitId || policy.id] }
    // One that was deleted since can still be taken off the keys that list it.
    if (action === 'remove_policy') return { action, policyIds: [policyId] }
    throw new Problem(policyProblems.policy_not_found)
  }
  if (order.action !== 'extend') return { action: order.action }
  const { seconds, expires } = order
  if ((seconds === undefined) === (expires === undefined)) {
    throw new Problem(
      { ...problems.body_invalid, message: BULK_INVALID },
      'expected either seconds or expires',
    )
  }
  if (isPastExpiry(expires, context.now()))
    throw new Problem(
      { ...keyProblems.key_expiry_past, message: BULK_INVALID },
      keyProblems.key_expiry_past.message,
    )
  return seconds === undefined ? { action: 'extend', expires: expires ?? 0 } : { action: 'extend', seconds }
}
