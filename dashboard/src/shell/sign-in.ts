import { queryOptions } from '@tanstack/react-query'
import { type Answer, request } from '../api/request.ts'

/** What is outstanding after a step of a sign-in; null when it is done. */
export type NextStep = NonNullable<Answer<'POST /login'>['Meta']>['next'] | null

/** Starts a browser session; fails with 401 when e-mail and password do not fit. @returns what is outstanding */
export async function signIn(credentials: {
  readonly username: string
  readonly password: string
}): Promise<NextStep> {
  return nextOf(await request('POST /login', { body: credentials, whenSignedOut: 'fail' }))
}

/** The second step, by a code of the authenticator app or a recovery code. */
export async function signInWithCode(code: string): Promise<NextStep> {
  return nextOf(await request('POST /login/factor', { body: { code }, whenSignedOut: 'fail' }))
}

function nextOf({ Meta }: Answer<'POST /login'>): NextStep {
  return Meta?.next ?? null
}

/** What can be used to sign in, and a sign-in of this browser that is under way. */
export function signInOptionsQuery(organisation: string) {
  return queryOptions({
    queryKey: ['sign-in-options', organisation],
    queryFn: ({ signal }) =>
      request('GET /login/options', { query: { organisation }, signal, whenSignedOut: 'fail' }),
    staleTime: 60_000,
  })
}

/**
 * Whether this browser has signed in and not out: whoever has not is shown the sign-in page without asking the server,
 * which would answer with an error. No secret: the session itself is in a cookie that no script can read.
 */
export function wasSignedIn(): boolean {
  return localStorage.getItem(signedInKey) !== null
}

/** Notes a sign-in or a sign-out for the next load of the page. */
export function rememberSignIn(isSignedIn: boolean): void {
  if (isSignedIn) localStorage.setItem(signedInKey, 'yes')
  else localStorage.removeItem(signedInKey)
}

const signedInKey = 'tollgate-signed-in'

/** Ends the browser session, then starts the page anew, so that nothing of the user stays in it. */
export async function signOut(): Promise<void> {
  await request('POST /logout', { whenSignedOut: 'fail' })
  rememberSignIn(false)
  location.assign('/')
}
