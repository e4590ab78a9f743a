import { limitInWords } from '@tollgate/model/limits/limit-in-words'
import type { Change } from '../../lib/document-form.ts'
import { amount, isRecord, text } from '../../lib/json-values.ts'

/** A policy as the server stores it; what of it is known stands in the model's `Policy`. */
export type PolicyDocument = Readonly<Record<string, unknown>>

/** A new policy before anything was chosen: 1,000 requests each minute, no quota, opens nothing. */
export const newPolicy: PolicyDocument = {
  name: '',
  state: 'active',
  active: true,
  is_inactive: false,
  rate: 1000,
  per: 60,
  quota_max: -1,
  quota_renewal_rate: 3600,
  access_rights: {},
  partitions: { quota: false, rate_limit: false, complexity: false, acl: false, per_api: false },
  key_expires_in: 0,
  tags: [],
  meta_data: {},
}

/** The id by which keys name a policy: the word that somebody chose, or the one that was made. */
export function policyId(policy: PolicyDocument): string {
  return text(policy.id) || text(policy._id)
}

/** What a policy is called where it stands in a sentence. */
export function policyName(policy: PolicyDocument): string {
  return text(policy.name) || policyId(policy)
}

/** How a policy stands. */
export type PolicyState = 'active' | 'draft' | 'deny'

/** The state that the fields of a document together mean; older ones have no `state`. */
export function stateOf(policy: PolicyDocument): PolicyState {
  if (policy.is_inactive === true) return 'deny'
  if (policy.state === 'draft' || policy.state === 'deny') return policy.state
  return policy.active === false ? 'draft' : 'active'
}

/** The fields that say a state. Going back to the stored one gives what is stored, to the letter. */
export function fieldsOfState(
  state: PolicyState,
  stored: PolicyDocument,
): Readonly<Record<'state' | 'active' | 'is_inactive', unknown>> {
  if (state === stateOf(stored)) {
    return { state: stored.state, active: stored.active, is_inactive: stored.is_inactive }
  }
  return { state, active: state !== 'draft', is_inactive: state === 'deny' }
}

/** The parts of a key that a policy can govern. */
export const parts = [
  { name: 'acl', label: 'Access rights', about: 'Which APIs, versions and paths the keys may call' },
  { name: 'rate_limit', label: 'Rate limit', about: 'Rate, throttling and requests at the same time' },
  { name: 'quota', label: 'Quota', about: 'How many requests in all, and when it starts anew' },
  { name: 'complexity', label: 'Complexity', about: 'How deep GraphQL queries may go' },
] as const

/** A part's name in the document. */
export type Part = (typeof parts)[number]['name']

/** What a policy governs: everything, some parts, or each of its APIs by itself. */
export type Reach = 'everything' | 'parts' | 'per_api'

/** What the partitions of a document mean. */
export function reachOf(policy: PolicyDocument): Reach {
  const partitions = isRecord(policy.partitions) ? policy.partitions : {}
  if (partitions.per_api === true) return 'per_api'
  return parts.some(({ name }) => partitions[name] === true) ? 'parts' : 'everything'
}

/** Whether a policy governs a part of its keys. */
export function governs(policy: PolicyDocument, part: Part): boolean {
  const partitions = isRecord(policy.partitions) ? policy.partitions : {}
  return reachOf(policy) !== 'parts' || partitions[part] === true
}

/** A copy to make another policy of: without its ids, and with a name of its own. */
export function copyOf(policy: PolicyDocument): PolicyDocument {
  const { _id, id, org_id, date_created, last_updated, access_rights_array, ...kept } = policy
  return { ...kept, name: `${policyName(policy)} (copy)` }
}

/** The rate of a policy in words; 'No rate limit' where it sets none. */
export function rateInWords(policy: PolicyDocument): string {
  const [rate, per] = [amount(policy.rate), amount(policy.per)]
  if (!governs(policy, 'rate_limit')) return 'Not governed'
  if (rate <= 0 || per <= 0) return 'No rate limit'
  return limitInWords({
    algorithm: 'fixed-window',
    max: rate,
    burst: rate,
    windowMs: per * 1000,
    calendar: undefined,
  })
}

/** A change in words: "rate: 1000 → 60". */
export function changeInWords({ path, before, after }: Change): string {
  return `${path.join(' › ') || 'document'}: ${short(before)} → ${short(after)}`
}

/** Longest value that a change shows, characters. */
const shownLength = 60

function short(value: unknown): string {
  if (value === undefined) return 'nothing'
  const written = JSON.stringify(value)
  return written.length > shownLength ? `${written.slice(0, shownLength)}…` : written
}
