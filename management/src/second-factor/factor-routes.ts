import type { UserRecord } from '@tollgate/storage/records/users'
import { seal } from '@tollgate/storage/secrets'
import type { Stores } from '@tollgate/storage/storage'
import { z } from 'zod'
import { completeSession, sessionCookies } from '../authentication/begin-session.ts'
import type { PasswordGate } from '../authentication/password-gate.ts'
import { isConfirmed } from '../authentication/sign-ins.ts'
import { actorOf, type SignInStepCaller } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { Done, envelopeOf, ok } from '../envelopes.ts'
import { Problem } from '../errors.ts'
import { type HttpFacts, Reply, type Route, route } from '../route.ts'
import { personOf, proves, refuseUnconfirmed } from './confirm.ts'
import { factorProblems } from './factor-problems.ts'
import { newRecoveryCodes, newSecret, recoveryHash, secretUri, stepOf } from './one-time-codes.ts'
import { passkeysAvailable } from './relying-party.ts'
import { ShownPasskey, shownPasskey } from './shown-passkey.ts'
import { maxCodeLength } from './verify-code.ts'

const Code = z.string().max(maxCodeLength)

const Factors = z.object({
  /** Codes of an authenticator app. */
  totp: z.object({ active: z.boolean(), created_at: z.string().nullable() }),
  recovery_codes_left: z.int(),
  passkeys: z.array(ShownPasskey),
  /** Whether passkeys can be made under the dashboard's address. */
  passkeys_available: z.boolean(),
  dashboard_url: z.string(),
  /** The organisation asks for one. */
  required: z.boolean(),
  has_password: z.boolean(),
  /** The user has shown lately who it is, so that factors can be changed. */
  confirmed: z.boolean(),
})

const RecoveryCodes = envelopeOf(z.object({ recovery_codes: z.array(z.string()) }))

/** /api/second-factor: the own second factors. */
export const factorRoutes = (deps: Dependencies, gate: PasswordGate): Route[] => [
  route({
    method: 'GET',
    path: '/api/second-factor',
    permission: 'sign-in-step',
    summary: 'The own second factors',
    answer: Factors,
    handle: ({ caller }) => factorsOf(deps, caller),
  }),
  route({
    method: 'POST',
    path: '/api/second-factor/totp',
    permission: 'sign-in-step',
    summary: 'Begin to set up codes of an authenticator app: a new secret, shown once',
    answer: z.object({ secret: z.string(), uri: z.string() }),
    async handle({ caller }) {
      refuseUnconfirmed(deps, caller)
      const user = await personOf(deps, caller)
      const secret = newSecret()
      await deps.storage.write(actorOf(caller), async ({ secondFactors }) => {
        if ((await secondFactors.totpOf(user.id))?.active)
          throw new Problem(factorProblems.code_set_up_already)
        await secondFactors.saveTotp({
          userId: user.id,
          orgId: user.orgId,
          secretSealed: seal(deps.pepper, secret),
          active: false,
          lastStep: 0,
          createdAt: new Date(deps.now()).toISOString(),
        })
      })
      return { secret, uri: secretUri(secret, user.email) }
    },
  }),
  route({
    method: 'POST',
    path: '/api/second-factor/totp/activate',
    permission: 'sign-in-step',
    summary: 'Finish setting up codes: a first code; answers the recovery codes, shown once',
    body: z.object({ code: Code }),
    answer: RecoveryCodes,
    handle: ({ caller, body, http }) => activate(deps, caller, body.code, http),
  }),
  route({
    method: 'POST',
    path: '/api/second-factor/totp/disable',
    permission: 'sign-in-step',
    summary:
      'Take no more codes of the authenticator app; needs the password, where there is one, and a code',
    body: z.object({ password: z.string().max(1024).optional(), code: Code }),
    answer: Done,
    async handle({ caller, body, http }) {
      if (caller.signIn.stage !== 'full') throw new Problem(factorProblems.sign_in_unfinished)
      const user = await personOf(deps, caller)
      const proof = user.passwordHash === '' ? { code: body.code } : { password: '', ...body }
      if (!(await proves(deps, gate, http, caller.signIn, user, proof))) {
        throw new Problem(factorProblems.proof_incorrect)
      }
      await deps.storage.write(actorOf(caller), async (stores) => {
        await stores.secondFactors.removeTotp({ userId: user.id, orgId: user.orgId })
        await settleAfterRemoval(stores, user)
      })
      return ok('Codes are no longer taken')
    },
  }),
  route({
    method: 'POST',
    path: '/api/second-factor/recovery-codes',
    permission: 'sign-in-step',
    summary: 'Make new recovery codes, shown once; the old ones end',
    answer: RecoveryCodes,
    async handle({ caller }) {
      refuseUnconfirmed(deps, caller)
      const user = await personOf(deps, caller)
      const codes = await deps.storage.write(actorOf(caller), async (stores) => {
        if ((await stores.secondFactors.usersWithFactor([user.id])).size === 0) {
          throw new Problem(factorProblems.code_not_set_up)
        }
        return saveNewRecoveryCodes(stores, deps, user)
      })
      return ok('New recovery codes', { recovery_codes: [...codes] })
    },
  }),
]

