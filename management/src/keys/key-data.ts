import { quotasOf } from '@tollgate/model/access/effective-access'
import { wireSession } from '@tollgate/model/access/wire-session'
import type { KeyRecord } from '@tollgate/storage/keys/keys'
import { z } from 'zod'
import { Document } from '../envelopes.ts'
import { accessOf } from './key-access.ts'
import type { KeyContext } from './key-context.ts'
import { sessionWithLiveQuotas } from './live-quota.ts'

/** A key as the Dashboard surface shows it (dashboard contract 1.1); the order of its keys is part of the contract. */
export const KeyData = z.object({
  api_model: z.object({}),
  key_id: z.string(),
  data: Document,
  key_hash: z.string(),
})
export type KeyData = z.input<typeof KeyData>

/** @param shownId the secret when the caller knows it, else the public id */
export async function keyData(context: KeyContext, record: KeyRecord, shownId: string): Promise<KeyData> {
  return { api_model: {}, key_id: shownId, data: await shownSession(context, record), key_hash: record.id }
}

/** The session as every surface shows it: policies applied, quotas as they stand now, no password. */
export async function shownSession(context: KeyContext, record: KeyRecord): Promise<Record<string, unknown>> {
  const access = await accessOf(context, record)
  return wireSession(sessionWithLiveQuotas(access, await context.quotas.use(quotasOf(access))))
}
