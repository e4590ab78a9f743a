import { seal, unseal } from '@tollgate/storage/secrets'
import type { Dependencies } from '../dependencies.ts'
import type { HttpFacts } from '../route.ts'
import { cameByTls, cookieValues, setCookie } from './cookies.ts'

/**
 * State of a sign-in that is under way, kept by the browser: sealed, so that the browser can neither read nor change
 * it, and over at a stated time. Nothing of a stranger's attempt is kept here.
 */
type Context = Pick<Dependencies, 'pepper' | 'now' | 'dashboardUrl'>

/** Cookies of one name that are tried. */
const maxTried = 4

/** The `set-cookie` that hands the state out. */
export function sealedCookie(
  context: Context,
  http: HttpFacts,
  name: string,
  path: string,
  state: object,
  lifeMs: number,
): string {
  const value = seal(context.pepper, JSON.stringify({ name, expires: context.now() + lifeMs, state }))
  const secure = cameByTls(http, context.dashboardUrl)
  return setCookie(name, value, { maxAgeS: Math.floor(lifeMs / 1000), path, secure })
}

/** The `set-cookie` that takes it back. */
export function endSealedCookie(context: Context, http: HttpFacts, name: string, path: string): string {
  return setCookie(name, '', { maxAgeS: 0, path, secure: cameByTls(http, context.dashboardUrl) })
}

/** The states of this name that a browser brings back, in force and unaltered. */
export function openSealedCookies(context: Context, http: HttpFacts, name: string): readonly unknown[] {
  return cookieValues(http, name)
    .slice(0, maxTried)
    .flatMap((value) => {
      const opened = opening(context.pepper, value)
      const isInForce = opened?.name === name && Number(opened.expires) > context.now()
      return isInForce ? [opened.state] : []
    })
}

function opening(
  pepper: string,
  value: string,
): { name?: unknown; expires?: unknown; state?: unknown } | undefined {
  try {
    return Object(JSON.parse(unseal(pepper, value)))
  } catch {
    // Altered, cut off, or sealed under another pepper: as good as none.
    return undefined
  }
}
