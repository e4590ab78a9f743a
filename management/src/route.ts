import type { Permission } from '@tollgate/model/permissions'
import type { z } from 'zod'

/** Who is asking, after authentication. */
export type Caller =
  | {
      readonly kind: 'user'
      readonly userId: string
      readonly orgId: string
      readonly may: (permission: Permission, level: 'read' | 'write') => boolean
      readonly isAdmin: boolean
    }
  | { readonly kind: 'admin-secret' } // header admin-auth: every organisation, only /admin
  | { readonly kind: 'control-secret' } // header x-tyk-authorization: every organisation, only /tyk
  | { readonly kind: 'anyone' }

/** What a handler is given. */
export type RouteInput<Body, C extends Caller = Caller> = {
  readonly caller: C
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string>>
  readonly body: Body
}
