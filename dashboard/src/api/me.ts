import { queryOptions, useSuspenseQuery } from '@tanstack/react-query'
import type { Permission } from '@tollgate/model/people/permissions'
import { type Answer, request } from './request.ts'

/** Who is signed in, in which organisation, and what this user may do. */
export type Me = Answer<'GET /api/session'>

/** Reads who is signed in; fails with 401 when nobody is. */
export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: ({ signal }) => request('GET /api/session', { signal, whenSignedOut: 'fail' }),
  staleTime: 60_000,
})

/** Who is signed in; within the shell there always is somebody. */
export function useMe(): Me {
  return useSuspenseQuery(meQuery).data
}

/** What the user may do. The server judges again: this only keeps from offering what it would refuse. */
export type May = {
  (permission: Permission, level: 'read' | 'write'): boolean
  readonly isAdmin: boolean
  readonly resetPasswords: boolean
}

/** Whether the user may read what asks for this permission, or for one of these; what asks for none is for everybody. */
export function mayRead(may: May, permission: Permission | readonly Permission[] | undefined): boolean {
  if (permission === undefined) return true
  return [permission].flat().some((one) => may(one, 'read'))
}

/** `may('keys', 'write')`, for menus and buttons; a group's permissions are worked out by the server. */
export function usePermissions(): May {
  const me = useMe()
  const may = (permission: Permission, level: 'read' | 'write') => me.may[permission]?.[level] === true
  return Object.assign(may, { isAdmin: me.is_admin, resetPasswords: me.may_reset_passwords })
}
