import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'
import { errorCode, errorText, StartFailure } from './start-failure.ts'

const Kept = z.object({
  /** Under which keys are hashed and access keys sealed; 64 hex digits. */
  pepper: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  /** Header `admin-auth`. */
  adminSecret: z.string().min(1).optional(),
  /** Header `x-tyk-authorization`. */
  gatewaySecret: z.string().min(1).optional(),
})

/** What the file keeps: the secrets that were generated. What the settings give stands in the settings alone. */
export type KeptSecrets = Readonly<z.infer<typeof Kept>>

/** The secrets of an instance. */
export type Secrets = Readonly<Required<z.infer<typeof Kept>>>

/** Secrets that the settings give; they win over the file. */
export type GivenSecrets = { readonly [Name in keyof Secrets]: string | undefined }

/**
 * Reads the file; undefined when there is none yet.
 * @throws {StartFailure} when it cannot be read or understood.
 */
export function readSecrets(file: string): KeptSecrets | undefined {
  try {
    return Kept.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    const why = errorCode(error) ? errorText(error) : 'it is damaged; restore it from a backup'
    throw new StartFailure(`the secrets file ${file} cannot be read: ${why}`)
  }
}

/**
 * What is in force: what the settings give, else what was kept, else new; and what is to be kept of it. A secret of the
 * APIs that the settings give is forgotten by the file, so that the former one does not come back when the setting goes.
 * A kept pepper stays whatever the settings say: without it nothing that was sealed can be opened.
 */
export function secretsInForce(
  given: GivenSecrets,
  kept: KeptSecrets,
): { readonly inForce: Secrets; readonly keep: KeptSecrets } {
  const own = {
    pepper: kept.pepper ?? (given.pepper === undefined ? randomBytes(32).toString('hex') : undefined),
    adminSecret: given.adminSecret === undefined ? (kept.adminSecret ?? newSecret()) : undefined,
    gatewaySecret: given.gatewaySecret === undefined ? (kept.gatewaySecret ?? newSecret()) : undefined,
  }
  const inForce = {
    pepper: given.pepper ?? own.pepper ?? '',
    adminSecret: given.adminSecret ?? own.adminSecret ?? '',
    gatewaySecret: given.gatewaySecret ?? own.gatewaySecret ?? '',
  }
  return { inForce, keep: Object.fromEntries(Object.entries(own).filter(([, secret]) => secret)) }
}

function newSecret(): string {
  return randomBytes(16).toString('hex')
}

/** Writes the file with mode 600 so that a crash leaves either the whole of it or nothing. */
export function writeSecrets(file: string, secrets: KeptSecrets): void {
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
