import type { UserRecord } from '@tollgate/storage/records/users'
import { hashPassword, verifyPassword } from '@tollgate/storage/secrets'
import type { Dependencies } from '../dependencies.ts'
import { Problem } from '../errors.ts'
import { isCommonPassword } from './common-passwords.ts'
import { userProblems } from './user-problems.ts'

/** Earlier passwords of the user's own that may not be used again. */
const historyLength = 5
/** What the admin surface takes, whose scripts the dashboard contract has (section 5): characters. */
const minImposedLength = 6

type PasswordFields = Pick<UserRecord, 'passwordHash' | 'passwordProvisional' | 'passwordHistory'>

/** What new passwords have to be; those that exist go on working. */
export type PasswordRules = Pick<Dependencies, 'minPasswordLength'>

/**
 * A user's first password, or none yet (''). Whoever makes a user is not its owner, so it is provisional.
 * @param rules undefined on the admin surface
 */
export async function firstPassword(
  rules: PasswordRules | undefined,
  email: string,
  password: string,
): Promise<PasswordFields> {
  if (password === '') return { passwordHash: '', passwordProvisional: true, passwordHistory: [] }
  if (rules === undefined) refuseShort(password, minImposedLength)
  else await refuseWeak(rules, email, password)
  return { passwordHash: await hashPassword(password), passwordProvisional: true, passwordHistory: [] }
}

/**
 * The user's next password, chosen by the owner or, on /api, by somebody who may. Only passwords that the owner chose
 * count as used before: what an administrator set may be made the own one.
 * @param provisional chosen by somebody else: the owner's first own reset will need no current password
 * @throws {Problem} when it is too short, too common, or the owner used it before
 */
export async function nextPassword(
  rules: PasswordRules,
  record: UserRecord,
  password: string,
  provisional: boolean,
): Promise<PasswordFields> {
  await refuseWeak(rules, record.email, password)
  const own = ownPasswords(record)
  for (const hash of provisional ? [] : own) {
    if (await verifyPassword(password, hash)) throw new Problem(userProblems.password_reused)
  }
  return {
    passwordHash: await hashPassword(password),
    passwordProvisional: provisional,
    passwordHistory: own.slice(0, historyLength),
  }
}

/**
 * The password that the admin surface sets: provisional, and free to be what it was, since scripts set it again. Its
 * length is the contract's.
 */
export async function imposedPassword(record: UserRecord, password: string): Promise<PasswordFields> {
  refuseShort(password, minImposedLength)
  return {
    passwordHash: await hashPassword(password),
    passwordProvisional: true,
    passwordHistory: ownPasswords(record).slice(0, historyLength),
  }
}

/** Hashes of the passwords that the owner chose, the newest first. */
function ownPasswords({ passwordHash, passwordProvisional, passwordHistory }: UserRecord): string[] {
  return [...(passwordProvisional ? [] : [passwordHash]), ...passwordHistory].filter((hash) => hash !== '')
}

async function refuseWeak(rules: PasswordRules, email: string, password: string): Promise<void> {
  refuseShort(password, rules.minPasswordLength)
  const isOwnName = email !== '' && password.toLowerCase() === email.toLowerCase()
  if (isOwnName || (await isCommonPassword(password))) throw new Problem(userProblems.password_common)
}

/** Throws when a password has fewer characters than it must have. */
function refuseShort(password: string, least: number): void {
  if ([...password].length >= least) return
  throw new Problem({
    ...userProblems.password_too_short,
    message: `Password must be at least ${least} characters long`,
  })
}
