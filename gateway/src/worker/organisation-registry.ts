import { type OrganisationLimits, organisationLimits } from '@tollgate/model/limits/organisation-limits'
import type { OrganisationSessionRecord } from '@tollgate/storage/records/organisation-sessions'

/** Where an API finds the limits that its organisation has now; the same object as long as the registry lives. */
export type OrganisationEntry = { limits: OrganisationLimits | undefined }

/** The limits of organisations as a whole, compiled. */
export class OrganisationRegistry {
  readonly #entries = new Map<string, OrganisationEntry>()

  /** @param records the organisations that have limits of their own */
  constructor(records: readonly OrganisationSessionRecord[]) {
    for (const { orgId, session } of records) this.put(orgId, session)
  }

  of(orgId: string): OrganisationEntry {
    const existing = this.#entries.get(orgId)
    if (existing !== undefined) return existing
    const entry: OrganisationEntry = { limits: undefined }
    this.#entries.set(orgId, entry)
    return entry
  }

  /** @param session undefined when the organisation has no limits any more */
  put(orgId: string, session: OrganisationSessionRecord['session'] | undefined): void {
    this.of(orgId).limits = session && organisationLimits(orgId, session)
  }
}
