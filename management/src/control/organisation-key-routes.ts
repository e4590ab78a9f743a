import { Session } from '@tollgate/model/access/session'
import { z } from 'zod'
import { actorOf } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { Document } from '../envelopes.ts'
import {
  readOrganisationSession,
  removeOrganisationSession,
  saveOrganisationSession,
  shownOrganisationSession,
} from '../organisation-sessions/organisation-sessions.ts'
import { type Route, route } from '../route.ts'
import { Mutation, mutated } from './control-answers.ts'
import { takesWord } from './organisation-of.ts'

const path = '/tyk/org/keys/:orgId'
const ResetQuery = z.object({ reset_quota: z.string().optional() })
/** Sessions that one answer lists. */
const ALL = { page: 1, size: 100_000 }

/** /tyk/org/keys (gateway contract, section 3): the limits of organisations as a whole. */
export const controlOrganisationKeyRoutes = (deps: Dependencies): Route[] => [
  route({
    method: 'GET',
    path: '/tyk/org/keys',
    permission: 'control-secret',
    summary: 'List the organisations that have limits of their own; filter is the start of an id',
    query: z.object({ filter: z.string().optional() }),
    answer: z.object({ keys: z.array(z.string()) }),
    handle: async ({ query: { filter = '' } }) => {
      const { rows } = await deps.storage.organisationSessions.list(ALL)
      const start = filter.endsWith('*') ? filter.slice(0, -1) : filter
      return { keys: rows.map(({ orgId }) => orgId).filter((orgId) => orgId.startsWith(start)) }
    },
  }),
  ...(['POST', 'PUT'] as const).map((method) =>
    route({
      method,
      path,
      permission: 'control-secret',
      summary: 'Set the limits of an organisation as a whole; with reset_quota=1 what was used is forgotten',
      query: ResetQuery,
      body: Session,
      answer: Mutation,
      handle: async ({ caller, params: { orgId = '' }, query, body }) => {
        const reset = query.reset_quota === '1'
        const adopts = await takesWord(deps, orgId)
        await saveOrganisationSession(
          { ...deps, adopts },
          { actor: actorOf(caller), orgId, session: body, reset },
        )
        return mutated(orgId, method === 'POST' ? 'added' : 'modified')
      },
    }),
  ),
  route({
    method: 'GET',
    path,
    permission: 'control-secret',
    summary: 'Read the limits of an organisation, and what is left of its quota',
    answer: Document,
    handle: async ({ params: { orgId = '' } }) =>
      shownOrganisationSession(deps, await readOrganisationSession(deps, orgId)),
  }),
  route({
    method: 'DELETE',
    path,
    permission: 'control-secret',
    summary: 'End the limits of an organisation as a whole; its keys keep theirs',
    answer: Mutation,
    handle: async ({ caller, params: { orgId = '' } }) => {
      await removeOrganisationSession(deps, actorOf(caller), orgId)
      return mutated(orgId, 'deleted')
    },
  }),
]
