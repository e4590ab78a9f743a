import type { Kysely } from 'kysely'

/**
 * The tables, alike on SQLite and PostgreSQL: text and whole numbers only. `document` columns hold the record as sent,
 * as JSON text; the columns beside it are what is searched by (see columns.ts). `seq` is the revision that created the
 * record: an order of creation without ties. Booleans are 0 and 1.
 */
export type Tables = {
  meta: { name: string; value: string }
  organisations: { id: string; seq: number; document: string; created_at: string }
  users: {
    id: string
    seq: number
    org_id: string
    email: string
    search: string
    document: string
    password_hash: string
    password_provisional: number
    password_history: string
    /** NULL when revoked, so that the unique index leaves revoked users alone. */
    access_key_hash: string | null
    access_key_sealed: string
    created_at: string
    updated_at: string
  }
  user_groups: { id: string; seq: number; org_id: string; document: string }
  apis: {
    id: string
    seq: number
    api_id: string
    org_id: string
    name_sort: string
    search: string
    /** Domain and listen path as one exact value. */
    listen: string
    document: string
    wrapper: string
    created_at: string
    updated_at: string
  }
  api_categories: { api_id: string; category: string }
  policies: {
    id: string
    seq: number
    /** NULL when there is none. */
    explicit_id: string | null
    org_id: string
    name: string
    name_sort: string
    search: string
    state: string
    active: number
    document: string
    created_at: string
    updated_at: string
  }
  certificates: {
    id: string
    seq: number
    org_id: string
    pem: string
    /** Empty when there is no private key. */
    key_sealed: string
    created_at: string
  }
  organisation_sessions: {
    org_id: string
    seq: number
    document: string
    created_at: string
    updated_at: string
  }
  webhooks: { id: string; seq: number; org_id: string; webhook_id: string; document: string }
  policy_apis: { policy_id: string; api_id: string }
  keys: {
    id: string
    seq: number
    org_id: string
    /** NULL when the key is no basic-auth user. */
    username: string | null
    search: string
    document: string
    created_at: string
    updated_at: string
  }
  /** What keys are searched and sorted by: see key-facts.ts. */
  key_facts: {
    key_id: string
    org_id: string
    seq: number
    search: string
    alias_sort: string
    /** Unix seconds; the largest safe integer = never. */
    expires: number
    inactive: number
    /** Unix seconds; 0 = never. */
    used_at: number
  }
  key_secrets: { hash: string; key_id: string; created_at: string }
  /** Which keys name an API, in the order in which keys are listed. */
  key_apis: { api_id: string; org_id: string; seq: number; key_id: string }
  key_policies: { policy_id: string; org_id: string; seq: number; key_id: string }
  /** One row per quota that was used: its open period, or one that is over. `ends_at_ms` 0 = never. */
  quotas: { name: string; period: string; ends_at_ms: number; granted: number; stranded: number }
  /** What a node was granted and may not have spent; void when `period` is not the quota's. */
  quota_holdings: {
    name: string
    node: string
    life: string
    period: string
    units: number
    total: number
  }
  /** Which life of a node is the living one, and for how long. */
  quota_nodes: { node: string; life: string; alive_until_ms: number }
  revisions: {
    revision: number
    at: string
    actor_kind: string
    actor_id: string
    org_id: string
    kind: string
    record_id: string
    before: string | null
    after: string | null
  }
  sign_ins: {
    token_hash: string
    user_id: string
    created_at_ms: number
    last_seen_at_ms: number
    expires_at_ms: number
    /** Names a session to its user; the hash of its token is not shown. */
    id: string
    address: string
    user_agent: string
    /** See `SignInStage`. */
    stage: string
    /** See `SignInMethod`. */
    method: string
    /** When the user last showed who it is, beyond the cookie; 0 = not since the sign-in. */
    confirmed_at_ms: number
  }
  totp_secrets: {
    user_id: string
    org_id: string
    secret_sealed: string
    /** 0 until the first code was given. */
    active: number
    /** The time step of the newest code that was taken: none is taken twice. */
    last_step: number
    created_at: string
  }
  recovery_codes: { user_id: string; hash: string }
  passkeys: {
    id: string
    /** The authenticator's own id, base64url, as an exact value. */
    credential_id: string
    user_id: string
    org_id: string
    name: string
    /** COSE key, base64url. */
    public_key: string
    counter: number
    /** JSON list. */
    transports: string
    created_at: string
    last_used_at_ms: number
  }
  identity_providers: {
    id: string
    seq: number
    org_id: string
    document: string
    /** Empty for a public client. */
    secret_sealed: string
  }
  /** Who a subject of an identity provider is here; `managed`: the provider made the account. */
  user_identities: { provider_id: string; subject: string; user_id: string; managed: number }
  sign_in_rules: { org_id: string; document: string }
  /** What may be used once and not after `expires_at_ms`. */
  one_time_tokens: { hash: string; document: string; expires_at_ms: number }
  /** What happened to an organisation for the first time. */
  milestones: { org_id: string; name: string; at: string }
}

/** A connection, a pool or a transaction, typed by the tables. */
export type Db = Kysely<Tables>
