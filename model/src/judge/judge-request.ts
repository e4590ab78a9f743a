import type { EffectiveAccess } from '../access/effective-access.ts'
import type { ApiRules } from '../definition/api-rules.ts'
import type { Subject } from '../features/feature.ts'
import { featuresAfterPath, type SlotJudge, slotOf } from '../features/index.ts'
import type { Counters } from '../limits/counters.ts'
import type { OrganisationLimits } from '../limits/organisation-limits.ts'
import { boundBy, certificateCredential, judgeBoundKey, missingCertificate } from './judge-certificate.ts'
import { judgeKey, judgeOpen, type NeedsGrant } from './judge-key.ts'
import { judgeVersion, subVersionMissing, type VersionPassed } from './judge-version.ts'
import { type Refused, refused, refusedFor } from './refused.ts'
import type { RequestFacts } from './request-facts.ts'
import { credentialMissing, presentedCredential } from './token-auth.ts'
import type { TraceStep, Verdict } from './verdict.ts'

/** What a request is judged with. */
export type World = {
  readonly nowMs: number
  readonly counters: Counters
  /** Finds the key that a presented credential stands for, among those of the API's organisation. */
  readonly findAccess: (presented: string, rules: ApiRules) => EffectiveAccess | undefined
  /** Finds the rules of an API by its api_id, for versions that are APIs of their own. */
  readonly findRules?: (apiId: string) => ApiRules | undefined
  /** The organisation's own limits, where they are enforced. */
  readonly organisation?: OrganisationLimits | undefined
}

/** A verdict, and in words what only the gateway can find out of such a request. */
export type Judgement = Verdict & { readonly notJudged: readonly string[] }

/**
 * Judges a request from beginning to end (gateway contract, section 4.3): each feature in THE order, by the function that
 * the gateway's step calls too. Counts it when it passes. Pure but for `counters`; never throws. `facts.path` is the path
 * without the API's listen path. A quota that waits for units is not waited for: who counts has to have them granted before.
 */
export function judgeRequest(rules: ApiRules, facts: RequestFacts, world: World): Judgement {
  if (rules.active && rules.internal) {
    const decided: TraceStep = { step: 'route', code: 'api_internal', args: { name: rules.name } }
    return refusal(refused('api_inactive', [], decided))
  }
  return judgeReached(rules, facts, world)
}

/** Judges a request of an API that it has reached: from outside, or as a version of another one. */
function judgeReached(rules: ApiRules, facts: RequestFacts, world: World): Judgement {
  const version = judgeVersion(rules, facts, world.nowMs)
  if (version.outcome === 'refuse') return refusal(version)
  if (version.outcome === 'mock') {
    const trace = [rules.traceSteps.route, version.version.traceStep, MOCKED]
    return { outcome: 'pass', trace, notJudged: [] }
  }
  if (version.outcome === 'pass') return new Judging(rules, facts, world, version).judge()
  const sub = world.findRules?.(version.apiId)
  // A version of a version is not followed: each API is asked once, so that two that name each other cannot loop.
  if (sub === undefined || !sub.active) return refusal(subVersionMissing(rules, version.name))
  const path = version.pathDrop === 0 ? facts.path : facts.path.slice(version.pathDrop) || '/'
  return judgeReached({ ...sub, subApis: undefined }, withPath(facts, path), world)
}

const MOCKED: TraceStep = { step: 'path', code: 'path_answered' }

/** A request that has its version, on its way through the rest of the list. */
class Judging {
  readonly #rules: ApiRules
  readonly #facts: RequestFacts
  readonly #world: World
  readonly #version: VersionPassed
  readonly #subject: Subject
  readonly #needsKey: boolean
  readonly #passed: TraceStep[]
  readonly #notJudged: string[] = []
  #access: EffectiveAccess | undefined = undefined

