import type { Actor } from '@tollgate/storage/changes/changes'
import type { Storage } from '@tollgate/storage/storage'

/**
 * Makes an organisation of this id unless there is one: what a gateway without a Dashboard names as `org_id` is a word
 * that nobody had to create.
 */
export async function adoptOrganisation(
  { storage, now }: { readonly storage: Storage; readonly now: () => number },
  actor: Actor,
  id: string,
): Promise<void> {
  await storage.write(actor, async ({ organisations }) => {
    if ((await organisations.byId(id)) !== undefined) return
    const organisation = { id, owner_name: id, owner_slug: id }
    await organisations.insert({ id, organisation, createdAt: new Date(now()).toISOString() })
  })
}
