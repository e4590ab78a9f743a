import { ConflictError } from '../drivers/errors.ts'

/** Every unique index: its name (PostgreSQL reports that), its columns (SQLite reports those), and what it means. */
const UNIQUE = [
  ['organisations_pkey', 'organisations.id', 'organisation', 'id'],
  ['users_pkey', 'users.id', 'user', 'id'],
  ['users_unique_email_org_id', 'users.email, users.org_id', 'user', 'email'],
  ['users_unique_access_key_hash', 'users.access_key_hash', 'user', 'accessKey'],
  ['user_groups_pkey', 'user_groups.id', 'user-group', 'id'],
  ['apis_pkey', 'apis.id', 'api', 'id'],
  ['apis_unique_api_id', 'apis.api_id', 'api', 'apiId'],
  ['policies_pkey', 'policies.id', 'policy', 'id'],
  ['policies_unique_explicit_id_org_id', 'policies.explicit_id, policies.org_id', 'policy', 'explicitId'],
  ['organisation_sessions_pkey', 'organisation_sessions.org_id', 'organisation-session', 'orgId'],
  ['webhooks_pkey', 'webhooks.id', 'webhook', 'id'],
  ['webhooks_unique_webhook_id_org_id', 'webhooks.webhook_id, webhooks.org_id', 'webhook', 'webhookId'],
  ['certificates_pkey', 'certificates.id', 'certificate', 'id'],
  ['keys_pkey', 'keys.id', 'key', 'id'],
  ['keys_unique_username_org_id', 'keys.username, keys.org_id', 'key', 'username'],
  ['key_secrets_pkey', 'key_secrets.hash', 'key', 'secret'],
  ['sign_ins_pkey', 'sign_ins.token_hash', 'sign-in', 'tokenHash'],
  ['passkeys_pkey', 'passkeys.id', 'passkey', 'id'],
  ['passkeys_unique_credential_id', 'passkeys.credential_id', 'passkey', 'credentialId'],
  ['identity_providers_pkey', 'identity_providers.id', 'identity-provider', 'id'],
  [
    'user_identities_pkey',
    'user_identities.provider_id, user_identities.subject',
    'user-identity',
    'subject',
  ],
  ['one_time_tokens_pkey', 'one_time_tokens.hash', 'one-time-token', 'hash'],
] as const

const POSTGRES_UNIQUE_VIOLATION = '23505'
const SQLITE_UNIQUE_FAILED = 'UNIQUE constraint failed: '

/** What a failed statement is to be reported as: a ConflictError when a unique value is taken, else what it was. */
export function asStorageError(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const constraint =
    'code' in error && error.code === POSTGRES_UNIQUE_VIOLATION && 'constraint' in error
      ? error.constraint
      : undefined
  const columns = error.message.startsWith(SQLITE_UNIQUE_FAILED)
    ? error.message.slice(SQLITE_UNIQUE_FAILED.length)
    : undefined
  const unique = UNIQUE.find(([name, list]) => name === constraint || list === columns)
  return unique === undefined ? error : new ConflictError(unique[2], unique[3], { cause: error })
}
