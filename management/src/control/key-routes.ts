import { policyIds } from '@tollgate/model/access/apply-policies'
import { Session } from '@tollgate/model/access/session'
import { z } from 'zod'
import { actorOf, type ControlCaller } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { Document } from '../envelopes.ts'
import type { ProblemSpec } from '../errors.ts'
import { createCatalogue } from '../keys/catalogue.ts'
import { deleteKey } from '../keys/delete-key.ts'
import { findKey, lookUpKey, namingOf } from '../keys/find-key.ts'
import { type IssuedKey, issueBasicUser, issueKey, previewKey } from '../keys/issue-key.ts'
import type { KeyContext } from '../keys/key-context.ts'
import { shownSession } from '../keys/key-data.ts'
import { listKeyIds } from '../keys/list-keys.ts'
import { updateKey } from '../keys/update-key.ts'
import { type Route, route } from '../route.ts'
import { Mutation, mutated } from './control-answers.ts'
import { inWordsOf, controlProblems as problems, type Wording } from './control-problems.ts'
import { onlyOne, organisationOfKey, scopeOf } from './organisation-of.ts'

const KeyQuery = z.object({
  hashed: z.string().optional(),
  username: z.string().optional(),
  org_id: z.string().optional(),
  api_id: z.string().optional(),
  suppress_reset: z.string().optional(),
})
type KeyQuery = z.output<typeof KeyQuery>

const CREATE_WORDS: Wording = {
  key_without_rights: problems.key_without_rights,
  key_policy_unknown: problems.key_policies_failed,
  key_policies_unusable: problems.key_policies_failed,
  key_certificate_taken: problems.key_certificate_taken,
}
const WRITE_WORDS: Wording = {
  key_without_rights: problems.key_insecure,
  key_policies_unusable: problems.key_insecure,
}
/** Another organisation's key is none, for who asks within one. */
const notFoundAs = (spec: ProblemSpec): Wording => ({ key_not_found: spec, key_foreign: spec })

type ControlKeyContext = KeyContext & Pick<Dependencies, 'defaultOrganisation'>

/** /tyk/keys (gateway contract, section 3): the same verbs and records as /api/keys, in this surface's words. */
export const controlKeyRoutes = (deps: Dependencies): Route[] => {
  const context: ControlKeyContext = { ...deps, catalogue: createCatalogue(deps) }
  return [...lists(context), ...creations(context), ...oneKey(context), policyAssignment(context)]
}

const orderOf = async (context: ControlKeyContext, caller: ControlCaller, session: Session) => ({
  actor: actorOf(caller),
  orgId: await organisationOfKey(context, {
    named: session.org_id,
    grantedApis: session.access_rights,
    policies: policyIds(session),
  }),
  session,
})

/** A key by its whole id, or by a custom name or user name that only one organisation has. */
const find = async (
  context: ControlKeyContext,
  id: string | undefined,
  query: KeyQuery,
  otherwise: ProblemSpec,
) => {
  const naming = namingOf(query)
  const named = id ?? ''
  const scope = await scopeOf(context, query)
  if (scope === undefined) {
    const found =
      (await lookUpKey(context, undefined, named, naming)) ??
      (await onlyOne(context, (orgId) => lookUpKey(context, orgId, named, naming)))
    if (found !== undefined) return found
  }
  return inWordsOf(notFoundAs(otherwise), () => findKey(context, scope, named, naming))
}

const lists = (context: KeyContext): Route[] => [
  route({
    method: 'GET',
    path: '/tyk/keys',
    permission: 'control-secret',
    summary: 'List the public ids of all keys; filter is the start of an organisation id or of a public id',
    query: z.object({ filter: z.string().optional(), api_id: z.string().optional() }),
    answer: z.object({ keys: z.array(z.string()) }),
    handle: async ({ query }) => {
      const { filter = '' } = query
      const apiId = query.api_id || '-'
      const scope = filter === '' ? undefined : (await context.storage.organisations.byId(filter))?.id
      const ids = await listKeyIds(context, scope, { apiId, start: scope === undefined ? filter : '' })
      return { keys: ids }
    },
  }),
]

