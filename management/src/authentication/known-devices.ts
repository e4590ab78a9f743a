import { timingSafeEqual } from 'node:crypto'
import { hex32 } from '@tollgate/model/ids'
import { secretHash } from '@tollgate/storage/secrets'
import type { Dependencies } from '../dependencies.ts'
import type { HttpFacts } from '../route.ts'
import { cameByTls, cookieValues, setCookie } from './cookies.ts'

/**
 * Browsers that a user has signed in with before: guessing by others does not slow them. What a browser keeps opens
 * nothing; it only says that its own wrong passwords are counted apart.
 */
const cookieName = 'tollgate-devices'
/** The cookie goes to the routes of sign-in alone. */
const path = '/login'
/** How long a browser is known after its last sign-in, milliseconds. */
const knownMs = 365 * 24 * 3_600_000
/** Users of one browser that are remembered; the one who signed in longest ago is forgotten. */
const maxUsers = 5
const entryPattern = /^[0-9a-f]{32}\.\d{13}\.[0-9a-f]{64}$/

type Context = Pick<Dependencies, 'pepper' | 'now' | 'dashboardUrl'>

/** The browser's id with one of these users; undefined when none of them has signed in with it. */
export function knownDevice(
  context: Context,
  http: HttpFacts,
  userIds: readonly string[],
): string | undefined {
  for (const entry of entriesOf(http)) {
    const [id = '', expiresAt = ''] = entry.split('.')
    if (Number(expiresAt) <= context.now()) continue
    if (userIds.some((userId) => isSame(entry, signed(context, userId, id, expiresAt)))) return id
  }
  return undefined
}

/** The `set-cookie` that makes the browser known to have been the user's. */
export function rememberDevice(context: Context, http: HttpFacts, userId: string): string {
  const others = entriesOf(http).filter((entry) => {
    const [id = '', expiresAt = ''] = entry.split('.')
    return !isSame(entry, signed(context, userId, id, expiresAt))
  })
  const own = signed(context, userId, hex32(), String(context.now() + knownMs))
  return setCookie(cookieName, [own, ...others].slice(0, maxUsers).join('~'), {
    maxAgeS: knownMs / 1000,
    path,
    secure: cameByTls(http, context.dashboardUrl),
    sameSite: 'Strict',
  })
}

function entriesOf(http: HttpFacts): readonly string[] {
  return cookieValues(http, cookieName)
    .slice(0, 2)
    .flatMap((value) => value.split('~', maxUsers))
    .filter((entry) => entryPattern.test(entry))
}

function signed({ pepper }: Context, userId: string, id: string, expiresAt: string): string {
  return `${id}.${expiresAt}.${secretHash(pepper, `known device ${userId} ${id} ${expiresAt}`)}`
}

function isSame(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))
}
