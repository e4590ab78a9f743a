import type {
  ApiRecord,
  CertificateRecord,
  OrganisationSessionRecord,
  PolicyRecord,
} from './changed-records.ts'

/** Who caused a change: shown in history, never trusted for rights. */
export type Actor = { readonly kind: 'user' | 'admin' | 'control-api' | 'system'; readonly id: string }

/**
 * One committed change, as the data plane and later readers of history need it. APIs, policies and certificates travel
 * whole (there are few); keys only by id and secret hash (there may be millions): whoever caches one drops it and reads again.
 */
export type Change = { readonly revision: number; readonly orgId: string } & (
  | { readonly kind: 'api'; readonly id: string; readonly after: ApiRecord | undefined }
  | { readonly kind: 'policy'; readonly id: string; readonly after: PolicyRecord | undefined }
  | { readonly kind: 'certificate'; readonly id: string; readonly after: CertificateRecord | undefined }
  | {
      readonly kind: 'organisation-session'
      readonly id: string
      readonly after: OrganisationSessionRecord | undefined
    }
  | {
      readonly kind: 'key'
      readonly id: string
      /** Hex HMAC of every secret that the change touches, so that a cached "unknown" is dropped too. */
      readonly secretHashes: readonly string[]
      readonly deleted: boolean
    }
  | {
      readonly kind:
        | 'organisation'
        | 'user'
        | 'user-group'
        | 'webhook'
        | 'second-factor'
        | 'identity-provider'
        | 'sign-in-rules'
      readonly id: string
    }
)
