import type { Session } from '../access/session.ts'
import { escaped } from './budget.ts'
import type { Limit } from './counters.ts'
import { concurrencyOf, quotaOf, ratesOf } from './key-limits.ts'

/** The limits that an organisation itself has, over all requests to its APIs (gateway contract, section 4.4). */
export type OrganisationLimits = {
  readonly orgId: string
  readonly inactive: boolean
  readonly rates: readonly Limit[]
  readonly concurrency: Limit | undefined
  readonly quota: Limit | undefined
  /** All of them, in the order in which they are asked. */
  readonly limits: readonly Limit[]
}

/** Compiles an organisation's own session (`/tyk/org/keys`). Never throws on a session that passed its schema. */
export function organisationLimits(orgId: string, session: Session): OrganisationLimits {
  const place = {
    budget: { id: escaped(orgId), words: 'organisation', mixed: false },
    path: [],
    scope: 'organisation',
    source: { kind: 'organisation', id: orgId, name: '' } as const,
  }
  const rates = ratesOf(session, place, 'org-rate')
  const concurrency = concurrencyOf(session, place, 'org-concurrency')
  const quota = quotaOf(session, place, 'org-quota')
  const limits = [...rates, concurrency, quota].filter((limit) => limit !== undefined)
  return { orgId, inactive: session.is_inactive === true, rates, concurrency, quota, limits }
}
