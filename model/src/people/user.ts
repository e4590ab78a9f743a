import { z } from 'zod'
import { Permissions } from './permissions.ts'

/** A user of the management surface, without password and access key (dashboard contract, section 1.5). */
export const User = z.looseObject({
  id: z.string().optional(),
  first_name: z.string().optional(),
  last_name: z.string().optional(),
  email_address: z.string().optional(),
  org_id: z.string().optional(),
  active: z.boolean().optional(),
  user_permissions: Permissions.nullish(),
  group_id: z.string().optional(),
  password_max_days: z.int().optional(),
  password_updated: z.string().optional(),
  PWHistory: z.array(z.unknown()).nullish(),
  last_login_date: z.string().optional(),
  created_at: z.string().optional(),
})
export type User = z.infer<typeof User>
