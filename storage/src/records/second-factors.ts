import type { Scope } from '../changes/transaction.ts'
import type { Db, Tables } from '../drivers/schema.ts'
import { exact } from './columns.ts'

/** A user's secret for one-time codes (RFC 6238). */
export type TotpSecret = {
  readonly userId: string
  readonly orgId: string
  readonly secretSealed: string
  /** False until the first code was given. */
  readonly active: boolean
  /** The time step of the newest code that was taken: none is taken twice. */
  readonly lastStep: number
  readonly createdAt: string
}

/** A passkey, or another authenticator that speaks WebAuthn. */
export type Passkey = {
  readonly id: string
  /** The authenticator's own id, base64url. */
  readonly credentialId: string
  readonly userId: string
  readonly orgId: string
  readonly name: string
  /** COSE key, base64url. */
  readonly publicKey: string
  readonly counter: number
  readonly transports: readonly string[]
  readonly createdAt: string
  /** 0 = never. */
  readonly lastUsedAtMs: number
}

/** Whose factors a change is about. */
type Owner = { readonly userId: string; readonly orgId: string }

/** Second factors of users. Secrets are in no revision: history says which factors there were, before and after. */
export interface SecondFactorStore {
  totpOf(userId: string): Promise<TotpSecret | undefined>
  passkeysOf(userId: string): Promise<readonly Passkey[]>
  passkeyByCredentialId(credentialId: string): Promise<Passkey | undefined>
  recoveryCodesLeft(userId: string): Promise<number>
  /** Which of these users have a factor in force. */
  usersWithFactor(userIds: readonly string[]): Promise<ReadonlySet<string>>
  /** Only inside `write`: */
  saveTotp(secret: TotpSecret): Promise<void>
  removeTotp(owner: Owner): Promise<void>
  /** Notes that the code of a time step was taken. @returns false when it, or a later one, had been */
  useTotpStep(userId: string, step: number): Promise<boolean>
  /** Replaces the recovery codes. */
  saveRecoveryCodes(owner: Owner, hashes: readonly string[]): Promise<void>
  /** Takes a recovery code. @returns false when there is no such code */
  useRecoveryCode(owner: Owner, hash: string): Promise<boolean>
  savePasskey(passkey: Passkey): Promise<void>
  /** Notes that a passkey was used: no change of configuration, and no revision. */
  touchPasskey(id: string, counter: number, usedAtMs: number): Promise<void>
  removePasskey(passkey: Passkey): Promise<void>
  /** Takes all factors of a user away. */
  removeAll(owner: Owner): Promise<void>
}

type TotpRow = Tables['totp_secrets']
type PasskeyRow = Tables['passkeys']

/** Second factors. */
export const secondFactorStore = (scope: Scope): SecondFactorStore => ({
  totpOf: (userId) => totpOf(scope.db, userId),
  passkeysOf: (userId) => passkeysOf(scope.db, userId),
  recoveryCodesLeft: (userId) => recoveryCodesLeft(scope.db, userId),

  async passkeyByCredentialId(credentialId) {
    const row = await scope.db
      .selectFrom('passkeys')
      .selectAll()
      .where('credential_id', '=', exact(credentialId))
      .executeTakeFirst()
    return row && fromPasskeyRow(row)
  },

  async usersWithFactor(userIds) {
    if (userIds.length === 0) return new Set()
    const ids = userIds.map(exact)
    const byCode = await scope.db
      .selectFrom('totp_secrets')
      .select('user_id')
      .where('user_id', 'in', ids)
      .where('active', '=', 1)
      .execute()
    const byPasskey = await scope.db
      .selectFrom('passkeys')
      .select('user_id')
      .where('user_id', 'in', ids)
      .execute()
    return new Set([...byCode, ...byPasskey].map((row) => row.user_id))
  },

  saveTotp: (secret) =>
    changing(scope, secret, async () => {
      await scope.db.deleteFrom('totp_secrets').where('user_id', '=', secret.userId).execute()
      await scope.db.insertInto('totp_secrets').values(totpColumns(secret)).execute()
    }),

  removeTotp: (owner) =>
    changing(scope, owner, async () => {
      await scope.db.deleteFrom('totp_secrets').where('user_id', '=', owner.userId).execute()
    }),

  async useTotpStep(userId, step) {
    const { numUpdatedRows } = await scope.db
      .updateTable('totp_secrets')
      .set({ last_step: step })
      .where('user_id', '=', exact(userId))
      .where('last_step', '<', step)
      .executeTakeFirstOrThrow()
    return numUpdatedRows > 0n
  },

  saveRecoveryCodes: (owner, hashes) =>
    changing(scope, owner, async () => {
      await scope.db.deleteFrom('recovery_codes').where('user_id', '=', owner.userId).execute()
      for (const hash of hashes) {
        await scope.db.insertInto('recovery_codes').values({ user_id: owner.userId, hash }).execute()
      }
    }),

  async useRecoveryCode(owner, hash) {
    let used = false
    await changing(scope, owner, async () => {
      const { numDeletedRows } = await scope.db
        .deleteFrom('recovery_codes')
        .where('user_id', '=', owner.userId)
        .where('hash', '=', exact(hash))
        .executeTakeFirstOrThrow()
      used = numDeletedRows > 0n
    })
    return used
  },

  savePasskey: (passkey) =>
    changing(scope, passkey, async () => {
      await scope.db.deleteFrom('passkeys').where('id', '=', passkey.id).execute()
      await scope.db.insertInto('passkeys').values(passkeyColumns(passkey)).execute()
    }),

  async touchPasskey(id, counter, usedAtMs) {
    await scope.db
      .updateTable('passkeys')
      .set({ counter, last_used_at_ms: Math.trunc(usedAtMs) })
      .where('id', '=', exact(id))
      .execute()
  },

  removePasskey: (passkey) =>
    changing(scope, passkey, async () => {
      await scope.db.deleteFrom('passkeys').where('id', '=', passkey.id).execute()
    }),

  removeAll: (owner) => changing(scope, owner, () => forgetFactors(scope.db, owner.userId)),
})

