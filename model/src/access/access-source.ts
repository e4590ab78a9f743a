import type { AccessSource, Moment } from './access-description.ts'
import type { EffectiveAccess } from './effective-access.ts'
import type { PolicyLabel } from './named-policies.ts'

/** A source as the parts of an access name it in words ("key", "policy gold (64f0…), policy extra (…)", "default"). */
export function accessSource(words: string, access: EffectiveAccess): AccessSource {
  const ofKey = access.keyId === '' ? [] : [keyPath(access.keyId)]
  const labels = labelsIn(words, access.policies)
  if (labels.length === 0) {
    return { kind: words === 'default' ? 'default' : 'key', words, policies: [], change_at: ofKey }
  }
  // Several policies that a key carries itself are changed in one place: the key.
  const places = labels.flatMap(({ id, inline }) => (inline ? ofKey : [policyPath(id)]))
  return {
    kind: 'policy',
    words,
    policies: labels.map(({ id, name }) => ({ id, name })),
    change_at: [...new Set(places)],
  }
}

/** The definition of an API as the source of a rule. */
export function apiSource(api: { readonly apiId: string; readonly name: string }): AccessSource {
  return { kind: 'api', words: `API ${api.name}`, policies: [], change_at: [apiPath(api.apiId)] }
}

/** The organisation's own limits as the source of a rule. */
export function organisationSource(orgId: string): AccessSource {
  return { kind: 'organisation', words: 'organisation', policies: [], change_at: [organisationPath(orgId)] }
}

/** Where the management API has a key. */
export function keyPath(keyId: string): string {
  return `/api/keys/${encodeURIComponent(keyId)}`
}

/** Where the management API has an API. */
export function apiPath(apiId: string): string {
  return `/api/apis/${encoded(apiId)}`
}

/** Where the management API has a policy. */
export function policyPath(id: string): string {
  return `/api/portal/policies/${encoded(id)}`
}

/** Where the management API has the limits of an organisation itself. */
export function organisationPath(orgId: string): string {
  return `/admin/org/keys/${encoded(orgId)}`
}

/** A moment of milliseconds since 1970. */
export function momentOf(ms: number): Moment {
  const unix = ms / 1000
  return { unix, rfc3339: ms >= 0 && ms <= LAST_RFC3339_MS ? new Date(ms).toISOString() : null }
}

/** The end of the year 9999. */
const LAST_RFC3339_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

/** The labels that a list of them, joined by commas, is made of; none when it holds anything else. */
function labelsIn(words: string, labels: readonly PolicyLabel[]): readonly PolicyLabel[] {
  const found: PolicyLabel[] = []
  let rest = words
  while (rest !== '') {
    const next = labels
      .filter(({ label }) => rest === label || rest.startsWith(`${label}, `))
      .reduce<PolicyLabel | undefined>(longer, undefined)
    if (next === undefined) return []
    if (!found.includes(next)) found.push(next)
    rest = rest.slice(next.label.length + 2)
  }
  return found
}

function longer(best: PolicyLabel | undefined, one: PolicyLabel): PolicyLabel {
  return best !== undefined && best.label.length >= one.label.length ? best : one
}

/** Half a surrogate pair cannot stand in a URL. */
function encoded(id: string): string {
  return encodeURIComponent(id.toWellFormed())
}
