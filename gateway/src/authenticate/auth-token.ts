import type { EffectiveAccess } from '@tollgate/model/access/effective-access'
import type { ApiRules } from '@tollgate/model/definition/api-rules'
import {
  boundBy,
  certificateCredential,
  isBound,
  judgeBoundKey,
  missingCertificate,
} from '@tollgate/model/judge/judge-certificate'
import { credentialMissing, presentedCredential } from '@tollgate/model/judge/token-auth'
import { type Refusal, refusal } from '../pipeline/answer.ts'
import type { Identity } from '../pipeline/identity.ts'
import type { RequestContext } from '../pipeline/request-context.ts'
import type { Authenticator, AuthResult, Denied, Lookup, OrganisationKeys } from './authenticator.ts'
import { stripCredential } from './strip-credential.ts'

type Plan = {
  readonly rules: ApiRules
  readonly keys: OrganisationKeys
  readonly certificates: { has(orgId: string, id: string): boolean }
}

/** Finds the key that the request presents, in header, query or cookie, or that its certificate stands for. */
export function authToken(plan: Plan): Authenticator {
  const { rules, keys } = plan
  const { auth } = rules
  const isBarred = barring(plan)

  function identify(context: RequestContext, found: Lookup): AuthResult {
    if (found === 'unknown') return UNKNOWN
    if (found === 'unavailable') return UNAVAILABLE
    const identity: Identity = { method: 'token', access: found, keyId: found.keyId, claims: undefined }
    const barred = isBarred(context, found)
    return barred === undefined ? identity : denied(barred, identity)
  }

  return {
    method: 'token',
    missing: refusal('credential_missing', credentialMissing(auth)),
    authenticate(context) {
      let credential = presentedCredential(auth, context)
      if (credential === '' && auth.useCertificate)
        credential = certificateCredential(rules, context.clientTls)
      if (credential === '') return withoutCertificate(rules, context)
      const found = keys.find(credential)
      if (found instanceof Promise) return found.then((later) => identify(context, later))
      return identify(context, found)
    },
    strip: auth.strip ? (context) => stripCredential(context, auth) : undefined,
  }
}

const UNKNOWN = denied(refusal('key_unknown', { step: 'credential', code: 'key_unknown' }))
const UNAVAILABLE = denied(refusal('store_unavailable', { step: 'credential', code: 'key_lookup_failed' }))

/** Nothing is presented; undefined = nor could the client's certificate have been on another connection. */
function withoutCertificate(rules: ApiRules, { clientTls }: RequestContext): Denied | undefined {
  const refused = missingCertificate(rules, clientTls)
  return refused && denied(refusal(refused.code, refused.traceStep))
}

function denied(why: Refusal, identity?: Identity): Denied {
  return { method: 'denied', refusal: why, identity }
}

/** Why a key opens nothing on this connection, though it was found: it goes with a certificate. */
type Barring = (context: RequestContext, found: EffectiveAccess) => Refusal | undefined

function barring({ rules, certificates }: Plan): Barring {
  const binding = boundBy(rules)
  const { orgId } = binding
  return (context, { session }) => {
    if (!isBound(session, binding)) return undefined
    const { clientTls } = context
    const refused = judgeBoundKey(session, binding, clientTls, context.nowMs)
    if (refused !== undefined) return refusal(refused.code, refused.traceStep)
    // To delete a certificate is to lock out who has it.
    if (typeof clientTls !== 'string' && !certificates.has(orgId, orgId + clientTls.fingerprint)) {
      const args = { fingerprint: clientTls.fingerprint }
      return refusal('key_certificate_mismatch', { step: 'credential', code: 'certificate_deleted', args })
    }
    return undefined
  }
}
