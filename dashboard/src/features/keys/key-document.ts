import { rightsOf } from '../../access/rights.ts'
import { isRecord, text, words } from '../../lib/json-values.ts'
import type { KeyDocument, Presented } from './queries.ts'

/** A new key before anything was chosen: 1,000 requests each minute, no quota, never expires, opens nothing. */
export const newKey: KeyDocument = {
  alias: '',
  rate: 1000,
  per: 60,
  allowance: 1000,
  quota_max: -1,
  quota_renewal_rate: 3600,
  expires: 0,
  access_rights: {},
  apply_policies: [],
  tags: [],
  meta_data: {},
  is_inactive: false,
}

/** A new key that opens an API, its first version. */
export function keyForApi(api: {
  readonly id: string
  readonly name: string
  readonly versions: readonly string[]
}): KeyDocument {
  const right = { api_id: api.id, api_name: api.name, versions: api.versions.slice(0, 1) }
  return { ...newKey, access_rights: { [api.id]: right } }
}

/** The policies that a key names, the older single one first. */
export function policiesOf(document: KeyDocument): readonly string[] {
  const listed = words(document.apply_policies)
  const single = text(document.apply_policy_id)
  return single === '' || listed.includes(single) ? listed : [single, ...listed]
}

/** Why a key cannot be created yet, in a few words; undefined when it can. */
export function notYet(
  document: KeyDocument,
  presented: Presented,
  waitingRule: string | undefined,
): string | undefined {
  if (rightsOf(document).length === 0 && policiesOf(document).length === 0) {
    return waitingRule === undefined
      ? 'Add an access rule first, or apply a policy'
      : `Click Add to give access to ${waitingRule}`
  }
  if (presented.kind === 'custom') return customProblem(presented.secret)
  if (presented.kind === 'basic') {
    const data = isRecord(document.basic_auth_data) ? document.basic_auth_data : {}
    if (text(data.user) === '') return 'Choose a user name'
    if (text(data.password).length < minPassword) {
      return `Choose a password of ${minPassword} characters or more`
    }
  }
  return undefined
}

/** Shortest password of a user, characters; the server's rule. */
const minPassword = 6
/** Shortest custom key, characters; the server's rule. */
const minCustom = 3

/** What is wrong with a key value of somebody's own choice. */
function customProblem(value: string): string | undefined {
  if (value.length < minCustom) return `Choose a key value of ${minCustom} characters or more`
  if (!/^[\x21-\x7e]+$/.test(value)) return 'A key value has letters, digits and signs, no spaces'
  return value.length > 256 ? 'A key value has at most 256 characters' : undefined
}

/** Whether a text has the form of a secret: it then never goes into the address. */
export function looksSecret(value: string): boolean {
  return /^\S{24,}$/.test(value)
}

/** What a key is called where it stands in a sentence. */
export function keyName(row: {
  readonly alias: string
  readonly username: string
  readonly key_hash: string
}): string {
  return row.alias || row.username || shortId(row.key_hash)
}

/** The beginning of a public id: enough to tell keys apart by eye. */
export function shortId(id: string): string {
  return id.slice(0, 8)
}
