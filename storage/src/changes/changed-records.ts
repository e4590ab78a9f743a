import type { Policy } from '@tollgate/model/access/policy'
import type { Session } from '@tollgate/model/access/session'
import type { ApiDefinition } from '@tollgate/model/definition/api-definition'

/** Records that travel whole with their changes: the workers enforce them. */

/** An API as stored: the definition as sent (with its ids set), and the rest of the wire's wrapper. */
export type ApiRecord = {
  /** Database id, 24 hex; also `definition.id`. */
  readonly id: string
  /** Public id; also `definition.api_id`. Unique over all organisations. */
  readonly apiId: string
  readonly orgId: string
  readonly definition: ApiDefinition
  /** Wrapper fields beside `api_definition` as sent: hook_references, user_owners, user_group_owners, unknown ones. */
  readonly wrapper: Readonly<Record<string, unknown>>
  readonly createdAt: string // RFC 3339
  readonly updatedAt: string
}

/** A policy as stored. `id` is `_id` of the wire (24 hex); `explicitId` its free-word `id`, empty when there is none. */
export type PolicyRecord = {
  readonly id: string
  readonly explicitId: string
  readonly orgId: string
  readonly policy: Policy
  readonly createdAt: string
  readonly updatedAt: string
}

/** A certificate as stored: never changed, only added and removed, since its id is made from its content. */
export type CertificateRecord = {
  /** Organisation's id and 64 hex: SHA-256 of the certificate's DER; of a bare public key, of its SPKI's. */
  readonly id: string
  readonly orgId: string
  /** PEM: the certificate, then those of its issuers; or one public key. */
  readonly pem: string
  /** The private key (PEM), sealed under the pepper; empty when there is none. */
  readonly keySealed: string
  readonly createdAt: string
}

/** The limits of an organisation as a whole, as a session carries them (gateway contract, section 3, `/tyk/org/keys`). */
export type OrganisationSessionRecord = {
  /** The organisation's own id: it has one session or none. */
  readonly orgId: string
  readonly session: Session
  readonly createdAt: string
  readonly updatedAt: string
}
