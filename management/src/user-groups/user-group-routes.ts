import { objectId } from '@tollgate/model/ids'
import { isAdmin, Permissions } from '@tollgate/model/people/permissions'
import { UserGroup } from '@tollgate/model/people/user-group'
import type { UserGroupRecord } from '@tollgate/storage/records/user-groups'
import { z } from 'zod'
import { covers } from '../authentication/user-rights.ts'
import { actorOf, organisationFor, type UserCaller } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { CreatedInMeta, Done, ok } from '../envelopes.ts'
import { Problem, problems } from '../errors.ts'
import { PageNumber, PageSize, paged, pageOf, sizeOf, totalIfSized } from '../page-query.ts'
import { type Route, route } from '../route.ts'
import { refuseWithoutAdministrator } from '../users/administrators.ts'
import { GivenPermissions } from '../users/user-document.ts'
import { groupProblems } from './user-group-problems.ts'

const GivenGroup = UserGroup.extend({ user_permissions: GivenPermissions })
const NewGroup = GivenGroup.extend({ name: z.string().min(1) })

const ShownGroup = z.looseObject({
  id: z.string(),
  org_id: z.string(),
  name: z.string(),
  description: z.string(),
  active: z.boolean(),
  user_permissions: Permissions,
  password_max_days: z.number(),
})
const SORTS = ['name', '-name', 'created_at', '-created_at'] as const
const Listing = z.object({
  p: PageNumber,
  q: z.string().optional(),
  sort: z.union([z.literal(''), z.enum(SORTS)]).optional(),
  page_size: PageSize,
})
const ShownGroups = z.object({ groups: z.array(ShownGroup), pages: z.number(), total: z.int().optional() })

/** /api/usergroups: permissions that many users share (dashboard contract, section 1.6). */
export const userGroupRoutes = (deps: Dependencies): Route[] => [
  route({
    method: 'GET',
    path: '/api/usergroups',
    permission: 'user_groups:read',
    summary: 'List the user groups of the organisation',
    query: Listing,
    answer: ShownGroups,
    async handle({ caller, query }) {
      const page = pageOf(query.p, sizeOf(query.page_size, deps.pageSize))
      const groups = wantedGroups(await allGroups(deps, caller), query)
      const { rows, pages, total } = paged(groups, page)
      return { groups: rows.map(shownGroup), pages, ...totalIfSized(query, total) }
    },
  }),
  route({
    method: 'POST',
    path: '/api/usergroups',
    permission: 'user_groups:write',
    summary: 'Create a user group',
    invalid: groupProblems.group_invalid.message,
    body: NewGroup,
    answer: CreatedInMeta,
    async handle({ caller, body }) {
      const id = objectId()
      const orgId = organisationFor(caller, body.org_id)
      const record = { id, orgId, group: { active: true, ...body, id, org_id: orgId } }
      refuseGrantedGroup(caller, record)
      await deps.storage.write(actorOf(caller), async (stores) => {
        if ((await stores.organisations.byId(orgId)) === undefined)
          throw new Problem(problems.organisation_unknown)
        await stores.userGroups.insert(record)
      })
      return ok('User group created', id)
    },
  }),
  route({
    method: 'GET',
    path: '/api/usergroups/:id',
    permission: 'user_groups:read',
    summary: 'Read a user group',
    answer: ShownGroup,
    handle: async ({ caller, params: { id = '' } }) => shownGroup(await readGroup(deps, caller, id)),
  }),
  route({
    method: 'PUT',
    path: '/api/usergroups/:id',
    permission: 'user_groups:write',
    summary: 'Change a user group; what is not sent stays',
    invalid: groupProblems.group_invalid.message,
    body: GivenGroup,
    answer: Done,
    async handle({ caller, params: { id = '' }, body }) {
      const before = await readGroup(deps, caller, id)
      const { orgId } = before
      const after = {
        id: before.id,
        orgId,
        group: { ...before.group, ...body, id: before.id, org_id: orgId },
      }
      refuseGrantedGroup(caller, before)
      refuseGrantedGroup(caller, after)
      await deps.storage.write(actorOf(caller), async (stores) => {
        await stores.userGroups.update(after)
        if (givesAdministrator(before)) await refuseWithoutAdministrator(stores, orgId)
      })
      return ok('User group updated')
    },
  }),
  route({
    method: 'DELETE',
    path: '/api/usergroups/:id',
    permission: 'user_groups:write',
    summary: 'Delete a user group; its members may do nothing until they get other permissions',
    answer: Done,
    async handle({ caller, params: { id = '' } }) {
      const record = await readGroup(deps, caller, id)
      refuseGrantedGroup(caller, record)
      await deps.storage.write(actorOf(caller), async (stores) => {
        await stores.userGroups.remove(record)
        if (givesAdministrator(record)) await refuseWithoutAdministrator(stores, record.orgId)
      })
      return ok('User group deleted')
    },
  }),
]

/** The organisation's groups, oldest first; those of every organisation for a super user. There are few. */
async function allGroups({ storage }: Dependencies, caller: UserCaller): Promise<UserGroupRecord[]> {
  const everything = { page: 0, size: 1 }
  const orgIds =
    caller.scope === undefined
      ? (await storage.organisations.list(everything)).rows.map(({ id }) => id)
      : [caller.scope]
  const lists = await Promise.all(orgIds.map((orgId) => storage.userGroups.list(orgId, everything)))
  return lists.flatMap((list) => list.rows)
}

/** Those whose name or description holds the words, in the order that is asked for. */
function wantedGroups(
  groups: readonly UserGroupRecord[],
  { q = '', sort }: z.output<typeof Listing>,
): UserGroupRecord[] {
  const words = q.toLowerCase()
  const found = groups.filter(({ group: { name = '', description = '' } }) =>
    `${name}\n${description}`.toLowerCase().includes(words),
  )
  const nameOf = ({ group }: UserGroupRecord) => (group.name ?? '').toLowerCase()
  if (sort?.endsWith('name')) {
    found.sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : nameOf(a) > nameOf(b) ? 1 : 0))
  }
  return sort?.startsWith('-') ? found.reverse() : found
}

async function readGroup(
  { storage }: Dependencies,
  caller: UserCaller,
  id: string,
): Promise<UserGroupRecord> {
  const record = await storage.userGroups.byId(caller.scope, id)
  if (record === undefined) throw new Problem(groupProblems.group_unknown)
  return record
}

/** A group without permissions opens nothing, so it is nobody's administrator either. */
function givesAdministrator({ group }: UserGroupRecord): boolean {
  return Object.keys(group.user_permissions ?? {}).length > 0 && isAdmin(group.user_permissions)
}

/** Throws unless the caller has what the group gives: else making a group would be a way to more. */
function refuseGrantedGroup(caller: UserCaller, { group }: UserGroupRecord): void {
  const permissions = group.user_permissions ?? {}
  if (Object.keys(permissions).length > 0 && !covers(caller.permissions, permissions)) {
    throw new Problem(groupProblems.group_outranks_caller)
  }
}

function shownGroup({ id, orgId, group }: UserGroupRecord): z.input<typeof ShownGroup> {
  const { name = '', description = '', active, user_permissions, password_max_days = 0, ...others } = group
  return {
    ...others,
    id,
    org_id: orgId,
    name,
    description,
    active: active !== false,
    user_permissions: user_permissions ?? {},
    password_max_days,
  }
}