async function factorsOf(deps: Dependencies, caller: SignInStepCaller): Promise<z.input<typeof Factors>> {
  const { signIn } = caller
  if (signIn.stage === 'factor') throw new Problem(factorProblems.sign_in_unfinished)
  const user = await personOf(deps, caller)
  const { secondFactors, signInRules } = deps.storage
  const totp = await secondFactors.totpOf(user.id)
  return {
    totp: { active: totp?.active === true, created_at: totp?.active ? totp.createdAt : null },
    recovery_codes_left: await secondFactors.recoveryCodesLeft(user.id),
    passkeys: (await secondFactors.passkeysOf(user.id)).map(shownPasskey),
    passkeys_available: passkeysAvailable(deps),
    dashboard_url: deps.dashboardUrl,
    required: (await signInRules.of(user.orgId)).second_factor_required,
    has_password: user.passwordHash !== '',
    confirmed: signIn.stage === 'enrol' || isConfirmed(signIn, deps.now()),
  }
}

async function activate(deps: Dependencies, caller: SignInStepCaller, code: string, http: HttpFacts) {
  refuseUnconfirmed(deps, caller)
  const user = await personOf(deps, caller)
  const pending = await deps.storage.secondFactors.totpOf(user.id)
  if (pending === undefined) throw new Problem(factorProblems.code_not_set_up)
  if (pending.active) throw new Problem(factorProblems.code_set_up_already)
  const step = stepOf(deps.pepper, pending.secretSealed, code.replaceAll(/\s/g, ''), deps.now())
  // No guessing here: whoever sets codes up has the secret.
  if (step === undefined) throw new Problem(factorProblems.proof_incorrect)
  const codes = await deps.storage.write(actorOf(caller), async (stores) => {
    await stores.secondFactors.saveTotp({ ...pending, active: true, lastStep: step })
    const made = await saveNewRecoveryCodes(stores, deps, user)
    await stores.signIns.removeOthers(user.id, caller.signIn.tokenHash)
    return made
  })
  return enrolled(deps, http, caller, ok('Codes are set up', { recovery_codes: [...codes] }))
}

/** The answer to a first factor: a sign-in that waited for it is complete. */
export async function enrolled<Body>(
  deps: Dependencies,
  http: HttpFacts,
  { signIn }: SignInStepCaller,
  body: Body,
): Promise<Reply<Body>> {
  if (signIn.stage !== 'enrol') return new Reply(body, 200)
  const begun = await completeSession(deps, http, signIn)
  return new Reply(body, 200, { 'set-cookie': sessionCookies(deps, http, signIn.userId, begun) })
}

/** Makes recovery codes and keeps their hashes. */
export async function saveNewRecoveryCodes(
  stores: Stores,
  { pepper }: Dependencies,
  { id: userId, orgId }: UserRecord,
): Promise<readonly string[]> {
  const codes = newRecoveryCodes()
  await stores.secondFactors.saveRecoveryCodes(
    { userId, orgId },
    codes.map((code) => recoveryHash(pepper, userId, code)),
  )
  return codes
}

/**
 * After a factor was removed: without any, recovery codes open nothing and go too. Throws where the organisation
 * requires a factor and this was the last.
 */
export async function settleAfterRemoval(stores: Stores, { id: userId, orgId }: UserRecord): Promise<void> {
  if ((await stores.secondFactors.usersWithFactor([userId])).size > 0) return
  if ((await stores.signInRules.of(orgId)).second_factor_required) {
    throw new Problem(factorProblems.factor_required)
  }
  await stores.secondFactors.saveRecoveryCodes({ userId, orgId }, [])
}
