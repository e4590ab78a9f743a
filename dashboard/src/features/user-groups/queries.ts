import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { type Answer, type Input, request } from '../../api/request.ts'
import { type Found, paletteRows } from '../../lib/feature.ts'
import { paths } from '../../lib/paths.ts'

/** A group's document. */
export type GroupDocument = Answer<'GET /api/usergroups/{id}'>

type Sort = NonNullable<Input<'GET /api/usergroups'>['query']>['sort']

/** One page of the groups. Every query of this feature has a key that begins with 'user-groups'. */
export function groupsQuery(asked: { readonly page: number; readonly q: string; readonly sort: string }) {
  return queryOptions({
    queryKey: ['user-groups', 'list', asked],
    queryFn: async ({ signal }) => {
      // A sort of no such name, from an address that was typed, is answered with what is wrong.
      const query = { p: String(asked.page), q: asked.q, sort: asked.sort as Sort, page_size: '20' }
      const { groups, pages, total } = await request('GET /api/usergroups', { query, signal })
      return { rows: groups, pages, total }
    },
    placeholderData: keepPreviousData,
  })
}

/** One group. */
export function groupQuery(id: string) {
  return queryOptions({
    queryKey: ['user-groups', 'one', id],
    queryFn: ({ signal }) => request('GET /api/usergroups/{id}', { params: { id }, signal }),
  })
}

/** A member of a group. */
export type Member = { readonly id: string; readonly name: string; readonly email: string }

/** Users that are looked through for members; organisations have few. */
const lookedThrough = 100

/** The members of a group, among the first users of the organisation. */
export function membersQuery(groupId: string, enabled: boolean) {
  return queryOptions({
    queryKey: ['users', 'of-group', groupId],
    queryFn: async ({ signal }) => {
      const query = { page_size: String(lookedThrough), sort: 'email_address' } as const
      const { users, total = 0 } = await request('GET /api/users', { query, signal })
      const members = users
        .filter(({ group_id }) => group_id === groupId)
        .map((user): Member => {
          const { id, first_name, last_name, email_address: email } = user
          return { id, name: `${first_name} ${last_name}`.trim() || email, email }
        })
      return { members, isAll: total <= lookedThrough }
    },
    enabled,
  })
}

/** Groups for the palette. */
export async function findGroups(text: string, signal: AbortSignal): Promise<readonly Found[]> {
  const query = { q: text, p: '1', page_size: String(paletteRows) }
  const { groups } = await request('GET /api/usergroups', { query, signal })
  return groups.map(({ id, name, description }) => ({
    id,
    label: name,
    description,
    to: paths.userGroup(id),
  }))
}

/** A group as it is created. */
export type NewGroup = NonNullable<Input<'POST /api/usergroups'>['body']>

/** Creates a group. @returns its id */
export async function createGroup(group: NewGroup): Promise<string> {
  return (await request('POST /api/usergroups', { body: group })).Meta
}

/** Changes a group; in force for its members at once. */
export function updateGroup(id: string, document: GroupDocument): Promise<unknown> {
  return request('PUT /api/usergroups/{id}', { params: { id }, body: document })
}

/** Deletes a group. */
export function deleteGroup(id: string): Promise<unknown> {
  return request('DELETE /api/usergroups/{id}', { params: { id } })
}