/** Removes the rows of a user's factors, without a revision of their own: for a user who is removed. */
export async function forgetFactors(db: Db, userId: string): Promise<void> {
  await db.deleteFrom('totp_secrets').where('user_id', '=', exact(userId)).execute()
  await db.deleteFrom('recovery_codes').where('user_id', '=', exact(userId)).execute()
  await db.deleteFrom('passkeys').where('user_id', '=', exact(userId)).execute()
}

/** Makes a change, with a revision that tells which factors there were and are. */
async function changing(scope: Scope, { userId, orgId }: Owner, change: () => Promise<void>): Promise<void> {
  const revision = scope.nextRevision()
  const before = await described(scope.db, userId)
  await change()
  const after = await described(scope.db, userId)
  await scope.record({ revision, kind: 'second-factor', orgId, id: userId }, before, after)
}

async function described(db: Db, userId: string) {
  const totp = await totpOf(db, userId)
  const passkeys = await passkeysOf(db, userId)
  return {
    totp: totp === undefined ? null : { secret: '***', active: totp.active, created_at: totp.createdAt },
    recovery_codes_left: await recoveryCodesLeft(db, userId),
    passkeys: passkeys.map(({ id, name, createdAt }) => ({ id, name, created_at: createdAt })),
  }
}

async function totpOf(db: Db, userId: string): Promise<TotpSecret | undefined> {
  const row = await db
    .selectFrom('totp_secrets')
    .selectAll()
    .where('user_id', '=', exact(userId))
    .executeTakeFirst()
  return row && fromTotpRow(row)
}

async function passkeysOf(db: Db, userId: string): Promise<readonly Passkey[]> {
  const rows = await db
    .selectFrom('passkeys')
    .selectAll()
    .where('user_id', '=', exact(userId))
    .orderBy('created_at')
    .orderBy('id')
    .execute()
  return rows.map(fromPasskeyRow)
}

async function recoveryCodesLeft(db: Db, userId: string): Promise<number> {
  const { total } = await db
    .selectFrom('recovery_codes')
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .where('user_id', '=', exact(userId))
    .executeTakeFirstOrThrow()
  return Number(total)
}

function fromTotpRow(row: TotpRow): TotpSecret {
  return {
    userId: row.user_id,
    orgId: row.org_id,
    secretSealed: row.secret_sealed,
    active: row.active === 1,
    lastStep: row.last_step,
    createdAt: row.created_at,
  }
}

function totpColumns(secret: TotpSecret): TotpRow {
  return {
    user_id: secret.userId,
    org_id: secret.orgId,
    secret_sealed: secret.secretSealed,
    active: secret.active ? 1 : 0,
    last_step: secret.lastStep,
    created_at: secret.createdAt,
  }
}

function fromPasskeyRow(row: PasskeyRow): Passkey {
  return {
    id: row.id,
    credentialId: row.credential_id,
    userId: row.user_id,
    orgId: row.org_id,
    name: row.name,
    publicKey: row.public_key,
    counter: row.counter,
    // The list was written from one of texts.
    transports: JSON.parse(row.transports) as string[],
    createdAt: row.created_at,
    lastUsedAtMs: row.last_used_at_ms,
  }
}

function passkeyColumns(passkey: Passkey): PasskeyRow {
  return {
    id: passkey.id,
    credential_id: exact(passkey.credentialId),
    user_id: passkey.userId,
    org_id: passkey.orgId,
    name: passkey.name,
    public_key: passkey.publicKey,
    counter: passkey.counter,
    transports: JSON.stringify(passkey.transports),
    created_at: passkey.createdAt,
    last_used_at_ms: Math.trunc(passkey.lastUsedAtMs),
  }
}
