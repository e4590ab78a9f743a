import type { Session } from '../access/session.ts'
import { BY_THE_KEY, type SourceRef, sourceWords } from '../source-ref.ts'
import { cellOf, type LimitKind } from './counters.ts'

/** Whose counters a limit uses, and how that is named: in the names of counters, and in words. */
export type Budget = {
  /** Names of counters begin with it, after the kind of limit. Whatever a user chose is escaped in it. */
  readonly id: string
  /** "key", "owner acme", "policy gold". */
  readonly words: string
  /**
   * Whether keys with windows of other lengths may use it too: then the window is part of the counter's name. Where one
   * rule sets the window, an edit of it keeps what was counted.
   */
  readonly mixed: boolean
}

/** Who set a part of the limits, and whose budget it asked for. */
export type Setter = {
  readonly source: SourceRef
  /** `limits_shared_by` as that policy says it; empty when it does not. */
  readonly sharedBy: string
  /** Names the policy among those of its organisation; empty for the key itself and for policies that it carries itself. */
  readonly policyId: string
}

/** The key itself as the one who set a limit. */
export const BY_KEY: Setter = { source: BY_THE_KEY, sharedBy: '', policyId: '' }

/** What of a key decides whose budgets it uses. */
export type BudgetFacts = { readonly keyId: string; readonly orgId: string; readonly session: Session }

/**
 * Whose budget a part of the limits uses. A pattern (`meta_data.rate_limit_pattern`) comes first, then what the policy
 * says that set the part, then what the key says. What cannot be obeyed (an owner's budget, and the key has no owner)
 * leaves the key its own.
 */
export function budgetOf({ keyId, orgId, session }: BudgetFacts, setter: Setter): Budget {
  const pattern = expandedPattern(session)
  if (pattern !== '') return mixed(`pattern:${escaped(orgId)}:${escaped(pattern)}`, `pattern ${pattern}`)
  switch (setter.sharedBy || session.limits_shared_by) {
    case 'owner':
      if (!session.owner) break
      return mixed(`owner:${escaped(orgId)}:${escaped(session.owner)}`, `owner ${session.owner}`)
    case 'policy':
      if (setter.policyId === '') break
      return {
        id: `policy:${escaped(orgId)}:${escaped(setter.policyId)}`,
        words: sourceWords(setter.source),
        mixed: false,
      }
    case 'organisation':
      return mixed(`org:${escaped(orgId)}`, 'the organisation')
  }
  return { id: escaped(keyId), words: 'key', mixed: false }
}

/** Longest name of a counter: databases keep it in an index. */
const MAX_NAME_LENGTH = 512

/**
 * The name of a counter. `path` are the parts that single it out within the budget: an API, a method and a path. The end
 * of one that is too long is told by its hash.
 */
export function counterName(kind: LimitKind, budget: string, ...path: readonly string[]): string {
  const name = [kind, budget, ...path.map(escaped)].join(':')
  if (name.length <= MAX_NAME_LENGTH) return name
  return `${name.slice(0, MAX_NAME_LENGTH - 40)}:#${digest(name)}:${digest(`again ${name}`)}`
}

function digest(text: string): string {
  const { hi, lo } = cellOf(text)
  return (hi >>> 0).toString(16).padStart(8, '0') + (lo >>> 0).toString(16).padStart(8, '0')
}

/** Text as part of a counter's name: without the characters that separate parts. */
export function escaped(text: string): string {
  return encodeURIComponent(text.toWellFormed())
}

/**
 * `meta_data.rate_limit_pattern` with what is known of the key filled in: `$tyk_meta.x` stands for `meta_data.x`
 * (gateway contract, section 5). Empty = there is none.
 */
export function expandedPattern(session: Session): string {
  const metaData = session.meta_data ?? {}
  const pattern = Object.hasOwn(metaData, 'rate_limit_pattern') ? metaData.rate_limit_pattern : undefined
  if (typeof pattern !== 'string' || !pattern.includes('$')) return typeof pattern === 'string' ? pattern : ''
  return pattern.replace(META_VARIABLE, (_whole, name: string) => {
    const value = Object.hasOwn(metaData, name) ? metaData[name] : undefined
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
      ? String(value)
      : ''
  })
}

/** Why a key cannot be counted as its session asks; undefined when it can. */
export function budgetProblem(session: Session): string | undefined {
  if (session.limits_shared_by === 'owner' && !session.owner) {
    return 'limits_shared_by is "owner", but the key names no owner'
  }
  const pattern = session.meta_data?.rate_limit_pattern
  if (typeof pattern !== 'string') return undefined
  const unknown = pattern.replace(META_VARIABLE, '').match(/\$(?:tyk_|secret_)[\w.-]{0,80}/)?.[0]
  return unknown === undefined
    ? undefined
    : `meta_data.rate_limit_pattern: ${unknown} is not known of a key, only $tyk_meta.… is`
}

const META_VARIABLE = /\$tyk_meta\.([\w.-]+)/g

function mixed(id: string, words: string): Budget {
  return { id, words, mixed: true }
}
