import type { EffectiveAccess } from '../access/effective-access.ts'
import type { ApiRules } from '../definition/api-rules.ts'
import type { Counters } from '../limits/counters.ts'
import type { OrganisationLimits } from '../limits/organisation-limits.ts'
import {
  boundBy,
  type ClientTls,
  certificateCredential,
  judgeBoundKey,
  judgeClientCertificate,
  missingCertificate,
} from './judge-certificate.ts'
import { judgeKey, judgeOpen, judgeOrganisation, type NeedsGrant } from './judge-key.ts'
import { judgeVersion, subVersionMissing } from './judge-version.ts'
import { type Refused, refused } from './refused.ts'
import type { RequestFacts } from './request-facts.ts'
import { authUnsupported, credentialMissing, presentedCredential } from './token-auth.ts'
import type { TraceStep, Verdict } from './verdict.ts'

export { judgeKey, judgeOpen, type KeyPassed, type NeedsGrant } from './judge-key.ts'
export { judgeVersion, pathAfterVersion, type VersionJudgement } from './judge-version.ts'

/** Finds the key that a presented credential stands for, among those of the API's organisation. */
export type FindAccess = (presented: string, rules: ApiRules) => EffectiveAccess | undefined

/** Finds the rules of an API by its api_id, for versions that are APIs of their own. */
export type FindRules = (apiId: string) => ApiRules | undefined

/**
 * Judges a request from beginning to end, as the gateway's chain does (gateway contract, section 4.3), and counts it
 * when it passes. Pure but for `counters`; never throws. `facts.path` is the path without the API's listen path. A quota
 * that waits for units is not waited for: who counts has to have them granted before.
 */
export function decide(
  rules: ApiRules,
  facts: RequestFacts,
  findAccess: FindAccess,
  counters: Counters,
  nowMs: number,
  findRules: FindRules = () => undefined,
  organisation?: OrganisationLimits,
): Verdict {
  const version = judgeVersion(rules, facts, nowMs)
  if (version.outcome === 'refuse') return refusal(version)
  if (version.outcome === 'sub-api') {
    const sub = findRules(version.apiId)
    // A version of a version is not followed: each API is asked once, so that two that name each other cannot loop.
    if (sub === undefined || !sub.active) return refusal(subVersionMissing(rules, version.name))
    const path = version.pathDrop === 0 ? facts.path : facts.path.slice(version.pathDrop) || '/'
    const alone = { ...sub, subApis: undefined }
    return decide(alone, withPath(facts, path), findAccess, counters, nowMs, findRules, organisation)
  }
  const { clientTls = 'plain' } = facts
  const passed: TraceStep[] = [rules.traceSteps.route, version.version.traceStep]
  if (version.outcome === 'mock') return { outcome: 'pass', trace: [...passed, MOCKED] }
  if (rules.clientCertificates !== undefined) {
    const shown = judgeClientCertificate(rules.clientCertificates, clientTls, nowMs)
    if (shown !== undefined) return refusal(refused(shown.code, passed, shown.traceStep))
  }
  const shut = judgeOrganisation(rules, version, organisation)
  if (shut !== undefined) return refusal(shut)
  if (rules.unsupportedAuth.length > 0) {
    return refusal(refused('auth_unsupported', passed, authUnsupported(rules)))
  }
  if (version.ignored || rules.keyless) {
    const open = judgeOpen(rules, version, facts, counters, nowMs, organisation)
    if (open.outcome === 'refuse') return refusal(open)
    if (open.outcome === 'needs-grant') return ungranted(open)
    return {
      outcome: 'pass',
      trace: [...passed, version.ignored ? rules.traceSteps.ignored : rules.traceSteps.keyless],
    }
  }
  const presented = presentedCredential(rules.auth, facts) || certificateCredential(rules, clientTls)
  if (presented === '') return refusal(nothingPresented(rules, clientTls, passed))
  const access = findAccess(presented, rules)
  const bound = access && judgeBoundKey(access.session, boundBy(rules), clientTls, nowMs)
  if (bound !== undefined) return refusal(refused(bound.code, passed, bound.traceStep))
  const key = judgeKey(rules, version, access, facts, counters, nowMs, organisation)
  if (key.outcome === 'refuse') return refusal(key)
  if (key.outcome === 'needs-grant') return ungranted(key)
  return { outcome: 'pass', trace: access ? [...passed, access.traceStep, key.traceStep] : passed }
}

const MOCKED: TraceStep = { step: 'path', code: 'path_answered' }

function nothingPresented(rules: ApiRules, tls: ClientTls, passed: readonly TraceStep[]): Refused {
  const shown = missingCertificate(rules, tls)
  if (shown !== undefined) return refused(shown.code, passed, shown.traceStep)
  return refused('credential_missing', passed, credentialMissing(rules.auth))
}

function refusal({ code, trace }: Refused): Verdict {
  return { outcome: 'refuse', code, trace }
}

/** Nobody grants units here: as when the ledger cannot be reached, nothing passes. */
function ungranted({ limit }: NeedsGrant): Verdict {
  const args = { scope: limit.scope }
  return refusal(
    refused('store_unavailable', [], {
      step: 'quota',
      code: 'units_not_granted',
      sources: [limit.source],
      args,
    }),
  )
}

function withPath(facts: RequestFacts, path: string): RequestFacts {
  const { method, fullPath, query, clientTls } = facts
  return { method, path, fullPath, query, clientTls, header: (name) => facts.header(name) }
}
