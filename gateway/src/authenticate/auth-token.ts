import type { EffectiveAccess } from '@tollgate/model/access/effective-access'
import type { ApiRules } from '@tollgate/model/definition/api-rules'
import {
  type Binding,
  boundBy,
  certificateCredential,
  isBound,
  judgeBoundKey,
  missingCertificate,
} from '@tollgate/model/judge/judge-certificate'
import { presentedCredential, type TokenAuth } from '@tollgate/model/judge/token-auth'
import { defineMiddleware, type Next, type Outcome, type Refusal, refusal } from '../pipeline/middleware.ts'
import type { RequestContext } from '../pipeline/request-context.ts'
import { stripCredential } from '../pipeline/strip-credential.ts'
import type { Lookup } from '../worker/key-cache.ts'
import type { StoredCertificates } from '../worker/stored-certificates.ts'

/** Finds the key that the request presents, in header, query or cookie; takes the credential off if the API says so. */
export const authToken = defineMiddleware({
  name: 'auth-token',

  enabled: ({ rules }) => !rules.keyless && rules.unsupportedAuth.length === 0,

  create({ rules, keys, certificates }) {
    const { auth } = rules
    const binding = boundBy(rules)
    const isBarred = barring(binding, certificates)
    const missing = refusal('credential_missing', { step: 'credential', detail: `none in ${placesOf(auth)}` })

    return function authToken(context, next) {
      if (context.ignored) return next(context)
      let credential = presentedCredential(auth, context)
      if (credential === '' && auth.useCertificate)
        credential = certificateCredential(rules, context.clientTls)
      if (credential === '') return withoutCertificate(rules, context) ?? missing
      const found = keys.find(credential)
      if (found instanceof Promise) return found.then((later) => admit(context, later, auth, isBarred, next))
      return admit(context, found, auth, isBarred, next)
    }
  },
})

function withoutCertificate(rules: ApiRules, { clientTls }: RequestContext): Refusal | undefined {
  const refused = missingCertificate(rules, clientTls)
  return refused && refusal(refused.code, { step: 'credential', detail: refused.detail })
}

const UNKNOWN = refusal('key_unknown', { step: 'credential', detail: 'no such key in this organisation' })
const UNAVAILABLE = refusal('store_unavailable', {
  step: 'credential',
  detail: 'the key could not be looked up',
})

function admit(
  context: RequestContext,
  found: Lookup,
  auth: TokenAuth,
  isBarred: Barring,
  next: Next,
): Outcome | Promise<Outcome> {
  if (found === 'unknown') return UNKNOWN
  if (found === 'unavailable') return UNAVAILABLE
  context.access = found
  const barred = isBarred(context, found)
  if (barred !== undefined) return barred
  if (auth.strip) stripCredential(context, auth)
  return next(context)
}

/** Why a key opens nothing on this connection, though it was found: it goes with a certificate. */
type Barring = (context: RequestContext, found: EffectiveAccess) => Refusal | undefined

function barring(binding: Binding, certificates: StoredCertificates): Barring {
  const { orgId } = binding
  return (context, { session }) => {
    if (!isBound(session, binding)) return undefined
    const { clientTls } = context
    const refused = judgeBoundKey(session, binding, clientTls, context.nowMs)
    if (refused !== undefined) return refusal(refused.code, { step: 'credential', detail: refused.detail })
    // To delete a certificate is to lock out who has it.
    if (typeof clientTls !== 'string' && !certificates.has(orgId, orgId + clientTls.fingerprint)) {
      const detail = `${clientTls.fingerprint} is not in the store any more`
      return refusal('key_certificate_mismatch', { step: 'credential', detail })
    }
    return undefined
  }
}

function placesOf(auth: TokenAuth): string {
  const places: string[] = []
  if (auth.cookie !== '') places.push(`cookie ${auth.cookie}`)
  if (auth.param !== '') places.push(`query parameter ${auth.param}`)
  if (auth.header !== '') places.push(`header ${auth.header}`)
  return places.length === 0 ? 'any place: header, query and cookie are switched off' : places.join(', ')
}
