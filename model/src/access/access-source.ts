import { byApi, type SourceRef, sourcesWords, sourceWords } from '../source-ref.ts'
import type { AccessSource, Moment } from './access-description.ts'
import type { EffectiveAccess } from './effective-access.ts'

/** Whoever set a part of a key's access, as it is shown: in words, and where to change it. */
export function accessSource(sources: readonly SourceRef[], access: EffectiveAccess): AccessSource {
  const ofKey = access.keyId === '' ? [] : [keyPath(access.keyId)]
  const policies = sources.filter(({ kind }) => kind === 'policy')
  const words = sourcesWords(sources)
  if (policies.length === 0) {
    const isDefault = sources.every(({ kind }) => kind === 'default')
    return { kind: isDefault ? 'default' : 'key', words, policies: [], change_at: ofKey }
  }
  // Several policies that a key carries itself are changed in one place: the key.
  const carried = new Set(access.policies.flatMap(({ id, inline }) => (inline ? [id] : [])))
  const places = policies.flatMap(({ id }) => (carried.has(id) ? ofKey : [policyPath(id)]))
  return {
    kind: 'policy',
    words,
    policies: policies.map(({ id, name }) => ({ id, name })),
    change_at: [...new Set(places)],
  }
}

/** The definition of an API as the source of a rule. */
export function apiSource(api: { readonly apiId: string; readonly name: string }): AccessSource {
  return { kind: 'api', words: sourceWords(byApi(api)), policies: [], change_at: [apiPath(api.apiId)] }
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

/** Half a surrogate pair cannot stand in a URL. */
function encoded(id: string): string {
  return encodeURIComponent(id.toWellFormed())
}