  constructor(rules: ApiRules, facts: RequestFacts, world: World, version: VersionPassed) {
    this.#rules = rules
    this.#facts = facts
    this.#world = world
    this.#version = version
    this.#subject = { name: rules.name, organisation: world.organisation }
    this.#needsKey = !rules.keyless && !version.ignored
    this.#passed = [rules.traceSteps.route, version.version.traceStep]
  }

  judge(): Judgement {
    for (const feature of featuresAfterPath) {
      const refused = this.#judgeFeature(feature)
      if (refused !== undefined) return { ...refusal(refused), notJudged: this.#notJudged }
    }
    return { outcome: 'pass', trace: this.#passed, notJudged: this.#notJudged }
  }

  #judgeFeature(feature: SlotJudge): Refused | undefined {
    if (feature.name === 'auth-token') return this.#needsKey ? this.#identify() : undefined
    if (feature.name === 'limits') return this.#admit()
    const compiled = this.#compiled(feature)
    if (compiled === undefined) return undefined
    const open = feature.notJudged?.(compiled, this.#facts)
    if (open !== undefined) this.#notJudged.push(open)
    const why = feature.judge?.(compiled, this.#facts, this.#world.nowMs, this.#subject)
    return why && refusedFor(why, this.#passed)
  }

  #compiled({ level, slot }: SlotJudge): unknown {
    const { version, endpoint } = this.#version
    return slotOf({ api: this.#rules, version, operation: endpoint }[level], slot)
  }

  /** Finds the key, and whether it may be used on this connection. */
  #identify(): Refused | undefined {
    const { clientTls = 'plain' } = this.#facts
    const { auth } = this.#rules
    const presented = presentedCredential(auth, this.#facts) || certificateCredential(this.#rules, clientTls)
    if (presented === '') {
      const shown = missingCertificate(this.#rules, clientTls)
      if (shown !== undefined) return refused(shown.code, this.#passed, shown.traceStep)
      return refused('credential_missing', this.#passed, credentialMissing(auth))
    }
    this.#access = this.#world.findAccess(presented, this.#rules)
    // What is nobody's key, or another organisation's, the limits refuse.
    if (this.#access === undefined || this.#access.orgId !== this.#rules.orgId) return undefined
    this.#passed.push(this.#access.traceStep)
    const bound = judgeBoundKey(this.#access.session, boundBy(this.#rules), clientTls, this.#world.nowMs)
    return bound && refused(bound.code, this.#passed, bound.traceStep)
  }

  #admit(): Refused | undefined {
    const { counters, nowMs, organisation } = this.#world
    const [rules, version, facts] = [this.#rules, this.#version, this.#facts]
    const judged = this.#needsKey
      ? judgeKey(rules, version, this.#access, facts, counters, nowMs, organisation)
      : judgeOpen(rules, version, facts, counters, nowMs, organisation)
    if (judged.outcome === 'refuse') return judged
    if (judged.outcome === 'needs-grant') return ungranted(judged)
    if (this.#access !== undefined) this.#passed.push(judged.traceStep)
    else this.#passed.push(version.ignored ? rules.traceSteps.ignored : rules.traceSteps.keyless)
    return undefined
  }
}

function refusal({ code, trace }: Refused): Judgement {
  return { outcome: 'refuse', code, trace, notJudged: [] }
}

/** Nobody grants units here: as when the ledger cannot be reached, nothing passes. */
function ungranted({ limit }: NeedsGrant): Refused {
  return refused('store_unavailable', [], {
    step: 'quota',
    code: 'units_not_granted',
    sources: [limit.source],
    args: { scope: limit.scope },
  })
}

function withPath(facts: RequestFacts, path: string): RequestFacts {
  const { method, fullPath, query, clientTls, clientIp, bodyLength = 0 } = facts
  return {
    method,
    path,
    fullPath,
    query,
    clientTls,
    clientIp,
    bodyLength,
    header: (name) => facts.header(name),
  }
}
