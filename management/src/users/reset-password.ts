import { hex32 } from '@tollgate/model/ids'
import type { UserRecord } from '@tollgate/storage/records/users'
import { z } from 'zod'
import type { PasswordGate } from '../authentication/password-gate.ts'
import type { Guesser } from '../authentication/sign-in-throttle.ts'
import type { UserCaller } from '../caller.ts'
import { Problem } from '../errors.ts'
import { storeUser } from './change-user.ts'
import { accessKeyFields, type UserContext } from './create-user.ts'
import { nextPassword } from './passwords.ts'
import { Password } from './user-document.ts'
import { userProblems } from './user-problems.ts'

/** Body of a password reset; other fields, which bootstrap scripts send along, are ignored. */
export const ResetPassword = z.object({
  new_password: Password,
  current_password: Password.optional(),
  /** Whether the access key ends too: whoever knew the password may have read it. */
  renew_access_key: z.boolean().optional(),
})

/**
 * Sets a password and ends the user's other browser sessions. The owner has to know the current one, unless there is none
 * or somebody else chose it (contract, section 5); guessing at it counts like a wrong sign-in.
 * @param guesser where the request came from
 * @param keptTokenHash the session that the owner asks in, which goes on; empty for none
 */
export async function resetPassword(
  context: UserContext,
  gate: PasswordGate,
  caller: UserCaller,
  before: UserRecord,
  body: z.output<typeof ResetPassword>,
  guesser: Omit<Guesser, 'account'>,
  keptTokenHash: string,
): Promise<void> {
  const isOwn = before.id === caller.userId
  if (isOwn && before.passwordHash !== '' && !before.passwordProvisional) {
    const match = await gate.match({ ...guesser, account: before.email }, body.current_password ?? '', [
      before.passwordHash,
    ])
    if (match === -1) throw new Problem(userProblems.current_password_wrong)
  }
  const at = new Date(context.now()).toISOString()
  const after: UserRecord = {
    ...before,
    ...(await nextPassword(context, before, body.new_password, !isOwn)),
    ...(body.renew_access_key && accessKeyFields(context.pepper, hex32())),
    user: { ...before.user, password_updated: at },
    updatedAt: at,
  }
  await storeUser(context, caller, before, after, async () => undefined)
  await context.storage.signIns.removeOthers(before.id, isOwn ? keptTokenHash : '')
}
