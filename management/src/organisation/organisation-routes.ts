import { isDeepStrictEqual } from 'node:util'
import { Organisation } from '@tollgate/model/people/organisation'
import type { OrganisationRecord } from '@tollgate/storage/records/organisations'
import { organisationProblems, ShownOrganisation, shownOrganisation } from '../admin/organisations.ts'
import { accessDenied } from '../authentication/dashboard-surface.ts'
import { actorOf, type UserCaller } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { Done, ok } from '../envelopes.ts'
import { defineProblems, Problem } from '../errors.ts'
import { type Route, route } from '../route.ts'

export const ownOrganisationProblems = defineProblems({
  organisation_none: { status: 400, message: 'You belong to no organisation, use /admin/organisations' },
  organisation_field_reserved: {
    status: 403,
    message: 'Only the operator of the instance may change this field',
  },
})

const path = '/api/organisation'

/** What the operator of the instance grants or counts; an organisation does not grant it to itself. */
const reserved = [
  'apis',
  'developer_quota',
  'developer_count',
  'hybrid_enabled',
  'sso_enabled',
  'gateway_claims',
] as const

/** /api/organisation: the organisation of the user who is asking. */
export const ownOrganisationRoutes = (deps: Dependencies): Route[] => [
  route({
    method: 'GET',
    path,
    permission: 'any-user',
    summary: 'Read the own organisation',
    answer: ShownOrganisation,
    handle: async ({ caller }) => shownOrganisation(await ownOrganisation(deps, caller)),
  }),
  route({
    method: 'PUT',
    path,
    permission: 'any-user',
    summary:
      'Replace the own organisation; for administrators, and without what only the operator may change',
    invalid: organisationProblems.organisation_invalid.message,
    body: Organisation,
    answer: Done,
    async handle({ caller, body }) {
      if (!caller.isAdmin) throw accessDenied(path)
      const { id } = await ownOrganisation(deps, caller)
      await deps.storage.write(actorOf(caller), async ({ organisations }) => {
        const record = await organisations.byId(id)
        if (record === undefined) throw new Problem(organisationProblems.organisation_unknown)
        refuseReserved(record, body)
        await organisations.update({ ...record, organisation: { ...body, id } })
      })
      return ok('Org updated')
    },
  }),
]

async function ownOrganisation({ storage }: Dependencies, caller: UserCaller): Promise<OrganisationRecord> {
  if (caller.orgId === '') throw new Problem(ownOrganisationProblems.organisation_none)
  const record = await storage.organisations.byId(caller.orgId)
  if (record === undefined) throw new Problem(organisationProblems.organisation_unknown)
  return record
}

/** Compared with what a read shows: who sends back what was read changes nothing. */
function refuseReserved(record: OrganisationRecord, sent: Organisation): void {
  const shown: Organisation = shownOrganisation(record)
  for (const field of reserved) {
    if (sent[field] !== undefined && !isDeepStrictEqual(sent[field], shown[field])) {
      throw new Problem(ownOrganisationProblems.organisation_field_reserved, field)
    }
    // Leaving it out would take it away.
    if (sent[field] === undefined && record.organisation[field] !== undefined) {
      throw new Problem(ownOrganisationProblems.organisation_field_reserved, field)
    }
  }
}
