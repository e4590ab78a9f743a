import { objectId } from '@tollgate/model/ids'
import { ConflictError } from '@tollgate/storage/drivers/errors'
import type { Passkey } from '@tollgate/storage/records/second-factors'
import { z } from 'zod'
import { actorOf, type SignInStepCaller } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { Done, envelopeOf, ok } from '../envelopes.ts'
import { Problem } from '../errors.ts'
import { type HttpFacts, Reply, type Route, route } from '../route.ts'
import { challengeCookie } from './challenges.ts'
import { personOf, refuseUnconfirmed } from './confirm.ts'
import { factorProblems } from './factor-problems.ts'
import { enrolled, saveNewRecoveryCodes, settleAfterRemoval } from './factor-routes.ts'
import { creationOptions, PasskeyOptions, PasskeyResponse, verifyCreation } from './passkeys.ts'

const maxPasskeys = 20
const Name = z.string().trim().min(1).max(64)
const Created = envelopeOf(
  z.object({
    id: z.string(),
    /** With the first factor; shown once. */
    recovery_codes: z.array(z.string()).nullable(),
  }),
)

/** /api/passkeys: the own passkeys. */
export const passkeyRoutes = (deps: Dependencies): Route[] => [
  route({
    method: 'POST',
    path: '/api/passkeys/options',
    permission: 'sign-in-step',
    summary: 'What a browser is to ask for when it makes a passkey',
    answer: PasskeyOptions,
    async handle({ caller, http }) {
      refuseUnconfirmed(deps, caller)
      const user = await personOf(deps, caller)
      const existing = await deps.storage.secondFactors.passkeysOf(user.id)
      if (existing.length >= maxPasskeys) throw new Problem(factorProblems.passkeys_too_many)
      const { options, challenge } = await creationOptions(deps, user, existing)
      return new Reply({ options }, 200, challengeCookie(deps, http, challenge, purposeOf(caller)))
    },
  }),
  route({
    method: 'POST',
    path: '/api/passkeys',
    permission: 'sign-in-step',
    summary: 'Register a passkey; the first factor is answered with recovery codes, shown once',
    body: z.object({ name: Name, passkey: PasskeyResponse }),
    answer: Created,
    handle: ({ caller, body, http }) => register(deps, caller, body, http),
  }),
  route({
    method: 'PUT',
    path: '/api/passkeys/:passkeyId',
    permission: 'sign-in-step',
    summary: 'Give one of the own passkeys another name',
    body: z.object({ name: Name }),
    answer: Done,
    async handle({ caller, params, body }) {
      const passkey = await ownPasskey(deps, caller, params.passkeyId)
      await deps.storage.write(actorOf(caller), ({ secondFactors }) =>
        secondFactors.savePasskey({ ...passkey, name: body.name }),
      )
      return ok('Passkey renamed')
    },
  }),
  route({
    method: 'DELETE',
    path: '/api/passkeys/:passkeyId',
    permission: 'sign-in-step',
    summary: 'Remove one of the own passkeys',
    answer: Done,
    async handle({ caller, params }) {
      const passkey = await ownPasskey(deps, caller, params.passkeyId)
      refuseUnconfirmed(deps, caller)
      const user = await personOf(deps, caller)
      await deps.storage.write(actorOf(caller), async (stores) => {
        await stores.secondFactors.removePasskey(passkey)
        await settleAfterRemoval(stores, user)
      })
      return ok('Passkey removed')
    },
  }),
]

async function register(
  deps: Dependencies,
  caller: SignInStepCaller,
  body: { readonly name: string; readonly passkey: PasskeyResponse },
  http: HttpFacts,
) {
  refuseUnconfirmed(deps, caller)
  const user = await personOf(deps, caller)
  const created = await verifyCreation(deps, http, body.passkey, purposeOf(caller))
  const id = objectId()
  const passkey: Passkey = {
    ...created,
    id,
    userId: user.id,
    orgId: user.orgId,
    name: body.name,
    createdAt: new Date(deps.now()).toISOString(),
    lastUsedAtMs: 0,
  }
  try {
    const codes = await deps.storage.write(actorOf(caller), async (stores) => {
      const isFirst = (await stores.secondFactors.usersWithFactor([user.id])).size === 0
      if ((await stores.secondFactors.passkeysOf(user.id)).length >= maxPasskeys) {
        throw new Problem(factorProblems.passkeys_too_many)
      }
      await stores.secondFactors.savePasskey(passkey)
      if (!isFirst) return undefined
      await stores.signIns.removeOthers(user.id, caller.signIn.tokenHash)
      return saveNewRecoveryCodes(stores, deps, user)
    })
    const answer = { id, recovery_codes: codes ? [...codes] : null }
    return await enrolled(deps, http, caller, ok('Passkey registered', answer))
  } catch (error) {
    if (error instanceof ConflictError) throw new Problem(factorProblems.passkey_taken)
    throw error
  }
}

async function ownPasskey(
  deps: Dependencies,
  { signIn }: SignInStepCaller,
  id: string | undefined,
): Promise<Passkey> {
  if (signIn.stage !== 'full') throw new Problem(factorProblems.sign_in_unfinished)
  const passkey = (await deps.storage.secondFactors.passkeysOf(signIn.userId)).find((one) => one.id === id)
  if (passkey === undefined) throw new Problem(factorProblems.passkey_unknown)
  return passkey
}

function purposeOf({ signIn }: SignInStepCaller): string {
  return `new passkey ${signIn.id}`
}
