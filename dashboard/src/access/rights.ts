import { isRecord, text, words } from '../lib/json-values.ts'

/** A right of a key or a policy, as the forms show it. */
export type Right = { readonly apiId: string; readonly name: string; readonly versions: readonly string[] }

/** The rights that a document names: a key's or a policy's. */
export function rightsOf(document: unknown): readonly Right[] {
  const rights = isRecord(document) ? document.access_rights : undefined
  if (!isRecord(rights)) return []
  return Object.entries(rights).map(([apiId, right]) => ({
    apiId,
    name: (isRecord(right) && text(right.api_name)) || apiId,
    versions: isRecord(right) ? words(right.versions) : [],
  }))
}
