import { z } from 'zod'
import type { UserCaller } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { PageNumber, pageOf } from '../page-query.ts'
import { type Route, route } from '../route.ts'
import { ShownUser } from './user-document.ts'
import { userProblems } from './user-problems.ts'
import { shownTo } from './user-routes.ts'

const ShownUsers = z.object({ users: z.array(ShownUser), pages: z.number() })
const Listing = z.object({ p: PageNumber })
const Search = z.object({ q: z.string().optional(), p: PageNumber })
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
    handle: ({ caller, query }) => listed(deps, caller, '', query.p),
  }),
  route({
    method: 'GET',
    path: '/api/users/search',
    permission: 'users:read',
    summary: 'Find users by a part of their e-mail address (deprecated: use POST)',
    query: Search,
    answer: ShownUsers,
    handle: ({ caller, query }) => listed(deps, caller, query.q ?? '', query.p),
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
    handle: ({ caller, query, body }) => listed(deps, caller, body.filters.query, query.p),
  }),
]

async function listed(deps: Dependencies, caller: UserCaller, contains: string, p: string | undefined) {
  const { rows, pages } = await deps.storage.users.list(caller.scope, contains, pageOf(p, deps.pageSize))
  return { users: rows.map((record) => shownTo(deps, caller, record)), pages }
}
