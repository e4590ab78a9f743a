/** Who set a value or a rule. Plain data: it crosses threads and is stored with the trace of a request. */
export type SourceRef = {
  readonly kind: 'key' | 'policy' | 'api' | 'organisation' | 'default'
  /** Public id of a key, an id of a policy, an api_id, an organisation's id; empty for `default` and where none is known. */
  readonly id: string
  readonly name: string
}

/** Nobody set it. */
export const BY_DEFAULT: SourceRef = { kind: 'default', id: '', name: '' }

/** The key itself. Whose key it is, the place says in which this stands. */
export const BY_THE_KEY: SourceRef = { kind: 'key', id: '', name: '' }

/** A policy, by the id under which the key names it. */
export function byPolicy(id: string, name: string): SourceRef {
  return { kind: 'policy', id, name }
}

/** The definition of an API. */
export function byApi({ apiId, name }: { readonly apiId: string; readonly name: string }): SourceRef {
  return { kind: 'api', id: apiId, name }
}

/** A source in words: "key", "policy gold (64f0…)", "API orders", "organisation", "default". */
export function sourceWords({ kind, id, name }: SourceRef): string {
  if (kind === 'policy') return name === '' ? `policy ${id}` : `policy ${name} (${id})`
  return kind === 'api' ? `API ${name}` : kind
}

/** Several sources in words, joined by commas. */
export function sourcesWords(sources: readonly SourceRef[]): string {
  return sources.map(sourceWords).join(', ')
}
