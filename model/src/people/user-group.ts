import { z } from 'zod'
import { Permissions } from './permissions.ts'

/** A user group: its permissions replace those of its members (dashboard contract, section 1.6). */
export const UserGroup = z.looseObject({
  id: z.string().optional(),
  org_id: z.string().optional(),
  name: z.string().optional(),
  description: z.string().optional(),
  active: z.boolean().optional(),
  user_permissions: Permissions.nullish(),
  password_max_days: z.int().optional(),
})
export type UserGroup = z.infer<typeof UserGroup>
