import { presentedCredential, type TokenAuth } from '@tollgate/model/token-auth'
import type { Lookup } from '../key-cache.ts'
import { defineMiddleware, type Next, type Outcome, refusal } from '../middleware.ts'
import { stripCredential } from '../strip-credential.ts'
import type { Visit } from '../visit.ts'

/** Finds the key that the request presents, in header, query or cookie; takes the credential off if the API says so. */
export const authToken = defineMiddleware({
  name: 'auth-token',

  enabled: ({ rules }) => !rules.keyless && rules.unsupportedAuth.length === 0,

  create({ rules: { auth }, keys }) {
    const missing = refusal('credential_missing', { step: 'credential', detail: `none in ${placesOf(auth)}` })

    return function authToken(visit, next) {
      if (visit.ignored) return next(visit)
      const credential = presentedCredential(auth, visit)
      if (credential === '') return missing
      const found = keys.find(credential)
      if (found instanceof Promise) return found.then((later) => admit(visit, later, auth, next))
      return admit(visit, found, auth, next)
    }
  },
})

const UNKNOWN = refusal('key_unknown', { step: 'credential', detail: 'no such key in this organisation' })
const UNAVAILABLE = refusal('store_unavailable', {
  step: 'credential',
  detail: 'the key could not be looked up',
})

function admit(visit: Visit, found: Lookup, auth: TokenAuth, next: Next): Outcome | Promise<Outcome> {
  if (found === 'unknown') return UNKNOWN
  if (found === 'unavailable') return UNAVAILABLE
  visit.access = found
  if (auth.strip) stripCredential(visit, auth)
  return next(visit)
}

function placesOf(auth: TokenAuth): string {
  const places: string[] = []
  if (auth.cookie !== '') places.push(`cookie ${auth.cookie}`)
  if (auth.param !== '') places.push(`query parameter ${auth.param}`)
  if (auth.header !== '') places.push(`header ${auth.header}`)
  return places.length === 0 ? 'any place: header, query and cookie are switched off' : places.join(', ')
}
