import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/browser'
import { startAuthentication, startRegistration, WebAuthnError } from '@simplewebauthn/browser'
import { queryOptions } from '@tanstack/react-query'
import { RequestFailed } from '../api/problem.ts'
import { type Answer, type Input, request } from '../api/request.ts'

/** The own second factors. */
export type Factors = Answer<'GET /api/second-factor'>

type PasskeyResponse = NonNullable<Input<'POST /login/passkey'>['body']>['passkey']

/** The own second factors. */
export const factorsQuery = queryOptions({
  queryKey: ['second-factor'],
  queryFn: ({ signal }) => request('GET /api/second-factor', { signal }),
})

/** Begins to set up codes. @returns the secret, shown this once */
export function beginCodes(): Promise<Answer<'POST /api/second-factor/totp'>> {
  return request('POST /api/second-factor/totp', {})
}

/** Finishes it with a first code. @returns the recovery codes, shown this once */
export async function activateCodes(code: string): Promise<readonly string[]> {
  return (await request('POST /api/second-factor/totp/activate', { body: { code } })).Meta.recovery_codes
}

/** Takes no more codes. */
export function disableCodes(password: string | undefined, code: string): Promise<unknown> {
  const body = { code, ...(password !== undefined && { password }) }
  return request('POST /api/second-factor/totp/disable', { body })
}

/** Makes new recovery codes; the old ones end. */
export async function renewRecoveryCodes(): Promise<readonly string[]> {
  return (await request('POST /api/second-factor/recovery-codes', {})).Meta.recovery_codes
}

/** Has the browser make a passkey and registers it. @returns recovery codes when it is the first factor */
export async function addPasskey(name: string): Promise<readonly string[] | null> {
  const { options } = await request('POST /api/passkeys/options', {})
  const passkey = await byBrowser(() =>
    // The server makes them by the same standard as the library reads them.
    startRegistration({ optionsJSON: options as unknown as PublicKeyCredentialCreationOptionsJSON }),
  )
  return (await request('POST /api/passkeys', { body: { name, passkey } })).Meta.recovery_codes
}

/** Gives a passkey another name. */
export function renamePasskey(passkeyId: string, name: string): Promise<unknown> {
  return request('PUT /api/passkeys/{passkeyId}', { params: { passkeyId }, body: { name } })
}

/** Removes a passkey. */
export function removePasskey(passkeyId: string): Promise<unknown> {
  return request('DELETE /api/passkeys/{passkeyId}', { params: { passkeyId } })
}

/** Signs in with a passkey, or takes the second step with one. */
export async function signInWithPasskey(): Promise<Answer<'POST /login/passkey'>['Meta']> {
  const { options } = await request('POST /login/passkey/options', { whenSignedOut: 'fail' })
  const passkey = await asked(options)
  return (await request('POST /login/passkey', { body: { passkey }, whenSignedOut: 'fail' })).Meta
}

/** What the user shows, to be believed for some minutes. */
export type Proof = { readonly password: string } | { readonly code: string } | 'passkey'

/** Shows again who is in front of the browser. */
export async function confirmIdentity(proof: Proof): Promise<void> {
  if (proof !== 'passkey') {
    await request('POST /api/session/confirm', { body: proof })
    return
  }
  const { options } = await request('POST /api/session/confirm/options', {})
  await request('POST /api/session/confirm', { body: { passkey: await asked(options) } })
}

/** Whether the browser can speak to passkeys under this address. */
export function browserHasPasskeys(): boolean {
  return window.isSecureContext && 'PublicKeyCredential' in window
}

function asked(options: object): Promise<PasskeyResponse> {
  return byBrowser(() =>
    // The server makes them by the same standard as the library reads them.
    startAuthentication({ optionsJSON: options as unknown as PublicKeyCredentialRequestOptionsJSON }),
  )
}

/** Runs what the browser does with a passkey; what goes wrong there is said in words. */
async function byBrowser<T extends object>(work: () => Promise<T>): Promise<PasskeyResponse> {
  try {
    // The browser's answer has the fields that the server's schema names.
    return (await work()) as unknown as PasskeyResponse
  } catch (error) {
    throw new RequestFailed({ message: passkeyFailure(error), field: undefined, status: 0 })
  }
}

function passkeyFailure(error: unknown): string {
  if (error instanceof WebAuthnError && error.code === 'ERROR_AUTHENTICATOR_PREVIOUSLY_REGISTERED') {
    return 'This device has a passkey for this account already'
  }
  const name = error instanceof Error ? error.name : ''
  if (name === 'NotAllowedError' || name === 'AbortError')
    return 'The browser gave no passkey, or you cancelled'
  if (name === 'SecurityError') return 'Passkeys do not work under this address'
  return 'The browser could not use a passkey'
}
