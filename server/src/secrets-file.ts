import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'
import { errorCode, errorText, StartFailure } from './start-failure.ts'

const Secrets = z.object({
  /** Under which keys are hashed and access keys sealed; 64 hex digits. */
  pepper: z.string().regex(/^[0-9a-f]{64}$/),
  /** Header `admin-auth`. */
  adminSecret: z.string().min(1),
  /** Header `x-tyk-authorization`. */
  gatewaySecret: z.string().min(1),
})

/** The secrets of an instance. */
export type Secrets = Readonly<z.infer<typeof Secrets>>

/** Secrets that the settings give; they win over the file. */
export type GivenSecrets = { readonly [Name in keyof Secrets]: string | undefined }

/**
 * Reads the file; undefined when there is none yet.
 * @throws {StartFailure} when it cannot be read or understood.
 */
export function readSecrets(file: string): Secrets | undefined {
  try {
    return Secrets.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    const why = errorCode(error) ? errorText(error) : 'it is damaged; restore it from a backup'
    throw new StartFailure(`the secrets file ${file} cannot be read: ${why}`)
  }
}

/** New secrets, those that are given included. */
export function generateSecrets(given: GivenSecrets): Secrets {
  return {
    pepper: given.pepper ?? randomBytes(32).toString('hex'),
    adminSecret: given.adminSecret ?? randomBytes(16).toString('hex'),
    gatewaySecret: given.gatewaySecret ?? randomBytes(16).toString('hex'),
  }
}

/** What is in force: what the settings give, else what was kept. */
export function secretsInForce(given: GivenSecrets, kept: Secrets): Secrets {
  return {
    pepper: given.pepper ?? kept.pepper,
    adminSecret: given.adminSecret ?? kept.adminSecret,
    gatewaySecret: given.gatewaySecret ?? kept.gatewaySecret,
  }
}

/** Writes the file with mode 600 so that a crash leaves either the whole of it or nothing. */
export function writeSecrets(file: string, secrets: Secrets): void {
  const draft = `${file}.new`
  const handle = openSync(draft, 'w', 0o600)
  try {
    writeSync(handle, `${JSON.stringify(secrets, null, 2)}\n`)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
  renameSync(draft, file)
  const folder = openSync(dirname(file), 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}
