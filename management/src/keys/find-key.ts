import { lookupCandidates, tokenOrg } from '@tollgate/model/access/key-format'
import type { KeyRecord } from '@tollgate/storage/keys/keys'
import { secretHash } from '@tollgate/storage/secrets'
import { z } from 'zod'
import { Problem } from '../errors.ts'
import type { KeyContext } from './key-context.ts'
import { keyProblems } from './key-problems.ts'

/** How the caller names a key: by anything that fits, only by its public id, or by its basic-auth user. */
export type KeyNaming = 'any' | 'hash' | 'username'

/** A key, and the id under which it is shown to this caller. */
export type FoundKey = { readonly record: KeyRecord; readonly shownId: string }

/**
 * Finds a key of an organisation (undefined: of any) by its secret, a custom name with or without the organisation in
 * front, its public id, or `org id + username`. Whoever names it by the secret reads the secret back; everybody else
 * reads the public id. Throws `key_foreign` when the id says that it belongs elsewhere, else `key_not_found`.
 */
export async function findKey(
  context: KeyContext,
  scope: string | undefined,
  id: string,
  naming: KeyNaming,
): Promise<FoundKey> {
  const found = await lookUpKey(context, scope, id, naming)
  if (found === undefined)
    throw new Problem(saysItIsForeign(scope, id) ? keyProblems.key_foreign : keyProblems.key_not_found)
  if (scope !== undefined && found.record.orgId !== scope) throw new Problem(keyProblems.key_foreign)
  return found
}

/** As `findKey`, for who is content to find nothing; the key may belong to another organisation. */
export function lookUpKey(
  context: KeyContext,
  scope: string | undefined,
  id: string,
  naming: KeyNaming,
): Promise<FoundKey | undefined> {
  return naming === 'username' ? byUsername(context, scope, id) : byId(context, scope, id, naming)
}

/** Ways to name the key of a path. */
export const KeyNamingQuery = z.object({
  hashed: z.string().optional(),
  auto_guess: z.string().optional(),
  username: z.string().optional(),
})

/** The naming that a request's query asks for (dashboard contract 1.1: any value of `hashed` counts). */
export function namingOf(query: { readonly hashed?: string; readonly username?: string }): KeyNaming {
  if (query.username === 'true' || query.username === '1') return 'username'
  return query.hashed === undefined || query.hashed === '' ? 'any' : 'hash'
}

/** Whether a text has the form of a key's public id. */
export function isPublicId(id: string): boolean {
  return /^[0-9a-f]{32}$/.test(id)
}

/** The id of a basic-auth user on the wire. Nothing can be opened with it: the password can. */
export function userKeyId(orgId: string, username: string): string {
  return orgId + username
}

async function byId(context: KeyContext, scope: string | undefined, id: string, naming: KeyNaming) {
  if (naming === 'any') {
    const bySecret = await findBySecret(context, scope, id)
    if (bySecret !== undefined) return { record: bySecret, shownId: id }
  }
  const record = isPublicId(id) ? await context.storage.keys.byId(scope, id) : undefined
  if (record !== undefined) return { record, shownId: id }
  if (naming === 'hash' || scope === undefined || !id.startsWith(scope)) return undefined
  return byUsername(context, scope, id.slice(scope.length))
}

/** The key that a secret opens, whichever organisation's it is. */
async function findBySecret(
  context: KeyContext,
  scope: string | undefined,
  id: string,
): Promise<KeyRecord | undefined> {
  const candidates = scope === undefined ? [id] : lookupCandidates(scope, id)
  for (const candidate of candidates) {
    const record = await context.storage.keys.bySecretHash(secretHash(context.pepper, candidate))
    if (record !== undefined) return record
  }
  return undefined
}

async function byUsername(context: KeyContext, scope: string | undefined, username: string) {
  if (scope === undefined || username === '') return undefined
  const record = await context.storage.keys.byUsername(scope, username)
  return record && { record, shownId: userKeyId(record.orgId, username) }
}

/** Judged by the text alone: whether another organisation has such a key is not looked up. */
function saysItIsForeign(scope: string | undefined, id: string): boolean {
  if (scope === undefined || isPublicId(id)) return false
  const org = tokenOrg(id)
  return org !== '' && org !== scope
}
