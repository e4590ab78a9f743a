import type { UserRecord } from '@tollgate/storage/records/users'
import { hashPassword, verifyPassword } from '@tollgate/storage/secrets'
import { Problem } from '../errors.ts'
import { minPasswordLength } from './user-document.ts'
import { userProblems } from './user-problems.ts'

/** Earlier passwords that may not be used again. */
const historyLength = 5

type PasswordFields = Pick<UserRecord, 'passwordHash' | 'passwordProvisional' | 'passwordHistory'>

/** A user's first password, or none yet (''). Whoever makes a user is not its owner, so it is provisional. */
export async function firstPassword(password: string): Promise<PasswordFields> {
  if (password === '') return { passwordHash: '', passwordProvisional: true, passwordHistory: [] }
  refuseShort(password)
  return { passwordHash: await hashPassword(password), passwordProvisional: true, passwordHistory: [] }
}

/**
 * The user's next password, chosen by the owner or, on /api, by somebody who may.
 * @param provisional chosen by somebody else: the owner's first own reset will need no current password
 * @throws {Problem} when it is too short, or was used before
 */
export async function nextPassword(
  record: UserRecord,
  password: string,
  provisional: boolean,
): Promise<PasswordFields> {
  refuseShort(password)
  const used = [record.passwordHash, ...record.passwordHistory].filter((hash) => hash !== '')
  for (const hash of used) {
    if (await verifyPassword(password, hash)) throw new Problem(userProblems.password_reused)
  }
  return {
    passwordHash: await hashPassword(password),
    passwordProvisional: provisional,
    passwordHistory: used.slice(0, historyLength),
  }
}

/** The password that the admin surface sets: provisional, and free to be what it was, since scripts set it again. */
export async function imposedPassword(record: UserRecord, password: string): Promise<PasswordFields> {
  return { ...(await firstPassword(password)), passwordHistory: record.passwordHistory }
}

/** Throws when a password has fewer characters than it must have. */
function refuseShort(password: string): void {
  if ([...password].length < minPasswordLength) throw new Problem(userProblems.password_too_short)
}
