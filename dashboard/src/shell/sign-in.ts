import { request } from '../api/request.ts'

/** Starts a browser session; fails with 401 when e-mail and password do not fit. */
export async function signIn(credentials: {
  readonly username: string
  readonly password: string
}): Promise<void> {
  await request('POST /login', { body: credentials, whenSignedOut: 'fail' })
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
