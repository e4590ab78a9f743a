import type { UserRecord } from '@tollgate/storage/records/users'
import { actorOf, type Caller } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'

/** Takes all second factors of a user away, such as after a lost phone, and ends the user's browser sessions. */
export async function resetFactors(
  { storage }: Pick<Dependencies, 'storage'>,
  caller: Caller,
  { id: userId, orgId }: UserRecord,
): Promise<void> {
  await storage.write(actorOf(caller), async (stores) => {
    await stores.secondFactors.removeAll({ userId, orgId })
    await stores.signIns.removeOfUser(userId)
  })
}
