import { Session } from '@tollgate/model/access/session'
import type { OrganisationSessionRecord } from '@tollgate/storage/records/organisation-sessions'
import { z } from 'zod'
import { actorOf } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { Done, ok } from '../envelopes.ts'
import { defineProblems, Problem } from '../errors.ts'
import { KeyData } from '../keys/key-data.ts'
import { KEY_INVALID } from '../keys/key-problems.ts'
import {
  readOrganisationSession,
  removeOrganisationSession,
  saveOrganisationSession,
  shownOrganisationSession,
} from '../organisation-sessions/organisation-sessions.ts'
import { PageNumber, pageOf } from '../page-query.ts'
import { type Route, route } from '../route.ts'

export const organisationKeyProblems = defineProblems({
  organisation_key_unnamed: { status: 400, message: 'org_id is required' },
})

const path = '/admin/org/keys/:orgId'
const writes = { permission: 'admin-secret', body: Session, invalid: KEY_INVALID } as const

/** /admin/org/keys (dashboard contract, section 1.1): the same records as /tyk/org/keys, in this surface's words. */
export const organisationKeyRoutes = (deps: Dependencies): Route[] => {
  const shown = async (record: OrganisationSessionRecord): Promise<KeyData> => ({
    api_model: {},
    key_id: record.orgId,
    data: await shownOrganisationSession(deps, record),
    key_hash: record.orgId,
  })

  return [
    route({
      method: 'GET',
      path: '/admin/org/keys',
      permission: 'admin-secret',
      summary: 'List the organisations that have limits of their own',
      query: z.object({ p: PageNumber }),
      answer: z.object({ data: z.object({ keys: z.array(z.string()) }), pages: z.int() }),
      handle: async ({ query }) => {
        const { rows, pages } = await deps.storage.organisationSessions.list(pageOf(query.p, deps.pageSize))
        return { data: { keys: rows.map(({ orgId }) => orgId) }, pages }
      },
    }),
    route({
      ...writes,
      method: 'POST',
      path: '/admin/org/keys',
      summary: 'Set the limits of the organisation that org_id names, as a whole',
      answer: KeyData,
      handle: async ({ caller, body }) => {
        const orgId = body.org_id ?? ''
        if (orgId === '') throw new Problem(organisationKeyProblems.organisation_key_unnamed)
        const order = { actor: actorOf(caller), orgId, session: body, reset: false }
        return shown(await saveOrganisationSession(deps, order))
      },
    }),
    route({
      method: 'GET',
      path,
      permission: 'admin-secret',
      summary: 'Read the limits of an organisation, and what is left of its quota',
      answer: KeyData,
      handle: async ({ params: { orgId = '' } }) => shown(await readOrganisationSession(deps, orgId)),
    }),
    route({
      ...writes,
      method: 'PUT',
      path,
      summary: 'Replace the limits of an organisation; with reset_quota=1 what was used is forgotten',
      query: z.object({ reset_quota: z.string().optional() }),
      answer: Done,
      handle: async ({ caller, params: { orgId = '' }, query, body }) => {
        // An update is of what is there; setting the first limits is the POST's.
        await readOrganisationSession(deps, orgId)
        const reset = query.reset_quota === '1'
        await saveOrganisationSession(deps, { actor: actorOf(caller), orgId, session: body, reset })
        return ok('Key updated')
      },
    }),
    route({
      method: 'DELETE',
      path,
      permission: 'admin-secret',
      summary: 'End the limits of an organisation as a whole; its keys keep theirs',
      answer: Done,
      handle: async ({ caller, params: { orgId = '' } }) => {
        await removeOrganisationSession(deps, actorOf(caller), orgId)
        return ok('Key deleted successfully')
      },
    }),
  ]
}
