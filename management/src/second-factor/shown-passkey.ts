import type { Passkey } from '@tollgate/storage/records/second-factors'
import { z } from 'zod'

/** A passkey as its owner sees it. */
export const ShownPasskey = z.object({
  id: z.string(),
  name: z.string(),
  created_at: z.string(),
  last_used_at: z.string().nullable(),
})

/** A passkey for an answer. */
export function shownPasskey({ id, name, createdAt, lastUsedAtMs }: Passkey): z.input<typeof ShownPasskey> {
  const lastUsedAt = lastUsedAtMs === 0 ? null : new Date(lastUsedAtMs).toISOString()
  return { id, name, created_at: createdAt, last_used_at: lastUsedAt }
}