const creations = (context: ControlKeyContext): Route[] => {
  const writes = { method: 'POST', permission: 'control-secret', body: Session } as const
  const added = ({ record, keyId }: IssuedKey) =>
    mutated(record.username === '' ? keyId : '', 'added', record.id)

  return [
    route({
      ...writes,
      path: '/tyk/keys/create',
      summary: 'Create a key',
      malformed: problems.unmarshalling_failed,
      answer: Mutation,
      handle: async ({ caller, body }) =>
        inWordsOf(CREATE_WORDS, async () =>
          added(await issueKey(context, { ...(await orderOf(context, caller, body)), pastExpiry: 'stored' })),
        ),
    }),
    route({
      ...writes,
      path: '/tyk/keys/preview',
      summary: 'What creating a key would yield; nothing is stored',
      answer: Document,
      handle: async ({ caller, body }) =>
        inWordsOf(CREATE_WORDS, async () =>
          shownSession(context, await previewKey(context, await orderOf(context, caller, body))),
        ),
    }),
    route({
      ...writes,
      path: '/tyk/keys',
      summary: 'Create a key',
      answer: Mutation,
      handle: async ({ caller, body }) =>
        inWordsOf(WRITE_WORDS, async () =>
          added(await issueKey(context, await orderOf(context, caller, body))),
        ),
    }),
    route({
      ...writes,
      path: '/tyk/keys/:keyId',
      summary:
        'Create a key with a secret of your own choice, or a basic-auth user when it brings a password',
      answer: Mutation,
      handle: async ({ caller, params, body }) =>
        inWordsOf(WRITE_WORDS, async () => {
          const order = await orderOf(context, caller, body)
          const { keyId = '' } = params
          if (!body.basic_auth_data?.password) return added(await issueKey(context, order, keyId))
          const username = keyId.startsWith(order.orgId) ? keyId.slice(order.orgId.length) : keyId
          return added(await issueBasicUser(context, order, username))
        }),
    }),
  ]
}

const oneKey = (context: ControlKeyContext): Route[] => {
  const about = { path: '/tyk/keys/:keyId', permission: 'control-secret', query: KeyQuery } as const
  return [
    route({
      ...about,
      method: 'GET',
      summary: 'Read a session with its policies applied',
      answer: Document,
      handle: async ({ params, query }) => {
        const { record } = await find(context, params.keyId, query, problems.key_not_found)
        return shownSession(context, record)
      },
    }),
    route({
      ...about,
      method: 'PUT',
      summary: 'Replace a session; its quota starts anew unless suppress_reset is set',
      body: Session,
      answer: Mutation,
      handle: async ({ caller, params, query, body }) => {
        const { record, shownId } = await find(context, params.keyId, query, problems.key_not_updatable)
        const keepQuota = (query.suppress_reset ?? '') !== ''
        const words = { ...WRITE_WORDS, ...notFoundAs(problems.key_not_updatable) }
        await inWordsOf(words, () =>
          updateKey(context, { actor: actorOf(caller), found: record, session: body, keepQuota }),
        )
        return mutated(shownId, 'modified')
      },
    }),
    route({
      ...about,
      method: 'DELETE',
      summary: 'Delete a key; it opens nothing from now on',
      answer: Mutation.nullable(),
      handle: async ({ caller, params, query }) => {
        const everywhere = query.api_id === '-1'
        const asked = everywhere ? { ...query, api_id: '' } : query
        const { record, shownId } = await find(context, params.keyId, asked, problems.key_not_deletable)
        await inWordsOf(notFoundAs(problems.key_not_deletable), () =>
          deleteKey(context, actorOf(caller), record),
        )
        return everywhere ? null : mutated(shownId, 'deleted')
      },
    }),
  ]
}

/** Replaces only the list of policies; quota periods go on. */
const policyAssignment = (context: ControlKeyContext): Route =>
  route({
    method: 'POST',
    path: '/tyk/keys/policy/:keyHash',
    permission: 'control-secret',
    summary: 'Replace the policies of a key',
    query: KeyQuery,
    body: z.object({ policy: z.string().optional(), apply_policies: z.array(z.string()).nullish() }),
    malformed: problems.instruction_malformed,
    invalid: problems.instruction_malformed.message,
    answer: Mutation,
    handle: async ({ caller, params, query, body }) => {
      const { record, shownId } = await find(context, params.keyHash, query, problems.key_not_found)
      const policies = { apply_policies: body.apply_policies ?? [], apply_policy_id: body.policy ?? '' }
      const session = { ...record.session, ...policies }
      const words = { ...WRITE_WORDS, ...notFoundAs(problems.key_not_found) }
      await inWordsOf(words, () =>
        updateKey(context, { actor: actorOf(caller), found: record, session, keepQuota: true }),
      )
      return mutated(shownId, 'updated')
    },
  })
