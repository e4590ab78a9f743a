import type { Session } from '@tollgate/model/access/session'
import { hashPassword } from '@tollgate/storage/secrets'
import { Problem } from '../errors.ts'
import { keyProblems } from './key-problems.ts'

/** Shortest password of a basic-auth user, characters. */
export const MIN_PASSWORD_LENGTH = 6

/** The session with the basic-auth password that it brings hashed, as it may be stored. Throws `key_password_short`. */
export async function withHashedPassword(sent: Session, stored?: Session): Promise<Session> {
  const password = sent.basic_auth_data?.password ?? ''
  if (password === '') return sent
  if (password === stored?.basic_auth_data?.password) return sent
  if (password.length < MIN_PASSWORD_LENGTH) {
    throw new Problem(keyProblems.key_password_short, String(MIN_PASSWORD_LENGTH))
  }
  const hash = await hashPassword(password)
  return { ...sent, basic_auth_data: { ...sent.basic_auth_data, password: hash, hash_type: 'argon2id' } }
}

/** A session that brings no password keeps the stored one (gateway contract 1.2). */
export function keepPassword(session: Session, stored: Session): Session {
  const kept = stored.basic_auth_data
  const brings = (session.basic_auth_data?.password ?? '') !== ''
  if (brings || kept?.password === undefined || kept.password === '') return session
  const { password, hash_type } = kept
  return { ...session, basic_auth_data: { ...session.basic_auth_data, password, hash_type } }
}
