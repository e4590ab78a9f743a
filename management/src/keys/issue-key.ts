import { effectiveAccess } from '@tollgate/model/access/effective-access'
import { customToken, generatedToken } from '@tollgate/model/access/key-format'
import type { Session } from '@tollgate/model/access/session'
import { hex32 } from '@tollgate/model/ids'
import { certificateSecret } from '@tollgate/model/judge/judge-certificate'
import type { Actor } from '@tollgate/storage/changes/changes'
import type { KeyRecord } from '@tollgate/storage/keys/keys'
import { secretHash } from '@tollgate/storage/secrets'
import type { Stores } from '@tollgate/storage/storage'
import { Problem } from '../errors.ts'
import { isPublicId, userKeyId } from './find-key.ts'
import { refuseUnusable, resetCounters } from './key-access.ts'
import { isCertificateSecret, withCertificates } from './key-certificate.ts'
import type { KeyContext } from './key-context.ts'
import { keyProblems } from './key-problems.ts'
import { isPastExpiry, sessionOfNewKey } from './key-session.ts'
import { resolveTerms } from './key-terms.ts'
import { MIN_PASSWORD_LENGTH, withHashedPassword } from './passwords.ts'

/** Longest custom key or user name, characters. */
const MAX_NAME_LENGTH = 256
/** Shortest custom key (gateway contract, section 2, `min_token_length`). */
const MIN_NAME_LENGTH = 3

/** What is needed to issue a key. */
export type KeyOrder = {
  readonly actor: Actor
  readonly orgId: string
  readonly session: Session
  /** What becomes of an `expires` in the past: refused, or stored as it is, so that the key opens nothing. */
  readonly pastExpiry?: 'refused' | 'stored'
}

/** A stored key and the id that its owner is told: the secret, which is nowhere else; of a user `org id + name`. */
export type IssuedKey = { readonly record: KeyRecord; readonly keyId: string }

/**
 * Issues a key with a generated secret, or with a chosen one: `name`, honoured with and without the organisation's id
 * in front. A name that is taken within the organisation is written anew and keeps its public id. Throws the problems
 * of `resolveTerms`, `key_name_invalid`, `key_password_short`, `key_expiry_past`. A key that is bound to a certificate
 * (`certificate`) is found by it. Throws `key_certificate_unknown` and `key_certificate_taken` for that.
 */
export async function issueKey(context: KeyContext, order: KeyOrder, name?: string): Promise<IssuedKey> {
  const record = await draft(context, order)
  if (name === undefined) {
    const { certificate = '' } = record.session
    const isBound = certificate !== ''
    const secret = isBound ? certificateSecret(order.orgId, certificate) : generatedToken(order.orgId)
    const hash = secretHash(context.pepper, secret)
    await context.storage.write(order.actor, async (stores) => {
      if (isBound && (await stores.keys.bySecretHash(hash)) !== undefined)
        throw new Problem(keyProblems.key_certificate_taken)
      await stores.keys.insert(record, [hash])
    })
    return { record, keyId: secret }
  }
  const secret = customSecret(order.orgId, name)
  const hash = secretHash(context.pepper, secret)
  const written = await insertOrReplace(context, order, record, [hash], async (stores) => {
    if (isPublicId(name) && (await stores.keys.byId(order.orgId, name))) {
      throw new Problem(keyProblems.key_name_invalid, 'it is the hash of another key')
    }
    return stores.keys.bySecretHash(hash)
  })
  return { record: written, keyId: secret }
}

/**
 * Issues a key that is presented as user name and password. It has no secret beside the password: knowing the name
 * opens nothing. A name that is taken is written anew. Throws as `issueKey`, and `key_username_invalid`.
 */
export async function issueBasicUser(
  context: KeyContext,
  order: KeyOrder,
  username: string,
): Promise<IssuedKey> {
  // A colon ends the name in an Authorization header (RFC 7617, section 2).
  if (username.length > MAX_NAME_LENGTH || !/^[^\p{Cc}:]+$/u.test(username)) {
    throw new Problem(keyProblems.key_username_invalid)
  }
  if ((order.session.basic_auth_data?.password ?? '') === '') {
    throw new Problem(keyProblems.key_password_short, String(MIN_PASSWORD_LENGTH))
  }
  const record = await draft(context, order)
  const { session } = record
  const user = {
    ...record,
    username,
    session: { ...session, basic_auth_data: { ...session.basic_auth_data, user: username } },
  }
  const written = await insertOrReplace(context, order, user, [], (stores) =>
    stores.keys.byUsername(order.orgId, username),
  )
  return { record: written, keyId: userKeyId(order.orgId, username) }
}

/** What issuing would yield; nothing is stored and the key has no secret. Throws as `issueKey`. */
export async function previewKey(context: KeyContext, order: KeyOrder): Promise<KeyRecord> {
  const record = await draft(context, order)
  return { ...record, id: '' }
}

async function draft(context: KeyContext, order: KeyOrder): Promise<KeyRecord> {
  const nowMs = context.now()
  if (order.pastExpiry !== 'stored' && isPastExpiry(order.session.expires, nowMs))
    throw new Problem(keyProblems.key_expiry_past)
  const terms = await resolveTerms(context, order.orgId, order.session)
  const bound = await withCertificates(context.storage, order.orgId, order.session)
  const hashed = await withHashedPassword(bound)
  const session = sessionOfNewKey(hashed, order.orgId, terms, nowMs)
  const at = new Date(nowMs).toISOString()
  const record = { id: hex32(), orgId: order.orgId, session, username: '', createdAt: at, updatedAt: at }
  refuseUnusable(effectiveAccess(record, terms.findPolicy))
  return record
}

/** Stores the key, in the place of the one that `find` finds. */
async function insertOrReplace(
  context: KeyContext,
  order: KeyOrder,
  record: KeyRecord,
  secretHashes: readonly string[],
  find: (stores: Stores) => Promise<KeyRecord | undefined>,
): Promise<KeyRecord> {
  const { written, replaced } = await context.storage.write(order.actor, async (stores) => {
    const taken = await find(stores)
    if (taken === undefined) {
      await stores.keys.insert(record, secretHashes)
      return { written: record, replaced: undefined }
    }
    // Ids of organisations may begin alike, so that two spell one secret.
    if (taken.orgId !== order.orgId) throw new Problem(keyProblems.key_name_invalid, 'it is taken')
    const anew = { ...record, id: taken.id, createdAt: taken.createdAt }
    await stores.keys.update(anew)
    return { written: anew, replaced: taken }
  })
  if (replaced !== undefined) await resetCounters(context, [replaced, written])
  return written
}

function customSecret(orgId: string, name: string): string {
  const secret = customToken(orgId, name)
  const bare = secret.startsWith(orgId) ? secret.slice(orgId.length) : secret
  // A name has to survive an HTTP header unchanged.
  if (bare.length < MIN_NAME_LENGTH || bare.length > MAX_NAME_LENGTH || !/^[\x21-\x7e]+$/.test(bare)) {
    const rule = `it must have ${MIN_NAME_LENGTH} to ${MAX_NAME_LENGTH} printable ASCII characters without spaces`
    throw new Problem(keyProblems.key_name_invalid, rule)
  }
  if (isCertificateSecret(orgId, secret))
    throw new Problem(keyProblems.key_name_invalid, 'it stands for a certificate')
  return secret
}
