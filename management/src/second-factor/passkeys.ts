import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server'
import type { Passkey } from '@tollgate/storage/records/second-factors'
import type { UserRecord } from '@tollgate/storage/records/users'
import { z } from 'zod'
import type { Dependencies } from '../dependencies.ts'
import { Problem } from '../errors.ts'
import type { HttpFacts } from '../route.ts'
import { challengeLifeMs, challengesOf, spendChallenge } from './challenges.ts'
import { factorProblems } from './factor-problems.ts'
import { passkeysAvailable, relyingParty } from './relying-party.ts'

const base64url = z.string().regex(/^[A-Za-z0-9_-]{1,65536}$/, 'expected base64url')

/** What a browser makes of `options` (WebAuthn Level 3, 5.1); parts that are not read are passed over. */
export const PasskeyResponse = z.looseObject({
  id: base64url,
  rawId: base64url,
  type: z.literal('public-key'),
  clientExtensionResults: z.looseObject({}).default({}),
  response: z.looseObject({
    clientDataJSON: base64url,
    authenticatorData: base64url.optional(),
    signature: base64url.optional(),
    userHandle: base64url.nullish(),
    attestationObject: base64url.optional(),
    transports: z.array(z.string().max(32)).max(16).optional(),
  }),
})
export type PasskeyResponse = z.output<typeof PasskeyResponse>

/** Options for `navigator.credentials`, as JSON. */
export const PasskeyOptions = z.object({ options: z.looseObject({}) })

/** What a browser is to ask for when it makes a passkey. */
export async function creationOptions(deps: Dependencies, user: UserRecord, existing: readonly Passkey[]) {
  const { id } = usableParty(deps)
  const options = await generateRegistrationOptions({
    rpName: 'Tollgate',
    rpID: id,
    userName: user.email,
    userDisplayName: `${user.user.first_name ?? ''} ${user.user.last_name ?? ''}`.trim() || user.email,
    userID: new TextEncoder().encode(user.id),
    timeout: challengeLifeMs,
    excludeCredentials: existing.map(descriptorOf),
    authenticatorSelection: { residentKey: 'preferred', userVerification: 'preferred' },
  })
  return { options: { ...options }, challenge: options.challenge }
}

/** What a browser is to ask a passkey for: one of the given, or, where there are none, any that it has for this host. */
export async function assertionOptions(deps: Dependencies, passkeys: readonly Passkey[]) {
  const options = await generateAuthenticationOptions({
    rpID: usableParty(deps).id,
    timeout: challengeLifeMs,
    allowCredentials: passkeys.map(descriptorOf),
    userVerification: passkeys.length === 0 ? 'required' : 'preferred',
  })
  return { options: { ...options }, challenge: options.challenge }
}

/**
 * Judges a new passkey. @returns what is kept of it
 * @throws {Problem} when it is not the answer to a challenge of this browser
 */
export async function verifyCreation(
  deps: Dependencies,
  http: HttpFacts,
  response: PasskeyResponse,
  purpose: string,
): Promise<Pick<Passkey, 'credentialId' | 'publicKey' | 'counter' | 'transports'>> {
  const { id, origin } = usableParty(deps)
  const used = usedChallenge(deps, http, purpose)
  const verified = await refusing(() =>
    verifyRegistrationResponse({
      // Its form was checked by the schema; the library judges what is in it.
      response: response as unknown as RegistrationResponseJSON,
      expectedChallenge: used.expect,
      expectedOrigin: origin,
      expectedRPID: id,
      requireUserVerification: false,
    }),
  )
  if (!verified.verified) throw new Problem(factorProblems.passkey_refused)
  await used.spend()
  const { credential } = verified.registrationInfo
  return {
    credentialId: credential.id,
    publicKey: Buffer.from(credential.publicKey).toString('base64url'),
    counter: credential.counter,
    transports: response.response.transports ?? [],
  }
}

/**
 * Judges what a passkey signed, and notes its use. @returns the passkey
 * @param alone whether nothing else shows who it is: then the authenticator must have verified the user
 * @throws {Problem} when it is unknown, or not the answer to a challenge of this browser
 */
export async function verifyAssertion(
  deps: Dependencies,
  http: HttpFacts,
  response: PasskeyResponse,
  purpose: string,
  alone = false,
): Promise<Passkey> {
  const { id, origin } = usableParty(deps)
  const passkey = await deps.storage.secondFactors.passkeyByCredentialId(response.id)
  if (passkey === undefined) throw new Problem(factorProblems.passkey_refused)
  const used = usedChallenge(deps, http, purpose)
  const verified = await refusing(() =>
    verifyAuthenticationResponse({
      // Its form was checked by the schema; the library judges what is in it.
      response: response as unknown as AuthenticationResponseJSON,
      expectedChallenge: used.expect,
      expectedOrigin: origin,
      expectedRPID: id,
      requireUserVerification: alone,
      credential: {
        id: passkey.credentialId,
        publicKey: new Uint8Array(Buffer.from(passkey.publicKey, 'base64url')),
        counter: passkey.counter,
        transports: [...passkey.transports],
      },
    }),
  )
  if (!verified.verified) throw new Problem(factorProblems.passkey_refused)
  await used.spend()
  const { newCounter } = verified.authenticationInfo
  await deps.storage.write({ kind: 'user', id: passkey.userId }, ({ secondFactors }) =>
    secondFactors.touchPasskey(passkey.id, newCounter, deps.now()),
  )
  return passkey
}

/** The challenge of this browser that a response answers, and the end of it. */
function usedChallenge(deps: Dependencies, http: HttpFacts, purpose: string) {
  const given = challengesOf(deps, http, purpose)
  let answered = ''
  return {
    expect: (challenge: string) => {
      answered = given.includes(challenge) ? challenge : ''
      return answered !== ''
    },
    async spend() {
      if (!(await spendChallenge(deps, answered))) throw new Problem(factorProblems.passkey_refused)
    },
  }
}

function usableParty(deps: Dependencies) {
  if (!passkeysAvailable(deps)) throw new Problem(factorProblems.passkeys_unavailable)
  return relyingParty(deps)
}

/** The library throws for each thing that is wrong; the client learns that the passkey was refused. */
async function refusing<T>(verify: () => Promise<T>): Promise<T> {
  try {
    return await verify()
  } catch {
    throw new Problem(factorProblems.passkey_refused)
  }
}

function descriptorOf({ credentialId, transports }: Passkey) {
  return { id: credentialId, transports: [...transports] }
}
