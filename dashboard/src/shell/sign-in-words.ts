/** What the sign-in page says when a sign-in elsewhere came to nothing; the server's codes, in its words. */
const failures: Readonly<Record<string, string>> = {
  unknown_provider: 'This identity provider is not set up, or is switched off.',
  unreachable: 'The identity provider cannot be reached. Try again later; the log of the server says why.',
  refused: 'The identity provider did not sign you in, or you cancelled.',
  expired: 'The sign-in took too long, or was begun in another browser or tab. Try again.',
  invalid: 'The answer of the identity provider was not accepted. The log of the server says why.',
  no_account: 'You have no account here. Ask an administrator of your organisation for one.',
  no_access: 'Your groups at the identity provider give you no access here.',
  email_unverified: 'The identity provider did not confirm your e-mail address.',
  inactive: 'Your account is switched off.',
}

/** The words for a code in the address; undefined for none, and for what is none of ours. */
export function signInFailure(search: string): string | undefined {
  const code = new URLSearchParams(search).get('sign-in') ?? ''
  return Object.hasOwn(failures, code) ? failures[code] : undefined
}

/** Whether a sign-in elsewhere has just led back here. */
export function cameSignedIn(search: string): boolean {
  return new URLSearchParams(search).has('signed-in')
}

/** The organisation whose sign-in page this is, by the address. */
export function namedOrganisation(search: string): string {
  return new URLSearchParams(search).get('organisation') ?? ''
}
