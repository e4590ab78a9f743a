import type { Page, PageRequest } from '@tollgate/storage/records/paging'
import type { UserRecord } from '@tollgate/storage/records/users'
import { z } from 'zod'
import type { UserCaller } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { PageNumber, PageSize, paged, pageOf, sizeOf, totalIfSized } from '../page-query.ts'
import { type HttpFacts, type Route, route } from '../route.ts'
import { ShownUser } from './user-document.ts'
import { userProblems } from './user-problems.ts'
import { opensAccessKeys, shownTo } from './user-routes.ts'

const SORTS = ['email_address', '-email_address', 'name', '-name', 'created_at', '-created_at'] as const
type Sort = (typeof SORTS)[number]

const ShownUsers = z.object({ users: z.array(ShownUser), pages: z.number(), total: z.int().optional() })
const Listing = z.object({
  p: PageNumber,
  q: z.string().optional(),
  sort: z.union([z.literal(''), z.enum(SORTS)]).optional(),
  page_size: PageSize,
})
type Listing = z.output<typeof Listing>
const SearchFilters = z.object({ filters: z.object({ query: z.string() }) })

/** Lists of users: all of them, and by e-mail or name (dashboard contract, section 1.5). */
export const userListRoutes = (deps: Dependencies): Route[] => [
  route({
    method: 'GET',
    path: '/api/users',
    permission: 'users:read',
    summary: 'List the users of the organisation',
    query: Listing,
    answer: ShownUsers,
    handle: ({ caller, query, http }) => listed(deps, caller, http, query.q ?? '', query),
  }),
  route({
    method: 'GET',
    path: '/api/users/search',
    permission: 'users:read',
    summary: 'Find users by a part of their e-mail address (deprecated: use POST)',
    query: Listing,
    answer: ShownUsers,
    handle: ({ caller, query, http }) => listed(deps, caller, http, query.q ?? '', query),
  }),
  route({
    method: 'POST',
    path: '/api/users/search',
    permission: 'users:write',
    summary: 'Find users by a part of their e-mail address',
    invalid: userProblems.search_invalid.message,
    query: Listing,
    body: SearchFilters,
    answer: ShownUsers,
    handle: ({ caller, query, body, http }) => listed(deps, caller, http, body.filters.query, query),
  }),
]

async function listed(
  deps: Dependencies,
  caller: UserCaller,
  http: HttpFacts,
  contains: string,
  query: Listing,
) {
  const page = pageOf(query.p, sizeOf(query.page_size, deps.pageSize))
  const { rows, pages, total } = await usersOf(deps, caller.scope, contains, query.sort || 'created_at', page)
  const opens = await opensAccessKeys(deps, http)
  return {
    users: rows.map((record) => shownTo(deps, caller, record, opens)),
    pages,
    ...totalIfSized(query, total),
  }
}

/** The store lists users oldest first; in another order all of them are sorted here: there are not many. */
async function usersOf(
  { storage }: Dependencies,
  scope: string | undefined,
  contains: string,
  sort: Sort,
  page: PageRequest,
): Promise<Page<UserRecord>> {
  if (sort === 'created_at') return storage.users.list(scope, contains, page)
  const { rows } = await storage.users.list(scope, contains, { page: 0, size: page.size })
  if (sort === '-created_at') return paged(rows.toReversed(), page)
  const keyed = rows.map((record) => ({ record, key: sortKey(record, sort) }))
  keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
  const sorted = keyed.map(({ record }) => record)
  return paged(sort.startsWith('-') ? sorted.reverse() : sorted, page)
}

function sortKey({ email, user }: UserRecord, sort: Sort): string {
  if (sort.endsWith('email_address')) return email
  return `${user.last_name ?? ''} ${user.first_name ?? ''} ${email}`.trim().toLowerCase()
}
