import { hex32 } from '@tollgate/model/ids'
import type { SignIn, SignInMethod, SignInStage, SignInStore } from '@tollgate/storage/records/sign-ins'
import { secretHash } from '@tollgate/storage/secrets'
import type { Dependencies } from '../dependencies.ts'
import type { HttpFacts } from '../route.ts'
import { sessionTokens } from './session-cookie.ts'

/** What is kept of where a session came from, characters. */
const MAX_ORIGIN_LENGTH = 256
/** A session ends when nothing was asked in it for so long. */
export const sessionIdleMs = 12 * 3_600_000
/** A session ends at last so long after the sign-in. */
export const sessionLifeMs = 7 * 24 * 3_600_000
/** How long the second step of a sign-in may take. */
export const stepLifeMs = 15 * 60_000
/** How long it counts that the user has shown who it is, beyond the cookie. */
export const confirmedMs = 5 * 60_000
/** A session's last use is written down at most this often. */
const touchEveryMs = 60_000

type Context = Pick<Dependencies, 'storage' | 'pepper' | 'now'>

/** How a session begins. */
export type SessionStart = {
  readonly userId: string
  readonly stage: SignInStage
  readonly method: SignInMethod
  readonly address: string
  readonly userAgent: string
}

/** Starts a session: 256 random bits for the cookie, of which only a hash is kept. */
export async function startSession(
  signIns: SignInStore,
  { pepper, now }: Pick<Context, 'pepper' | 'now'>,
  start: SessionStart,
): Promise<string> {
  const token = Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('hex')
  const nowMs = now()
  await signIns.removeExpired(nowMs)
  await signIns.insert({
    tokenHash: secretHash(pepper, token),
    id: hex32(),
    userId: start.userId,
    address: start.address.slice(0, MAX_ORIGIN_LENGTH),
    userAgent: start.userAgent.slice(0, MAX_ORIGIN_LENGTH),
    createdAtMs: nowMs,
    lastSeenAtMs: nowMs,
    expiresAtMs: nowMs + (start.stage === 'full' ? sessionLifeMs : stepLifeMs),
    stage: start.stage,
    method: start.method,
    confirmedAtMs: 0,
  })
  return token
}

/** The session that a browser's request belongs to, at whatever stage; undefined when it has ended or never was. */
export async function sessionOf(context: Context, http: HttpFacts): Promise<SignIn | undefined> {
  for (const token of sessionTokens(http)) {
    const signIn = await inForce(context, secretHash(context.pepper, token))
    if (signIn !== undefined) return signIn
  }
  return undefined
}

async function inForce({ storage, now }: Context, hash: string): Promise<SignIn | undefined> {
  const signIn = await storage.signIns.byTokenHash(hash)
  if (signIn === undefined) return undefined
  const nowMs = now()
  if (!isInForce(signIn, nowMs)) {
    await storage.signIns.remove(hash)
    return undefined
  }
  if (nowMs - signIn.lastSeenAtMs >= touchEveryMs) await storage.signIns.touch(hash, nowMs)
  return signIn
}

/** Whether a session is in force. */
export function isInForce(
  { expiresAtMs, lastSeenAtMs }: Pick<SignIn, 'expiresAtMs' | 'lastSeenAtMs'>,
  nowMs: number,
): boolean {
  return nowMs < expiresAtMs && nowMs - lastSeenAtMs < sessionIdleMs
}

/**
 * Whether the user has shown lately who it is, beyond the cookie. A sign-in by an identity provider counts while it is
 * fresh, since such a user may have nothing to show here.
 */
export function isConfirmed(signIn: SignIn, nowMs: number): boolean {
  const shownAtMs = signIn.method === 'single-sign-on' ? signIn.createdAtMs : 0
  return nowMs - Math.max(shownAtMs, signIn.confirmedAtMs) < confirmedMs
}

/** Ends every session that a request carries. */
export async function endSessions({ storage, pepper }: Context, http: HttpFacts): Promise<void> {
  for (const token of sessionTokens(http)) {
    const hash = secretHash(pepper, token)
    if ((await storage.signIns.byTokenHash(hash)) !== undefined) await storage.signIns.remove(hash)
  }
}
