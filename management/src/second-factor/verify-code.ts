import type { UserRecord } from '@tollgate/storage/records/users'
import type { PasswordGate } from '../authentication/password-gate.ts'
import type { Guesser } from '../authentication/sign-in-throttle.ts'
import type { Dependencies } from '../dependencies.ts'
import { recoveryHash, stepOf } from './one-time-codes.ts'

/**
 * Wrong codes from unknown browsers that lock a user's codes for them, for a quarter of an hour. Six digits can be
 * found by many networks together, and whoever guesses here knows the password already.
 */
const accountLimit = 50
/** Longest text that is looked at as a code. */
export const maxCodeLength = 64

/**
 * Whether a code is the user's: of the authenticator app, or a recovery code. It is used by that. Guessing is slowed
 * and locked as at passwords.
 */
export function verifyCode(
  deps: Dependencies,
  gate: PasswordGate,
  guesser: Omit<Guesser, 'account' | 'accountLimit'>,
  user: UserRecord,
  code: string,
): Promise<boolean> {
  return gate.check({ ...guesser, account: `code of ${user.id}`, accountLimit }, () =>
    useCode(deps, user, code),
  )
}

async function useCode(deps: Dependencies, user: UserRecord, code: string): Promise<boolean> {
  const digits = code.replaceAll(/\s/g, '')
  const owner = { userId: user.id, orgId: user.orgId }
  if (!/^\d{6}$/.test(digits)) {
    if ((await deps.storage.secondFactors.recoveryCodesLeft(user.id)) === 0) return false
    const hash = recoveryHash(deps.pepper, user.id, code)
    return deps.storage.write({ kind: 'user', id: user.id }, ({ secondFactors }) =>
      secondFactors.useRecoveryCode(owner, hash),
    )
  }
  const totp = await deps.storage.secondFactors.totpOf(user.id)
  if (totp?.active !== true) return false
  const step = stepOf(deps.pepper, totp.secretSealed, digits, deps.now())
  if (step === undefined) return false
  return deps.storage.write({ kind: 'user', id: user.id }, ({ secondFactors }) =>
    secondFactors.useTotpStep(user.id, step),
  )
}
