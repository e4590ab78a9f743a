import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { type Answer, type Input, request } from '../../api/request.ts'
import { copyText } from '../../lib/copy-text.ts'
import { type Found, paletteRows } from '../../lib/feature.ts'
import { paths } from '../../lib/paths.ts'
import { toastDone } from '../../ui/toast.tsx'

type Answered = Answer<'GET /api/users/{id}'>

/** A user's document without the access key, which is a secret and is kept in no cache. */
export type UserDocument = Pick<
  Answered,
  | 'id'
  | 'first_name'
  | 'last_name'
  | 'email_address'
  | 'org_id'
  | 'active'
  | 'user_permissions'
  | 'group_id'
  | 'last_login_date'
  | 'created_at'
> &
  Readonly<Record<string, unknown>>

type Sort = NonNullable<Input<'GET /api/users'>['query']>['sort']

/** One page of the users. Every query of this feature has a key that begins with 'users'. */
export function usersQuery(asked: { readonly page: number; readonly q: string; readonly sort: string }) {
  return queryOptions({
    queryKey: ['users', 'list', asked],
    queryFn: async ({ signal }) => {
      // A sort of no such name, from an address that was typed, is answered with what is wrong.
      const query = { p: String(asked.page), q: asked.q, sort: asked.sort as Sort, page_size: pageSize }
      const { users, pages, total } = await request('GET /api/users', { query, signal })
      return { rows: users.map(withoutSecret), pages, total }
    },
    placeholderData: keepPreviousData,
  })
}

const pageSize = '20'

/** One user. */
export function userQuery(id: string) {
  return queryOptions({
    queryKey: ['users', 'one', id],
    queryFn: async ({ signal }) =>
      withoutSecret(await request('GET /api/users/{id}', { params: { id }, signal })),
  })
}

/** The user who is signed in, as stored. */
export const ownUserQuery = queryOptions({
  queryKey: ['users', 'me'],
  queryFn: async ({ signal }) => withoutSecret(await request('GET /api/users/me', { signal })),
})

/** Users for the palette. */
export async function findUsers(text: string, signal: AbortSignal): Promise<readonly Found[]> {
  const query = { q: text, p: '1', page_size: String(paletteRows) }
  const { users } = await request('GET /api/users', { query, signal })
  return users.map((user) => ({
    id: user.id,
    label: userName(user),
    description: user.email_address,
    to: paths.user(user.id),
    actions: [{ label: 'Copy user ID', run: () => copyId(user.id) }],
  }))
}

async function copyId(id: string): Promise<void> {
  if (await copyText(id)) toastDone('The user ID is in the clipboard')
}

/** What a user is called where it stands in a sentence. */
export function userName(user: {
  readonly first_name: string
  readonly last_name: string
  readonly email_address: string
}): string {
  return `${user.first_name} ${user.last_name}`.trim() || user.email_address
}

/** Reads a user's access key; for the piece that shows it, never for a cache. Blank for those who may not see it. */
export async function readAccessKey(id: string): Promise<string> {
  return (await request('GET /api/users/{id}', { params: { id } })).access_key
}

/** A user as it is created; the password goes to the server alone. */
export type NewUser = NonNullable<Input<'POST /api/users'>['body']>

/** Creates a user. @returns its id */
export async function createUser(user: NewUser): Promise<string> {
  return (await request('POST /api/users', { body: user })).Meta
}

/** Changes a user. */
export function updateUser(id: string, document: UserDocument): Promise<unknown> {
  return request('PUT /api/users/{id}', { params: { id }, body: document })
}

/** Deletes a user. */
export function deleteUser(id: string): Promise<unknown> {
  return request('DELETE /api/users/{id}', { params: { id } })
}

/** Shuts a user out: inactive, without access key and sessions. */
export function revokeUser(id: string): Promise<unknown> {
  return request('PUT /api/users/{id}/actions/revoke', { params: { id } })
}

/** Makes a new access key; the old one ends. */
export function resetAccessKey(id: string): Promise<unknown> {
  return request('PUT /api/users/{id}/actions/key/reset', { params: { id } })
}

/** Sets a password. The owner gives the current one, unless somebody else chose it. */
export function setPassword(
  id: string,
  newPassword: string,
  own: { readonly current?: string | undefined; readonly renewAccessKey?: boolean } = {},
): Promise<unknown> {
  const body = {
    new_password: newPassword,
    ...(own.current !== undefined && { current_password: own.current }),
    ...(own.renewAccessKey && { renew_access_key: true }),
  }
  return request('POST /api/users/{id}/actions/reset', { params: { id }, body })
}

/** Takes the second factors of another user away. */
export function resetFactors(id: string): Promise<unknown> {
  return request('PUT /api/users/{id}/actions/factors/reset', { params: { id } })
}

/** The groups of the organisation, for a drop-down; the permissions of a group count for its members. */
export function groupChoicesQuery(enabled: boolean) {
  return queryOptions({
    queryKey: ['user-groups', 'choices'],
    queryFn: async ({ signal }) => {
      const query = { page_size: '100', sort: 'name' } as const
      return (await request('GET /api/usergroups', { query, signal })).groups
    },
    enabled,
  })
}

function withoutSecret({ access_key: _, ...document }: Answered): UserDocument {
  return document as UserDocument // the rest of it is all there
}
