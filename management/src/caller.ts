import type { Permission, Permissions } from '@tollgate/model/people/permissions'
import type { Actor } from '@tollgate/storage/changes/changes'
import type { SignIn } from '@tollgate/storage/records/sign-ins'
import { Problem, problems } from './errors.ts'

/** A signed-in user or the holder of a user's access key. */
export type UserCaller = {
  readonly kind: 'user'
  readonly userId: string
  /** Empty for a super user, who belongs to no organisation and sees all. */
  readonly orgId: string
  /** The organisation that reads stay within; undefined for a super user: hand it to stores as it is. */
  readonly scope: string | undefined
  /** What counts for this user: the group's permissions, or the own. */
  readonly permissions: Permissions
  readonly may: (permission: Permission, level: 'read' | 'write') => boolean
  readonly isAdmin: boolean
}
/** The browser of a user, signed in or between the steps of a sign-in: `signIn.stage` says which. */
export type SignInStepCaller = {
  readonly kind: 'sign-in-step'
  readonly user: UserCaller
  readonly signIn: SignIn
}
/** Header `admin-auth`: every organisation, only /admin. */
export type AdminCaller = { readonly kind: 'admin-secret' }
/** Header `x-tyk-authorization`: every organisation, only /tyk. */
export type ControlCaller = { readonly kind: 'control-secret' }
export type Anyone = { readonly kind: 'anyone' }

/** Who is asking, after authentication. */
export type Caller = UserCaller | SignInStepCaller | AdminCaller | ControlCaller | Anyone

/** The caller as history names it. */
export function actorOf(caller: Caller): Actor {
  if (caller.kind === 'user') return { kind: 'user', id: caller.userId }
  if (caller.kind === 'sign-in-step') return { kind: 'user', id: caller.user.userId }
  if (caller.kind === 'admin-secret') return { kind: 'admin', id: '' }
  if (caller.kind === 'control-secret') return { kind: 'control-api', id: '' }
  return { kind: 'system', id: '' }
}

/**
 * The organisation that a new record belongs to: the caller's own, whatever the body says; a super user has to name
 * one (`org_id` of the body).
 */
export function organisationFor(caller: UserCaller, named: string | undefined): string {
  if (caller.orgId !== '') return caller.orgId
  if (named === undefined || named === '') throw new Problem(problems.organisation_required)
  return named
}
