import type { Organisation } from '@tollgate/model/people/organisation'
import type { Actor } from '@tollgate/storage/changes/changes'
import type { Storage, Stores } from '@tollgate/storage/storage'
import { Problem, problems } from '../errors.ts'

/** What a record's organisation needs to be there: with `adopts` it is made together with its first record. */
export type Adopting = {
  readonly now: () => number
  /** Where no Dashboard gives organisations their ids, whatever a record names is one. */
  readonly adopts?: boolean
}

/** Whether an organisation was made because a record named it, and not by an operator or a first start. */
export function isAdopted({ org_options_meta: meta }: Organisation): boolean {
  return meta?.adopted === true
}

/** Within the transaction that stores a record: its organisation is there, or is made. Throws `organisation_unknown`. */
export async function requireOrganisation(
  { organisations }: Stores,
  { now, adopts }: Adopting,
  id: string,
): Promise<void> {
  if ((await organisations.byId(id)) !== undefined) return
  if (adopts !== true) throw new Problem(problems.organisation_unknown)
  const organisation = { id, owner_name: id, owner_slug: id, org_options_meta: { adopted: true } }
  await organisations.insert({ id, organisation, createdAt: new Date(now()).toISOString() })
}

/** Makes an organisation of this id unless there is one. */
export async function adoptOrganisation(
  { storage, now }: { readonly storage: Storage; readonly now: () => number },
  actor: Actor,
  id: string,
): Promise<void> {
  await storage.write(actor, (stores) => requireOrganisation(stores, { now, adopts: true }, id))
}
