import { isDeepStrictEqual } from 'node:util'
import type { UserRecord } from '@tollgate/storage/records/users'
import { unseal } from '@tollgate/storage/secrets'
import type { Storage } from '@tollgate/storage/storage'
import type { Config } from './config.ts'
import { readSecrets, type Secrets, secretsInForce, writeSecrets } from './secrets-file.ts'
import { StartFailure } from './start-failure.ts'

/**
 * The secrets in force: given by settings, kept in the file, or generated now and then kept. Those of settings are not kept.
 * @throws {StartFailure} when the database was written under another pepper: no key would be known, and nobody told why.
 */
export async function instanceSecrets(
  config: Pick<Config, 'pepper' | 'adminSecret' | 'gatewaySecret'>,
  secretsFile: string,
  storage: Storage,
): Promise<Secrets> {
  const kept = readSecrets(secretsFile)
  const { inForce: secrets, keep } = secretsInForce(config, kept ?? {})
  const { rows } = await storage.users.list(undefined, '', { page: 1, size: 100 })
  if (!opensAny(secrets.pepper, rows)) {
    throw new StartFailure(
      kept?.pepper || config.pepper
        ? `the pepper (${config.pepper ? 'TOLLGATE_PEPPER' : secretsFile}) is not the one this database was written with`
        : `the database has records, but ${secretsFile} is missing or has no pepper: restore it, or set TOLLGATE_PEPPER to its pepper`,
    )
  }
  if (!isDeepStrictEqual(keep, kept)) writeSecrets(secretsFile, keep)
  return secrets
}

/** Whether the pepper opens one of the sealed access keys; true when there is none to try. */
function opensAny(pepper: string, users: readonly UserRecord[]): boolean {
  const sealed = users.map((user) => user.accessKeySealed).filter((text) => text !== '')
  return sealed.length === 0 || sealed.some((text) => opens(pepper, text))
}

function opens(pepper: string, sealed: string): boolean {
  try {
    unseal(pepper, sealed)
    return true
  } catch {
    // Authenticated encryption: what was sealed under another pepper does not open.
    return false
  }
}
