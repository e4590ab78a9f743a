import { z } from 'zod'

/** Longest list of groups that are mapped, or of scopes that are asked for. */
const maxEntries = 200
const shortText = z.string().trim().max(256)

/** An OpenID Connect provider that signs users of an organisation in. The client's secret stands beside it, sealed. */
export const IdentityProvider = z.object({
  id: z.string().optional(),
  /** Stands on the button: "Sign in with …". */
  name: shortText.min(1, 'expected a name'),
  /** The provider's address; its discovery document lies below it (OpenID Connect Discovery 1.0). */
  issuer: z.string().trim().max(1024).refine(isIssuer, 'expected https://…, or http:// of this machine'),
  client_id: shortText.min(1, 'expected the id that the provider gave this dashboard'),
  scopes: z
    .array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,128}$/, 'expected a scope (RFC 6749)'))
    .max(maxEntries)
    .default(['openid', 'email', 'profile']),
  /** Name of the claim that lists the user's groups; empty = groups are not read. */
  group_claim: shortText.default(''),
  /** Which user group members of a group of the provider are in; the first that fits counts. */
  groups: z
    .array(z.object({ claim: shortText.min(1), group_id: z.string().max(64).min(1) }))
    .max(maxEntries)
    .default([]),
  /** User group of those whom no entry of `groups` fits; empty = they have no access. */
  default_group_id: z.string().max(64).default(''),
  /** Whether who has no account gets one at the first sign-in. */
  create_accounts: z.boolean().default(false),
  /** Whether e-mail addresses count as verified although the provider does not say so (`email_verified`). */
  trust_email: z.boolean().default(false),
  /** Whether the sign-in page shows its button to everybody; else it is on the organisation's own sign-in page. */
  show_to_everybody: z.boolean().default(false),
  active: z.boolean().default(true),
})
export type IdentityProvider = z.infer<typeof IdentityProvider>

/** HTTPS, or plain HTTP on this machine, for trying it out. */
function isIssuer(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname, search, hash, username } = new URL(text)
  if (search !== '' || hash !== '' || username !== '') return false
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname))
}

/** Whether a host name of a URL is this machine's own. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)
}
