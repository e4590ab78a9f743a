import { type EffectiveAccess, effectiveAccess } from '@tollgate/model/access/effective-access'
import { lookupCandidates } from '@tollgate/model/access/key-format'
import type { Policy } from '@tollgate/model/access/policy'
import type { KeyReader } from '@tollgate/storage/keys/key-reader'
import type { KeyRecord } from '@tollgate/storage/keys/keys'
import { secretHash } from '@tollgate/storage/secrets'
import type { KeyLoader } from './key-cache.ts'

/** What keys are looked up with. */
export type KeyLoaderParts = {
  readonly pepper: string
  readonly reader: KeyReader
  readonly policy: (orgId: string, id: string) => Policy | undefined
  /** Whether `allowed_urls` match anywhere in the path. */
  readonly loose: boolean
  readonly failed: (error: unknown) => void
}

/** Failures of the store are reported at most so often, milliseconds: a store that is down fails each request. */
const REPORT_EVERY_MS = 1_000

/** The way from a credential to a compiled key (gateway contract, section 2). */
export function keyLoader({ pepper, reader, policy, loose, failed }: KeyLoaderParts): KeyLoader {
  let reportedAt = Number.NEGATIVE_INFINITY

  function compiled(orgId: string, record: KeyRecord | undefined): EffectiveAccess | undefined {
    // A key of another organisation is as unknown as one that does not exist.
    if (record === undefined || record.orgId !== orgId) return undefined
    const facts = { id: record.id, orgId, session: record.session }
    return effectiveAccess(facts, (id) => policy(orgId, id), { loose })
  }

  return {
    hashes: (orgId, credential) =>
      lookupCandidates(orgId, credential).map((secret) => secretHash(pepper, secret)),
    read(orgId, hash) {
      const record = reader.bySecretHash(hash)
      if (record instanceof Promise) return record.then((later) => compiled(orgId, later))
      return compiled(orgId, record)
    },
    failed(error) {
      const now = performance.now()
      if (now - reportedAt < REPORT_EVERY_MS) return
      reportedAt = now
      failed(error)
    },
  }
}
