import { isOrganisationId, objectId } from '@tollgate/model/ids'
import { Organisation } from '@tollgate/model/people/organisation'
import type { OrganisationRecord } from '@tollgate/storage/records/organisations'
import { z } from 'zod'
import { type AdminCaller, actorOf } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { CreatedInMeta, Document, Done, ok } from '../envelopes.ts'
import { defineProblems, Problem } from '../errors.ts'
import { PageNumber, pageOf } from '../page-query.ts'
import { type Route, route } from '../route.ts'

export const organisationProblems = defineProblems({
  organisation_id_taken: { status: 409, message: 'Found organisation with the same ID' },
  organisation_invalid: { status: 400, message: 'Organisation object validation failed' },
  organisation_unknown: { status: 404, message: 'Could not retrieve org detail' },
})

export const ShownOrganisation = Document.extend({ id: z.string() })
const ShownOrganisations = z.object({ organisations: z.array(ShownOrganisation), pages: z.number() })
const OrganisationId = z
  .string()
  .refine(isOrganisationId, 'expected at most 128 letters, digits and characters that are safe in a path')
const NewOrganisation = Organisation.extend({ id: z.union([z.literal(''), OrganisationId]).optional() })
const ImportedOrganisation = Organisation.extend({ id: OrganisationId })
const invalid = organisationProblems.organisation_invalid.message

/** /admin/organisations: the tenants of this instance (dashboard contract, section 1.7). */
export const organisationRoutes = (deps: Dependencies): Route[] => [
  route({
    method: 'GET',
    path: '/admin/organisations',
    permission: 'admin-secret',
    summary: 'List all organisations',
    query: z.object({ p: PageNumber }),
    answer: ShownOrganisations,
    async handle({ query }) {
      const { rows, pages } = await deps.storage.organisations.list(pageOf(query.p, deps.pageSize))
      return { organisations: rows.map(shownOrganisation), pages }
    },
  }),
  route({
    method: 'POST',
    path: '/admin/organisations',
    permission: 'admin-secret',
    summary: 'Create an organisation; an id that it brings is kept',
    invalid,
    body: NewOrganisation,
    answer: CreatedInMeta,
    async handle({ caller, body }) {
      const id = body.id || objectId()
      await storeOrganisation(deps, caller, id, body, 'new')
      return ok('Org created', id)
    },
  }),
  route({
    method: 'POST',
    path: '/admin/organisations/import',
    permission: 'admin-secret',
    summary: 'Create an organisation with the id it brings; one of that id is replaced',
    invalid,
    body: ImportedOrganisation,
    answer: CreatedInMeta,
    async handle({ caller, body }) {
      await storeOrganisation(deps, caller, body.id, body)
      return ok('Org imported', body.id)
    },
  }),
  route({
    method: 'GET',
    path: '/admin/organisations/:id',
    permission: 'admin-secret',
    summary: 'Read an organisation',
    answer: ShownOrganisation,
    handle: async ({ params: { id = '' } }) => shownOrganisation(await readOrganisation(deps, id)),
  }),
  route({
    method: 'PUT',
    path: '/admin/organisations/:id',
    permission: 'admin-secret',
    summary: 'Replace an organisation',
    invalid,
    body: Organisation,
    answer: Done,
    async handle({ caller, params: { id = '' }, body }) {
      await readOrganisation(deps, id)
      await storeOrganisation(deps, caller, id, body)
      return ok('Org updated')
    },
  }),
  route({
    method: 'DELETE',
    path: '/admin/organisations/:id',
    permission: 'admin-secret',
    summary: 'Delete an organisation with everything it owns',
    answer: Done,
    async handle({ caller, params: { id = '' } }) {
      const record = await readOrganisation(deps, id)
      await deps.storage.write(actorOf(caller), (stores) => stores.organisations.remove(record))
      return ok('Org deleted')
    },
  }),
]

/** Stores an organisation under this id, in place of one that has it unless it is to be new. */
async function storeOrganisation(
  { storage, now }: Dependencies,
  caller: AdminCaller,
  id: string,
  sent: Organisation,
  kind: 'new' | 'new-or-known' = 'new-or-known',
): Promise<void> {
  await storage.write(actorOf(caller), async ({ organisations }) => {
    const found = await organisations.byId(id)
    if (found !== undefined && kind === 'new') throw new Problem(organisationProblems.organisation_id_taken)
    const createdAt = found?.createdAt ?? new Date(now()).toISOString()
    const record = { id, organisation: { ...sent, id }, createdAt }
    await (found === undefined ? organisations.insert(record) : organisations.update(record))
  })
}

async function readOrganisation({ storage }: Dependencies, id: string): Promise<OrganisationRecord> {
  const record = await storage.organisations.byId(id)
  if (record === undefined) throw new Problem(organisationProblems.organisation_unknown)
  return record
}

/** The organisation with zero values where nothing was sent; the order of the fields is the contract's. */
export function shownOrganisation({
  id,
  organisation,
}: OrganisationRecord): z.input<typeof ShownOrganisation> {
  return {
    id,
    owner_name: '',
    owner_slug: '',
    cname: '',
    cname_enabled: false,
    apis: [],
    developer_quota: 0,
    developer_count: 0,
    event_options: {},
    hybrid_enabled: false,
    sso_enabled: false,
    ui: {},
    org_options_meta: {},
    ...organisation,
  }
}
