import { hex32 } from '@tollgate/model/ids'
import type { SignIn, SignInStore } from '@tollgate/storage/records/sign-ins'
import { secretHash } from '@tollgate/storage/secrets'
import type { Dependencies } from '../dependencies.ts'

/** What is kept of where a session came from, characters. */
const MAX_ORIGIN_LENGTH = 256
/** A session ends when nothing was asked in it for so long. */
export const sessionIdleMs = 12 * 3_600_000
/** A session ends at last so long after the sign-in. */
export const sessionLifeMs = 7 * 24 * 3_600_000
/** A session's last use is written down at most this often. */
const touchEveryMs = 60_000

type Context = Pick<Dependencies, 'storage' | 'pepper' | 'now'>

/** Starts a session: 256 random bits for the cookie, of which only a hash is kept. */
export async function startSession(
  signIns: SignInStore,
  { pepper, now }: Pick<Context, 'pepper' | 'now'>,
  userId: string,
  from: { readonly address: string; readonly userAgent: string },
): Promise<string> {
  const token = Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('hex')
  const nowMs = now()
  await signIns.removeExpired(nowMs)
  await signIns.insert({
    tokenHash: secretHash(pepper, token),
    id: hex32(),
    userId,
    address: from.address.slice(0, MAX_ORIGIN_LENGTH),
    userAgent: from.userAgent.slice(0, MAX_ORIGIN_LENGTH),
    createdAtMs: nowMs,
    lastSeenAtMs: nowMs,
    expiresAtMs: nowMs + sessionLifeMs,
  })
  return token
}

/** The user of a session in force; undefined when it has ended or never was. */
export async function sessionUser(
  { storage, pepper, now }: Context,
  token: string,
): Promise<string | undefined> {
  if (!/^[0-9a-f]{64}$/.test(token)) return undefined
  const hash = secretHash(pepper, token)
  const signIn = await storage.signIns.byTokenHash(hash)
  if (signIn === undefined) return undefined
  const nowMs = now()
  if (!isInForce(signIn, nowMs)) {
    await storage.signIns.remove(hash)
    return undefined
  }
  if (nowMs - signIn.lastSeenAtMs >= touchEveryMs) await storage.signIns.touch(hash, nowMs)
  return signIn.userId
}

/** Whether a session is in force. */
export function isInForce(
  { expiresAtMs, lastSeenAtMs }: Pick<SignIn, 'expiresAtMs' | 'lastSeenAtMs'>,
  nowMs: number,
): boolean {
  return nowMs < expiresAtMs && nowMs - lastSeenAtMs < sessionIdleMs
}

/** Ends one session. */
export async function endSession({ storage, pepper }: Context, token: string): Promise<void> {
  if (token !== '') await storage.signIns.remove(secretHash(pepper, token))
}
