import { z } from 'zod'
import type { Dependencies } from '../dependencies.ts'
import { type HttpFacts, type Route, route } from '../route.ts'
import { passkeysAvailable } from '../second-factor/relying-party.ts'
import { sessionOf } from './sign-ins.ts'

const SignInOptions = z.object({
  /** Identity providers with a button: those that are shown to everybody, and those of the organisation that is named. */
  providers: z.array(z.object({ id: z.string(), name: z.string() })),
  passkeys: z.boolean(),
  /** Where passkeys and identity providers work. */
  dashboard_url: z.string(),
  /** A sign-in of this browser that is under way, and the factors that its user has. */
  step: z.object({ next: z.enum(['factor', 'enrol']), code: z.boolean(), passkey: z.boolean() }).nullable(),
})

/** /login/options: what the sign-in page offers. Nobody learns from it which users there are. */
export const signInOptionRoutes = (deps: Dependencies): Route[] => [
  route({
    method: 'GET',
    path: '/login/options',
    permission: 'public',
    summary: 'What the sign-in page offers, and whether a sign-in of this browser is under way',
    query: z.object({ organisation: z.string().max(64).optional() }),
    answer: SignInOptions,
    async handle({ query, http }) {
      const records = await deps.storage.identityProviders.list(undefined)
      const offered = records.filter(
        ({ orgId, provider }) =>
          provider.active && (provider.show_to_everybody || orgId === query.organisation),
      )
      return {
        providers: offered.map(({ id, provider }) => ({ id, name: provider.name })),
        passkeys: passkeysAvailable(deps),
        dashboard_url: deps.dashboardUrl,
        step: await stepOf(deps, http),
      }
    },
  }),
]

async function stepOf(deps: Dependencies, http: HttpFacts): Promise<z.input<typeof SignInOptions>['step']> {
  const signIn = await sessionOf(deps, http)
  if (signIn === undefined || signIn.stage === 'full') return null
  const totp = await deps.storage.secondFactors.totpOf(signIn.userId)
  const passkeys = await deps.storage.secondFactors.passkeysOf(signIn.userId)
  const codes = await deps.storage.secondFactors.recoveryCodesLeft(signIn.userId)
  return { next: signIn.stage, code: totp?.active === true || codes > 0, passkey: passkeys.length > 0 }
}
