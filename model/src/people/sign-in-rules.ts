import { z } from 'zod'

/** What an organisation asks of its users when they sign in with a browser. */
export const SignInRules = z.object({
  /** Whoever signs in with a password needs a second factor, and sets one up at the next sign-in. */
  second_factor_required: z.boolean().default(false),
  /** Only an identity provider signs users in; passwords and passkeys open nothing, but for the one below. */
  single_sign_on_only: z.boolean().default(false),
  /** The administrator who may still use the password when no identity provider answers; empty for none. */
  emergency_user_id: z.string().max(64).default(''),
})
export type SignInRules = z.infer<typeof SignInRules>

/** The rules of an organisation that never set any. */
export const noSignInRules: SignInRules = SignInRules.parse({})
