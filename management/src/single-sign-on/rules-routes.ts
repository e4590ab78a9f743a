import { SignInRules } from '@tollgate/model/people/sign-in-rules'
import type { Stores } from '@tollgate/storage/storage'
import { z } from 'zod'
import { organisationProblems } from '../admin/organisations.ts'
import { actorOf } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { Done, ok } from '../envelopes.ts'
import { Problem } from '../errors.ts'
import { type Route, route } from '../route.ts'
import { isActiveAdministrator } from '../users/administrators.ts'
import { administeredOrganisation } from './provider-routes.ts'
import { signOnProblems } from './sign-on-problems.ts'

const path = '/api/organisation/sign-in'

/** /api/organisation/sign-in: what the organisation asks of its users when they sign in; for administrators. */
export const signInRulesRoutes = (deps: Dependencies): Route[] => [
  route({
    method: 'GET',
    path,
    permission: 'any-user',
    summary: 'What the organisation asks of its users when they sign in; for administrators',
    answer: SignInRules.extend({
      /** Administrators who could be the emergency user. */
      administrators: z.array(z.object({ id: z.string(), email_address: z.string() })),
    }),
    async handle({ caller }) {
      const orgId = administeredOrganisation(caller, path)
      const rules = await deps.storage.signInRules.of(orgId)
      return { ...rules, administrators: await administratorsOf(deps.storage, orgId) }
    },
  }),
  route({
    method: 'PUT',
    path,
    permission: 'any-user',
    summary: 'Set what the organisation asks of its users when they sign in; for administrators',
    body: SignInRules,
    answer: Done,
    async handle({ caller, body }) {
      const orgId = administeredOrganisation(caller, path)
      await deps.storage.write(actorOf(caller), async (stores) => {
        await refuseUnusable(stores, orgId, body)
        await stores.signInRules.save(orgId, body)
      })
      return ok('Sign-in rules updated')
    },
  }),
  route({
    method: 'PUT',
    path: '/admin/organisations/:id/sign-in',
    permission: 'admin-secret',
    summary:
      'Set what an organisation asks of its users when they sign in, such as after it locked itself out',
    body: SignInRules,
    answer: Done,
    async handle({ caller, params: { id = '' }, body }) {
      await deps.storage.write(actorOf(caller), async (stores) => {
        if ((await stores.organisations.byId(id)) === undefined) {
          throw new Problem(organisationProblems.organisation_unknown)
        }
        await refuseUnusable(stores, id, body)
        await stores.signInRules.save(id, body)
      })
      return ok('Sign-in rules updated')
    },
  }),
]

/** Throws when nobody could sign in by these rules, should the provider be down. */
async function refuseUnusable(stores: Stores, orgId: string, rules: SignInRules): Promise<void> {
  if (!rules.single_sign_on_only) return
  const providers = await stores.identityProviders.list(orgId)
  if (!providers.some(({ provider }) => provider.active)) throw new Problem(signOnProblems.provider_missing)
  const user = await stores.users.byId(orgId, rules.emergency_user_id)
  const isAdministrator = user !== undefined && (await isActiveAdministrator(stores, user))
  const hasPasskey = user !== undefined && (await stores.secondFactors.passkeysOf(user.id)).length > 0
  if (!isAdministrator || (user.passwordHash === '' && !hasPasskey)) {
    throw new Problem(signOnProblems.emergency_user_unfit)
  }
}

/** Administrators that are listed, at most. */
const maxListed = 100

async function administratorsOf(stores: Stores, orgId: string) {
  const { rows } = await stores.users.list(orgId, '', { page: 0, size: 1 })
  const found: { id: string; email_address: string }[] = []
  for (const user of rows) {
    if (found.length >= maxListed) break
    if (await isActiveAdministrator(stores, user)) found.push({ id: user.id, email_address: user.email })
  }
  return found
}
