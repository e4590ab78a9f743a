// Written from the OpenAPI document by `npm run docs`. Change the routes in management/.

/** The operations of the Dashboard API, by method and path. */
export type Operations = {
  'DELETE /admin/org/keys/{orgId}': {
    query: Record<never, never>
    body: undefined
    answer: { Status: 'OK'; Message: string; Meta: null; ID?: string }
  }
  'DELETE /admin/organisations/{id}': {
    query: Record<never, never>
    body: undefined
    answer: { Status: 'OK'; Message: string; Meta: null; ID?: string }
  }
  'DELETE /api/apis/{apiId}': {
    query: Record<never, never>
    body: undefined
    answer: { Status: 'OK'; Message: string; Meta: null; ID?: string }
  }
  'DELETE /api/apis/{apiId}/keys/{keyId}': {
    query: { hashed?: string; auto_guess?: string; username?: string; suppress_reset?: string }
    body: undefined
    answer: { Status: 'OK'; Message: string; Meta: null; ID?: string }
  }
  'DELETE /api/certs/dependencies/{certId}': {
    query: Record<never, never>
    body: undefined
    answer: { Status: 'OK'; Message: string; Meta: null; ID?: string }
  }
  'DELETE /api/certs/{certId}': {
    query: Record<never, never>
    body: undefined
    answer: { status: 'ok'; message: string }
  }
  'DELETE /api/demo': {
    query: Record<never, never>
    body: undefined
    answer: { Status: 'OK'; Message: string; Meta: { apis: number; keys: number; policies: number }; ID?: string }
  }
  'DELETE /api/hooks/{hookId}': {
    query: Record<never, never>
    body: undefined
    answer: { Status: 'OK'; Message: string; Meta: null; ID?: string }
  }
  'DELETE /api/identity-providers/{providerId}': {
    query: Record<never, never>
    body: undefined
    answer: { Status: 'OK'; Message: string; Meta: null; ID?: string }
  }
  'DELETE /api/keys/{keyId}': {
    query: { hashed?: string; auto_guess?: string; username?: string; suppress_reset?: string }
    body: undefined
    answer: { Status: 'OK'; Message: string; Meta: null; ID?: string }
  }
  'DELETE /api/passkeys/{passkeyId}': {
    query: Record<never, never>
    body: undefined
    answer: { Status: 'OK'; Message: string; Meta: null; ID?: string }
  }
  'DELETE /api/portal/policies/{id}': {
    query: Record<never, never>
    body: undefined
    answer: { Status: 'OK'; Message: string; Meta: null; ID?: string }
  }
  'DELETE /api/sessions': {
    query: Record<never, never>
    body: undefined
    answer: { Status: 'OK'; Message: string; Meta: { ended: number }; ID?: string }
  }
  'DELETE /api/sessions/{sessionId}': {
    query: Record<never, never>
    body: undefined
    answer: { Status: 'OK'; Message: string; Meta: null; ID?: string }
  }
  'DELETE /api/usergroups/{id}': {
    query: Record<never, never>
    body: undefined
    answer: { Status: 'OK'; Message: string; Meta: null; ID?: string }
  }
  'DELETE /api/users/{id}': {
    query: Record<never, never>
    body: undefined
    answer: { Status: 'OK'; Message: string; Meta: null; ID?: string }
  }
  'GET /admin/hello': {
    query: Record<never, never>
    body: undefined
    answer: { Status: 'OK'; Message: string; Meta: { version: string; ready: boolean }; ID?: string }
  }
  'GET /admin/org/keys': {
    query: { p?: string }
    body: undefined
    answer: { data: { keys: readonly (string)[] }; pages: number }
  }
  'GET /admin/org/keys/{orgId}': {
    query: Record<never, never>
    body: undefined
    answer: { api_model: Record<never, never>; key_id: string; data: Readonly<Record<string, unknown>>; key_hash: string }
  }
  'GET /admin/organisations': {
    query: { p?: string }
    body: undefined
    answer: { organisations: readonly ({ id: string } & Readonly<Record<string, unknown>>)[]; pages: number }
  }
  'GET /admin/organisations/{id}': {
    query: Record<never, never>
    body: undefined
    answer: { id: string } & Readonly<Record<string, unknown>>
  }
  'GET /admin/system/reload': {
    query: Record<never, never>
    body: undefined
    answer: { status: 'ok' }
  }
  'GET /admin/users/{id}': {
    query: Record<never, never>
    body: undefined
    answer: { api_model: Record<never, never>; first_name: string; last_name: string; email_address: string; org_id: string; active: boolean; id: string; access_key: string; user_permissions: Readonly<Record<string, string>>; group_id: string; password_max_days: number; password_updated: string; last_login_date: string; created_at: string } & Readonly<Record<string, unknown>>
  }
  'GET /api/activity/live': {
    query: { window?: string; step?: string; api_id?: string }
    body: undefined
    answer: { from: number; to: number; step: number; recording_since: number; points: readonly ({ t: number; requests: number; s2xx: number; s3xx: number; s4xx: number; s5xx: number; other: number; refused: { auth: number; rate: number; quota: number; other: number }; upstream_errors: number; bytes_in: number; bytes_out: number; mean_ms: (number | null); p50_ms: (number | null); p95_ms: (number | null) })[]; totals: { requests: number; s2xx: number; s3xx: number; s4xx: number; s5xx: number; other: number; refused: { auth: number; rate: number; quota: number; other: number }; upstream_errors: number; bytes_in: number; bytes_out: number; mean_ms: (number | null); p50_ms: (number | null); p95_ms: (number | null); requests_per_second: number; error_rate: number; refused_rate: number; p99_ms: (number | null) } }
  }
  'GET /api/activity/live/apis': {
    query: { window?: string }
    body: undefined
    answer: { from: number; to: number; apis: readonly ({ api_id: string; name: string; requests: number; s2xx: number; s3xx: number; s4xx: number; s5xx: number; other: number; refused: { auth: number; rate: number; quota: number; other: number }; upstream_errors: number; bytes_in: number; bytes_out: number; mean_ms: (number | null); p50_ms: (number | null); p95_ms: (number | null); error_rate: number })[] }
  }
  'GET /api/apis': {
    query: { p?: string; q?: string; sort?: ('' | ('name' | '-name' | 'created_at' | '-created_at' | 'updated_at' | '-updated_at')); api_type?: ('' | ('tcp' | 'rest' | 'graphql' | 'udg' | 'subgraph' | 'supergraph' | 'internal')); auth_type?: string; category?: string; base_apis?: string; compressed?: string; page_size?: string }
    body: undefined
    answer: { apis: readonly ({ api_model: Record<never, never>; api_definition: Readonly<Record<string, unknown>> } & Readonly<Record<string, unknown>>)[]; pages: number; total?: number }
  }
  'GET /api/apis/categories': {
    query: Record<never, never>
    body: undefined
    answer: { categories: readonly ({ name: string; count: number })[] }
  }
  'GET /api/apis/groups': {
    query: Record<never, never>
    body: undefined
    answer: Readonly<Record<string, readonly (string)[]>>
  }
  'GET /api/apis/keys': {
    query: { p?: string; q?: string }
    body: undefined
    answer: { data: { keys: readonly (string)[] }; pages: number }
  }
  'GET /api/apis/search': {
    query: { p?: string; q?: string; sort?: ('' | ('name' | '-name' | 'created_at' | '-created_at' | 'updated_at' | '-updated_at')); api_type?: ('' | ('tcp' | 'rest' | 'graphql' | 'udg' | 'subgraph' | 'supergraph' | 'internal')); auth_type?: string; category?: string; base_apis?: string; compressed?: string; page_size?: string }
    body: undefined
    answer: { apis: readonly ({ api_model: Record<never, never>; api_definition: Readonly<Record<string, unknown>> } & Readonly<Record<string, unknown>>)[]; pages: number; total?: number }
  }
  'GET /api/apis/{apiId}': {
    query: Record<never, never>
    body: undefined
    answer: { api_model: Record<never, never>; api_definition: Readonly<Record<string, unknown>> } & Readonly<Record<string, unknown>>
  }
  'GET /api/apis/{apiId}/access': {
    query: Record<never, never>
    body: undefined
    answer: { userIds?: (readonly (string)[] | null); userGroupIds?: (readonly (string)[] | null) }
  }
  'GET /api/apis/{apiId}/access-by-key': {
    query: { p?: string }
    body: undefined
    answer: { keys: readonly ({ key_hash: string; alias: string; status: ('open' | 'organisation_inactive' | 'unusable' | 'inactive' | 'expired' | 'not_granted' | 'no_api' | 'api_inactive' | 'api_expired' | 'not_judged' | 'no_version' | 'used_up'); words: string; source: { kind: ('key' | 'policy' | 'api' | 'organisation' | 'default'); words: string; policies: readonly ({ id: string; name: string })[]; change_at: readonly (string)[] } })[]; pages: number }
  }
  'GET /api/apis/{apiId}/keys': {
    query: { p?: string; q?: string }
    body: undefined
    answer: { data: { keys: readonly (string)[] }; pages: number }
  }
  'GET /api/apis/{apiId}/keys/search': {
    query: { p?: string; q?: string }
    body: undefined
    answer: { data: { keys: readonly (string)[] }; pages: number }
  }
  'GET /api/apis/{apiId}/keys/{keyId}': {
    query: { hashed?: string; auto_guess?: string; username?: string; suppress_reset?: string }
    body: undefined
    answer: { api_model: Record<never, never>; key_id: string; data: Readonly<Record<string, unknown>>; key_hash: string }
  }
  'GET /api/apis/{apiId}/url': {
    query: Record<never, never>
    body: undefined
    answer: { ApiURL: string; BasePath: string; Host: string }
  }
  'GET /api/assets': {
    query: Record<never, never>
    body: undefined
    answer: readonly (Readonly<Record<string, unknown>>)[]
  }
  'GET /api/certs': {
    query: { p?: string; mode?: string; filter?: ('' | 'omit' | 'with_pk' | 'without_pk') }
    body: undefined
    answer: ({ certs: readonly (string)[]; pages: number } | { cert_basics: readonly ({ id: string; issuer_cn: string; subject_cn: string; dns_names: readonly (string)[]; has_private: boolean; is_ca: boolean; not_before: string; not_after: string })[]; pages: number })
  }
  'GET /api/certs/dependencies/{certId}': {
    query: Record<never, never>
    body: undefined
    answer: { certID: string; client_cert_apis: readonly (string)[]; client_cert_api_names: readonly (string)[]; upstream_cert_apis: readonly (string)[]; upstream_cert_api_names: readonly (string)[]; key_cert: string }
  }
  'GET /api/certs/details': {
    query: { p?: string }
    body: undefined
    answer: { certificates: readonly ({ id: string; fingerprint: string; has_private: boolean; issuer: { Country: (readonly (string)[] | null); Organization: (readonly (string)[] | null); OrganizationalUnit: (readonly (string)[] | null); Locality: (readonly (string)[] | null); Province: (readonly (string)[] | null); StreetAddress: (readonly (string)[] | null); PostalCode: (readonly (string)[] | null); SerialNumber: string; CommonName: string; Names: (readonly ({ Type: readonly (number)[]; Value: string })[] | null); ExtraNames: null }; subject: { Country: (readonly (string)[] | null); Organization: (readonly (string)[] | null); OrganizationalUnit: (readonly (string)[] | null); Locality: (readonly (string)[] | null); Province: (readonly (string)[] | null); StreetAddress: (readonly (string)[] | null); PostalCode: (readonly (string)[] | null); SerialNumber: string; CommonName: string; Names: (readonly ({ Type: readonly (number)[]; Value: string })[] | null); ExtraNames: null }; dns_names: readonly (string)[]; is_ca: boolean; not_before: string; not_after: string })[]; pages: number }
  }
  'GET /api/certs/{certId}': {
    query: Record<never, never>
    body: undefined
    answer: { id: string; fingerprint: string; has_private: boolean; issuer: { Country: (readonly (string)[] | null); Organization: (readonly (string)[] | null); OrganizationalUnit: (readonly (string)[] | null); Locality: (readonly (string)[] | null); Province: (readonly (string)[] | null); StreetAddress: (readonly (string)[] | null); PostalCode: (readonly (string)[] | null); SerialNumber: string; CommonName: string; Names: (readonly ({ Type: readonly (number)[]; Value: string })[] | null); ExtraNames: null }; subject: { Country: (readonly (string)[] | null); Organization: (readonly (string)[] | null); OrganizationalUnit: (readonly (string)[] | null); Locality: (readonly (string)[] | null); Province: (readonly (string)[] | null); StreetAddress: (readonly (string)[] | null); PostalCode: (readonly (string)[] | null); SerialNumber: string; CommonName: string; Names: (readonly ({ Type: readonly (number)[]; Value: string })[] | null); ExtraNames: null }; dns_names: readonly (string)[]; is_ca: boolean; not_before: string; not_after: string }
  }
  'GET /api/certs/{certId}/apis': {
    query: { p?: string }
    body: undefined
    answer: { cert_id: string; apis: readonly ({ api_id: string; name: string; usage_type: readonly (('client' | 'upstream' | 'server'))[]; tyk_api_type: string })[]; pages: number }
  }
  'GET /api/hooks': {
    query: { p?: string }
    body: undefined
    answer: { hooks: readonly (Readonly<Record<string, unknown>>)[]; pages: number }
  }
  'GET /api/hooks/{hookId}': {
    query: Record<never, never>
    body: undefined
    answer: Readonly<Record<string, unknown>>
  }
  'GET /api/identity-providers': {
    query: Record<never, never>
    body: undefined
    answer: { providers: readonly ({ id: string; name: string; issuer: string; client_id: string; scopes: readonly (string)[]; group_claim: string; groups: readonly ({ claim: string; group_id: string })[]; default_group_id: string; create_accounts: boolean; trust_email: boolean; show_to_everybody: boolean; active: boolean; has_client_secret: boolean; redirect_uri: string; start_url: string })[]; redirect_uri: string; sign_in_url: string }
  }
  'GET /api/identity-providers/{providerId}': {
    query: Record<never, never>
    body: undefined
    answer: { id: string; name: string; issuer: string; client_id: string; scopes: readonly (string)[]; group_claim: string; groups: readonly ({ claim: string; group_id: string })[]; default_group_id: string; create_accounts: boolean; trust_email: boolean; show_to_everybody: boolean; active: boolean; has_client_secret: boolean; redirect_uri: string; start_url: string }
  }
  'GET /api/keys': {
    query: { p?: string; q?: string }
    body: undefined
    answer: { data: { keys: readonly (string)[] }; pages: number }
  }
  'GET /api/keys/detailed': {
    query: { p?: string; q?: string }
    body: undefined
    answer: { keys: readonly ({ api_model: Record<never, never>; key_id: string; data: Readonly<Record<string, unknown>>; key_hash: string })[]; pages: number }
  }
  'GET /api/keys/search': {
    query: { q?: string; api_id?: string; policy_id?: string; status?: ('' | ('active' | 'expiring' | 'expired' | 'inactive')); sort?: ('' | ('created' | 'alias' | 'expires' | 'last_used')); order?: ('' | ('asc' | 'desc')); p?: string; page_size?: string }
    body: undefined
    answer: { keys: readonly ({ key_hash: string; alias: string; status: ('active' | 'expiring' | 'expired' | 'inactive' | 'quota_exhausted'); status_words: string; apis: readonly ({ id: string; name: string })[]; apis_total: number; policies: readonly ({ id: string; name: string })[]; owner: string; username: string; tags: readonly (string)[]; created_at: string; updated_at: string; expires: number; last_used_at: (string | null) })[]; total: number; pages: number; page: number; page_size: number; matched_by: ('secret' | null) }
  }
  'GET /api/keys/{keyId}': {
    query: { hashed?: string; auto_guess?: string; username?: string; suppress_reset?: string }
    body: undefined
    answer: { api_model: Record<never, never>; key_id: string; data: Readonly<Record<string, unknown>>; key_hash: string }
  }
  'GET /api/keys/{keyId}/effective': {
    query: { hashed?: string; auto_guess?: string; username?: string }
    body: undefined
    answer: { key_hash: string; org_id: string; alias: string; at: { unix: number; rfc3339: (string | null) }; status: ('open' | 'organisation_inactive' | 'unusable' | 'inactive' | 'expired'); words: string; source: { kind: ('key' | 'policy' | 'api' | 'organisation' | 'default'); words: string; policies: readonly ({ id: string; name: string })[]; change_at: readonly (string)[] }; expires_at: ({ unix: number; rfc3339: (string | null) } | null); policies: readonly ({ id: string; name: string })[]; organisation: ({ rate: { max: (number | null); window_seconds: (number | null); algorithm: (('fixed_window' | 'sliding_window' | 'token_bucket' | 'concurrency' | 'quota') | null); burst: (number | null); calendar: ({ unit: ('day' | 'week' | 'month'); time_zone: string } | null); words: string; source: { kind: ('key' | 'policy' | 'api' | 'organisation' | 'default'); words: string; policies: readonly ({ id: string; name: string })[]; change_at: readonly (string)[] }; scope: string; shared: boolean; used: (number | null); allowance: (number | null); remaining: (number | null); resets_at: ({ unix: number; rfc3339: (string | null) } | null); under_admission: number }; further_rates: readonly ({ max: (number | null); window_seconds: (number | null); algorithm: (('fixed_window' | 'sliding_window' | 'token_bucket' | 'concurrency' | 'quota') | null); burst: (number | null); calendar: ({ unit: ('day' | 'week' | 'month'); time_zone: string } | null); words: string; source: { kind: ('key' | 'policy' | 'api' | 'organisation' | 'default'); words: string; policies: readonly ({ id: string; name: string })[]; change_at: readonly (string)[] }; scope: string; shared: boolean; used: (number | null); allowance: (number | null); remaining: (number | null); resets_at: ({ unix: number; rfc3339: (string | null) } | null); under_admission: number })[]; concurrency: { max: (number | null); window_seconds: (number | null); algorithm: (('fixed_window' | 'sliding_window' | 'token_bucket' | 'concurrency' | 'quota') | null); burst: (number | null); calendar: ({ unit: ('day' | 'week' | 'month'); time_zone: string } | null); words: string; source: { kind: ('key' | 'policy' | 'api' | 'organisation' | 'default'); words: string; policies: readonly ({ id: string; name: string })[]; change_at: readonly (string)[] }; scope: string; shared: boolean; used: (number | null); allowance: (number | null); remaining: (number | null); resets_at: ({ unix: number; rfc3339: (string | null) } | null); under_admission: number }; quota: { max: (number | null); window_seconds: (number | null); algorithm: (('fixed_window' | 'sliding_window' | 'token_bucket' | 'concurrency' | 'quota') | null); burst: (number | null); calendar: ({ unit: ('day' | 'week' | 'month'); time_zone: string } | null); words: string; source: { kind: ('key' | 'policy' | 'api' | 'organisation' | 'default'); words: string; policies: readonly ({ id: string; name: string })[]; change_at: readonly (string)[] }; scope: string; shared: boolean; used: (number | null); allowance: (number | null); remaining: (number | null); resets_at: ({ unix: number; rfc3339: (string | null) } | null); under_admission: number } } | null); apis: readonly ({ api_id: string; api_name: string; status: ('open' | 'organisation_inactive' | 'unusable' | 'inactive' | 'expired' | 'not_granted' | 'no_api' | 'api_inactive' | 'api_expired' | 'not_judged' | 'no_version' | 'used_up'); words: string; rights: { kind: ('key' | 'policy' | 'api' | 'organisation' | 'default'); words: string; policies: readonly ({ id: string; name: string })[]; change_at: readonly (string)[] }; versions: { every: boolean; list: readonly ({ name: string; granted: boolean; exists: boolean; expired: boolean })[]; words: string; source: { kind: ('key' | 'policy' | 'api' | 'organisation' | 'default'); words: string; policies: readonly ({ id: string; name: string })[]; change_at: readonly (string)[] } }; allowed_urls: { list: readonly ({ url: string; methods: readonly (string)[]; problem: (string | null) })[]; words: string; source: { kind: ('key' | 'policy' | 'api' | 'organisation' | 'default'); words: string; policies: readonly ({ id: string; name: string })[]; change_at: readonly (string)[] } }; limits_in_words: string; rate: { max: (number | null); window_seconds: (number | null); algorithm: (('fixed_window' | 'sliding_window' | 'token_bucket' | 'concurrency' | 'quota') | null); burst: (number | null); calendar: ({ unit: ('day' | 'week' | 'month'); time_zone: string } | null); words: string; source: { kind: ('key' | 'policy' | 'api' | 'organisation' | 'default'); words: string; policies: readonly ({ id: string; name: string })[]; change_at: readonly (string)[] }; scope: string; shared: boolean; used: (number | null); allowance: (number | null); remaining: (number | null); resets_at: ({ unix: number; rfc3339: (string | null) } | null); under_admission: number }; further_rates: readonly ({ max: (number | null); window_seconds: (number | null); algorithm: (('fixed_window' | 'sliding_window' | 'token_bucket' | 'concurrency' | 'quota') | null); burst: (number | null); calendar: ({ unit: ('day' | 'week' | 'month'); time_zone: string } | null); words: string; source: { kind: ('key' | 'policy' | 'api' | 'organisation' | 'default'); words: string; policies: readonly ({ id: string; name: string })[]; change_at: readonly (string)[] }; scope: string; shared: boolean; used: (number | null); allowance: (number | null); remaining: (number | null); resets_at: ({ unix: number; rfc3339: (string | null) } | null); under_admission: number })[]; concurrency: { max: (number | null); window_seconds: (number | null); algorithm: (('fixed_window' | 'sliding_window' | 'token_bucket' | 'concurrency' | 'quota') | null); burst: (number | null); calendar: ({ unit: ('day' | 'week' | 'month'); time_zone: string } | null); words: string; source: { kind: ('key' | 'policy' | 'api' | 'organisation' | 'default'); words: string; policies: readonly ({ id: string; name: string })[]; change_at: readonly (string)[] }; scope: string; shared: boolean; used: (number | null); allowance: (number | null); remaining: (number | null); resets_at: ({ unix: number; rfc3339: (string | null) } | null); under_admission: number }; quota: { max: (number | null); window_seconds: (number | null); algorithm: (('fixed_window' | 'sliding_window' | 'token_bucket' | 'concurrency' | 'quota') | null); burst: (number | null); calendar: ({ unit: ('day' | 'week' | 'month'); time_zone: string } | null); words: string; source: { kind: ('key' | 'policy' | 'api' | 'organisation' | 'default'); words: string; policies: readonly ({ id: string; name: string })[]; change_at: readonly (string)[] }; scope: string; shared: boolean; used: (number | null); allowance: (number | null); remaining: (number | null); resets_at: ({ unix: number; rfc3339: (string | null) } | null); under_admission: number }; throttle: ({ retries: number; interval_seconds: number } | null); endpoints: readonly ({ path: string; method: string; problem: (string | null); rate: { max: (number | null); window_seconds: (number | null); algorithm: (('fixed_window' | 'sliding_window' | 'token_bucket' | 'concurrency' | 'quota') | null); burst: (number | null); calendar: ({ unit: ('day' | 'week' | 'month'); time_zone: string } | null); words: string; source: { kind: ('key' | 'policy' | 'api' | 'organisation' | 'default'); words: string; policies: readonly ({ id: string; name: string })[]; change_at: readonly (string)[] }; scope: string; shared: boolean; used: (number | null); allowance: (number | null); remaining: (number | null); resets_at: ({ unix: number; rfc3339: (string | null) } | null); under_admission: number }; further_rates: readonly ({ max: (number | null); window_seconds: (number | null); algorithm: (('fixed_window' | 'sliding_window' | 'token_bucket' | 'concurrency' | 'quota') | null); burst: (number | null); calendar: ({ unit: ('day' | 'week' | 'month'); time_zone: string } | null); words: string; source: { kind: ('key' | 'policy' | 'api' | 'organisation' | 'default'); words: string; policies: readonly ({ id: string; name: string })[]; change_at: readonly (string)[] }; scope: string; shared: boolean; used: (number | null); allowance: (number | null); remaining: (number | null); resets_at: ({ unix: number; rfc3339: (string | null) } | null); under_admission: number })[]; concurrency: { max: (number | null); window_seconds: (number | null); algorithm: (('fixed_window' | 'sliding_window' | 'token_bucket' | 'concurrency' | 'quota') | null); burst: (number | null); calendar: ({ unit: ('day' | 'week' | 'month'); time_zone: string } | null); words: string; source: { kind: ('key' | 'policy' | 'api' | 'organisation' | 'default'); words: string; policies: readonly ({ id: string; name: string })[]; change_at: readonly (string)[] }; scope: string; shared: boolean; used: (number | null); allowance: (number | null); remaining: (number | null); resets_at: ({ unix: number; rfc3339: (string | null) } | null); under_admission: number } })[]; api_rate: { max: (number | null); window_seconds: (number | null); algorithm: (('fixed_window' | 'sliding_window' | 'token_bucket' | 'concurrency' | 'quota') | null); burst: (number | null); calendar: ({ unit: ('day' | 'week' | 'month'); time_zone: string } | null); words: string; source: { kind: ('key' | 'policy' | 'api' | 'organisation' | 'default'); words: string; policies: readonly ({ id: string; name: string })[]; change_at: readonly (string)[] }; scope: string; shared: boolean; used: (number | null); allowance: (number | null); remaining: (number | null); resets_at: ({ unix: number; rfc3339: (string | null) } | null); under_admission: number }; api_concurrency: { max: (number | null); window_seconds: (number | null); algorithm: (('fixed_window' | 'sliding_window' | 'token_bucket' | 'concurrency' | 'quota') | null); burst: (number | null); calendar: ({ unit: ('day' | 'week' | 'month'); time_zone: string } | null); words: string; source: { kind: ('key' | 'policy' | 'api' | 'organisation' | 'default'); words: string; policies: readonly ({ id: string; name: string })[]; change_at: readonly (string)[] }; scope: string; shared: boolean; used: (number | null); allowance: (number | null); remaining: (number | null); resets_at: ({ unix: number; rfc3339: (string | null) } | null); under_admission: number }; api_endpoints: readonly ({ path: string; method: string; problem: (string | null); rate: { max: (number | null); window_seconds: (number | null); algorithm: (('fixed_window' | 'sliding_window' | 'token_bucket' | 'concurrency' | 'quota') | null); burst: (number | null); calendar: ({ unit: ('day' | 'week' | 'month'); time_zone: string } | null); words: string; source: { kind: ('key' | 'policy' | 'api' | 'organisation' | 'default'); words: string; policies: readonly ({ id: string; name: string })[]; change_at: readonly (string)[] }; scope: string; shared: boolean; used: (number | null); allowance: (number | null); remaining: (number | null); resets_at: ({ unix: number; rfc3339: (string | null) } | null); under_admission: number }; version: string })[]; costs: readonly ({ version: string; path: string; method: string; problem: (string | null); cost: number })[]; cost_header: (string | null) })[] }
  }
  'GET /api/organisation': {
    query: Record<never, never>
    body: undefined
    answer: { id: string } & Readonly<Record<string, unknown>>
  }
  'GET /api/organisation/sign-in': {
    query: Record<never, never>
    body: undefined
    answer: { second_factor_required: boolean; single_sign_on_only: boolean; emergency_user_id: string; administrators: readonly ({ id: string; email_address: string })[] }
  }
  'GET /api/overview': {
    query: Record<never, never>
    body: undefined
    answer: { checklist: { api_made: { done: boolean; at: (string | null) }; key_made: { done: boolean; at: (string | null) }; first_200: { done: boolean; at: (string | null) }; first_limit_hit: { done: boolean; at: (string | null) } }; counts: { apis: (number | null); keys: (number | null); policies: (number | null); users: (number | null) }; attention: readonly ({ kind: ('proxies_not_trusted' | 'keys_expired_in_use' | 'apis_failing' | 'keys_expiring' | 'apis_inactive' | 'apis_without_key' | 'policies_inactive' | 'policies_unused' | 'users_never_signed_in'); count: number; first: readonly ({ id: string; name: string; expires?: number; last_used_at?: (string | null); error_rate?: number; requests?: number })[] })[]; demo: ({ apis: readonly ({ id: string; name: string })[]; keys: number; policies: number } | null); at: string }
  }
  'GET /api/permissions': {
    query: Record<never, never>
    body: undefined
    answer: { permissions: readonly ({ name: string; label: string; read_only: boolean })[] }
  }
  'GET /api/portal/policies': {
    query: { p?: string; q?: string; policy_ids?: string; active?: string; state?: string; sort?: ('' | ('date_created' | '-date_created' | 'name' | '-name' | 'state' | '-state')); api_id?: string; auth_type?: string; page_size?: string }
    body: undefined
    answer: { Data: readonly (Readonly<Record<string, unknown>>)[]; Pages: number; Total?: number }
  }
  'GET /api/portal/policies/search': {
    query: { p?: string; q?: string; policy_ids?: string; active?: string; state?: string; sort?: ('' | ('date_created' | '-date_created' | 'name' | '-name' | 'state' | '-state')); api_id?: string; auth_type?: string; page_size?: string }
    body: undefined
    answer: { Data: readonly (Readonly<Record<string, unknown>>)[]; Pages: number; Total?: number }
  }
  'GET /api/portal/policies/{id}': {
    query: Record<never, never>
    body: undefined
    answer: Readonly<Record<string, unknown>>
  }
  'GET /api/portal/policies/{id}/keys': {
    query: { p?: string }
    body: undefined
    answer: { keys: readonly ({ key_hash: string; alias: string; status: ('open' | 'organisation_inactive' | 'unusable' | 'inactive' | 'expired' | 'not_granted' | 'no_api' | 'api_inactive' | 'api_expired' | 'not_judged' | 'no_version' | 'used_up'); words: string; source: { kind: ('key' | 'policy' | 'api' | 'organisation' | 'default'); words: string; policies: readonly ({ id: string; name: string })[]; change_at: readonly (string)[] } })[]; pages: number }
  }
  'GET /api/requests/{requestId}/explain': {
    query: Record<never, never>
    body: undefined
    answer: { request_id: string; at: { unix: number; rfc3339: (string | null) }; method: string; path: string; status: number; code: string; message: string; words: string; api: ({ id: string; name: string } | null); key_hash: (string | null); trace: readonly ({ step: string; code: string; detail: string; outcome: ('passed' | 'decided') })[]; decided_by: { step: string; code: string; detail: string }; limit: ({ words: string; scope: string; source: string; used: number; max: number; remaining: number; resets_at: ({ unix: number; rfc3339: (string | null) } | null); retry_at: ({ unix: number; rfc3339: (string | null) } | null) } | null); rule: { words: string; source: ({ kind: ('key' | 'policy' | 'api' | 'organisation' | 'default'); words: string; policies: readonly ({ id: string; name: string })[]; change_at: readonly (string)[] } | null); change_at: readonly (string)[] } }
  }
  'GET /api/second-factor': {
    query: Record<never, never>
    body: undefined
    answer: { totp: { active: boolean; created_at: (string | null) }; recovery_codes_left: number; passkeys: readonly ({ id: string; name: string; created_at: string; last_used_at: (string | null) })[]; passkeys_available: boolean; dashboard_url: string; required: boolean; has_password: boolean; confirmed: boolean }
  }
  'GET /api/session': {
    query: Record<never, never>
    body: undefined
    answer: { user: { id: string; first_name: string; last_name: string; email_address: string; group_id: string }; via: ('cookie' | 'access_key'); password_provisional: boolean; is_admin: boolean; may_reset_passwords: boolean; permissions: Readonly<Record<string, string>>; may: Readonly<Record<string, { read: boolean; write: boolean }>>; organisation: ({ id: string; name: string } | null); min_password_length: number; version: string; gateway_url: string }
  }
  'GET /api/sessions': {
    query: Record<never, never>
    body: undefined
    answer: { sessions: readonly ({ id: string; created_at: string; last_seen_at: string; expires_at: string; address: string; user_agent: string; method: ('password' | 'passkey' | 'single-sign-on'); current: boolean })[] }
  }
  'GET /api/usergroups': {
    query: { p?: string; q?: string; sort?: ('' | ('name' | '-name' | 'created_at' | '-created_at')); page_size?: string }
    body: undefined
    answer: { groups: readonly ({ id: string; org_id: string; name: string; description: string; active: boolean; user_permissions: Readonly<Record<string, string>>; password_max_days: number } & Readonly<Record<string, unknown>>)[]; pages: number; total?: number }
  }
  'GET /api/usergroups/{id}': {
    query: Record<never, never>
    body: undefined
    answer: { id: string; org_id: string; name: string; description: string; active: boolean; user_permissions: Readonly<Record<string, string>>; password_max_days: number } & Readonly<Record<string, unknown>>
  }
  'GET /api/users': {
    query: { p?: string; q?: string; sort?: ('' | ('email_address' | '-email_address' | 'name' | '-name' | 'created_at' | '-created_at')); page_size?: string }
    body: undefined
    answer: { users: readonly ({ api_model: Record<never, never>; first_name: string; last_name: string; email_address: string; org_id: string; active: boolean; id: string; access_key: string; user_permissions: Readonly<Record<string, string>>; group_id: string; password_max_days: number; password_updated: string; last_login_date: string; created_at: string } & Readonly<Record<string, unknown>>)[]; pages: number; total?: number }
  }
  'GET /api/users/me': {
    query: Record<never, never>
    body: undefined
    answer: { api_model: Record<never, never>; first_name: string; last_name: string; email_address: string; org_id: string; active: boolean; id: string; access_key: string; user_permissions: Readonly<Record<string, string>>; group_id: string; password_max_days: number; password_updated: string; last_login_date: string; created_at: string } & Readonly<Record<string, unknown>>
  }
  'GET /api/users/search': {
    query: { p?: string; q?: string; sort?: ('' | ('email_address' | '-email_address' | 'name' | '-name' | 'created_at' | '-created_at')); page_size?: string }
    body: undefined
    answer: { users: readonly ({ api_model: Record<never, never>; first_name: string; last_name: string; email_address: string; org_id: string; active: boolean; id: string; access_key: string; user_permissions: Readonly<Record<string, string>>; group_id: string; password_max_days: number; password_updated: string; last_login_date: string; created_at: string } & Readonly<Record<string, unknown>>)[]; pages: number; total?: number }
  }
  'GET /api/users/{id}': {
    query: Record<never, never>
    body: undefined
    answer: { api_model: Record<never, never>; first_name: string; last_name: string; email_address: string; org_id: string; active: boolean; id: string; access_key: string; user_permissions: Readonly<Record<string, string>>; group_id: string; password_max_days: number; password_updated: string; last_login_date: string; created_at: string } & Readonly<Record<string, unknown>>
  }
  'GET /hello': {
    query: Record<never, never>
    body: undefined
    answer: { Status: 'OK'; Message: string; Meta: { version: string; ready: boolean }; ID?: string }
  }
  'GET /login/options': {
    query: { organisation?: string }
    body: undefined
    answer: { providers: readonly ({ id: string; name: string })[]; passkeys: boolean; dashboard_url: string; step: ({ next: ('factor' | 'enrol'); code: boolean; passkey: boolean } | null) }
  }
  'GET /logout': {
    query: Record<never, never>
    body: undefined
    answer: { Status: 'OK'; Message: string; Meta: null; ID?: string }
  }
  'GET /sso/callback': {
    query: Record<never, never>
    body: undefined
    answer: { Status: 'OK'; Message: string; Meta: null; ID?: string }
  }
  'GET /sso/start/{providerId}': {
    query: { moved?: string }
    body: undefined
    answer: { Status: 'OK'; Message: string; Meta: null; ID?: string }
  }
  'GET /tap': {
    query: { nonce?: string }
    body: undefined
    answer: { Status: 'OK'; Message: string; Meta: null; ID?: string }
  }
  'POST /admin/apis/import': {
    query: Record<never, never>
    body: { apis: readonly ({ api_definition: { id?: string; api_id?: string; org_id?: string; name?: string; slug?: string; domain?: string; domain_disabled?: boolean; certificates?: (readonly (string)[] | null); internal?: boolean; active?: boolean; expiration?: string; expiration_disabled?: boolean; definition?: ({ enabled?: boolean; name?: string; default?: string; location?: string; key?: string; strip_path?: boolean; strip_versioning_data?: boolean; fallback_to_default?: boolean; url_versioning_pattern?: string; versions?: (Readonly<Record<string, string>> | null) } & Readonly<Record<string, unknown>> | null); enable_ip_whitelisting?: boolean; allowed_ips?: (readonly (string)[] | null); enable_ip_blacklisting?: boolean; blacklisted_ips?: (readonly (string)[] | null); use_mutual_tls_auth?: boolean; client_certificates?: (readonly (string)[] | null); use_keyless?: boolean; use_standard_auth?: boolean; auth?: ({ disable_header?: boolean; auth_header_name?: string; use_param?: boolean; param_name?: string; use_cookie?: boolean; cookie_name?: string; use_certificate?: boolean; validate_signature?: boolean } & Readonly<Record<string, unknown>> | null); auth_configs?: (Readonly<Record<string, { disable_header?: boolean; auth_header_name?: string; use_param?: boolean; param_name?: string; use_cookie?: boolean; cookie_name?: string; use_certificate?: boolean; validate_signature?: boolean } & Readonly<Record<string, unknown>>>> | null); strip_auth_data?: boolean; disable_rate_limit?: boolean; disable_quota?: boolean; global_rate_limit?: ({ rate?: number; per?: number; algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); burst?: number; disabled?: boolean } & Readonly<Record<string, unknown>> | null); max_concurrency?: number; protocol?: string; upstream_certificates?: (Readonly<Record<string, string>> | null); upstream_certificates_disabled?: boolean; pinned_public_keys?: (Readonly<Record<string, string>> | null); certificate_pinning_disabled?: boolean; cost_header?: string; event_handlers?: (Readonly<Record<string, unknown>> | null); event_handlers_disabled?: boolean; use_basic_auth?: boolean; basic_auth?: (Readonly<Record<string, unknown>> | null); use_oauth2?: boolean; oauth_meta?: (Readonly<Record<string, unknown>> | null); external_oauth?: ({ enabled?: boolean } & Readonly<Record<string, unknown>> | null); use_openid?: boolean; enable_jwt?: boolean; enable_signature_checking?: boolean; enable_coprocess_auth?: boolean; use_go_plugin_auth?: boolean; CORS?: ({ enable?: boolean; allowed_origins?: (readonly (string)[] | null); allowed_methods?: (readonly (string)[] | null); allowed_headers?: (readonly (string)[] | null); exposed_headers?: (readonly (string)[] | null); allow_credentials?: boolean; max_age?: number; options_passthrough?: boolean } & Readonly<Record<string, unknown>> | null); cache_options?: ({ enable_cache?: boolean; cache_timeout?: number } & Readonly<Record<string, unknown>> | null); custom_middleware?: (Readonly<Record<string, unknown>> | null); custom_middleware_bundle?: string; response_processors?: (readonly (Readonly<Record<string, unknown>>)[] | null); tags?: (readonly (string)[] | null); tags_disabled?: boolean; tag_headers?: (readonly (string)[] | null); enable_batch_request_support?: boolean; listen_port?: number; enable_context_vars?: boolean; enable_detailed_recording?: boolean; do_not_track?: boolean; session_lifetime?: number; is_oas?: boolean; proxy?: ({ listen_path?: string; allow_encoded_slashes?: boolean; target_url?: string; enable_load_balancing?: boolean; target_list?: (readonly (string)[] | null); preserve_host_header?: boolean; disable_strip_slash?: boolean; strip_listen_path?: boolean; check_host_against_uptime_tests?: boolean; service_discovery?: ({ use_discovery_service?: boolean } & Readonly<Record<string, unknown>> | null); transport?: ({ proxy_url?: string; ssl_insecure_skip_verify?: boolean; ssl_force_common_name_check?: boolean; ssl_min_version?: (number | string | null); ssl_max_version?: (number | string | null); ssl_ciphers?: (readonly (string)[] | null) } & Readonly<Record<string, unknown>> | null) } & Readonly<Record<string, unknown>> | null); version_data?: ({ not_versioned?: boolean; default_version?: string; versions?: (Readonly<Record<string, { name?: string; paths?: ({ ignored?: (readonly (unknown)[] | null); white_list?: (readonly (unknown)[] | null); black_list?: (readonly (unknown)[] | null) } & Readonly<Record<string, unknown>> | null); use_extended_paths?: boolean; extended_paths?: ({ mock_response?: (readonly (unknown)[] | null); ignored?: (readonly (unknown)[] | null); black_list?: (readonly (unknown)[] | null); white_list?: (readonly (unknown)[] | null); internal?: (readonly (unknown)[] | null); size_limits?: (readonly (unknown)[] | null); rate_limit?: (readonly (unknown)[] | null); request_costs?: (readonly (unknown)[] | null); transform_headers?: (readonly (unknown)[] | null); hard_timeouts?: (readonly (unknown)[] | null); transform_response_headers?: (readonly (unknown)[] | null) } & Readonly<Record<string, unknown>> | null); ignore_endpoint_case?: boolean; expires?: string; global_size_limit?: number; global_size_limit_disabled?: boolean; override_target?: string; global_headers?: (Readonly<Record<string, string>> | null); global_headers_remove?: (readonly (string)[] | null); global_headers_disabled?: boolean; global_response_headers?: (Readonly<Record<string, string>> | null); global_response_headers_remove?: (readonly (string)[] | null); global_response_headers_disabled?: boolean } & Readonly<Record<string, unknown>>>> | null) } & Readonly<Record<string, unknown>> | null); config_data?: (Readonly<Record<string, unknown>> | null); base_identity_provided_by?: string; dont_set_quota_on_create?: boolean } & Readonly<Record<string, unknown>>; hook_references?: (readonly ({ event_name?: string; event_timeout?: number; hook?: ({ id?: string } & Readonly<Record<string, unknown>> | null) } & Readonly<Record<string, unknown>>)[] | null); user_owners?: (readonly (string)[] | null); user_group_owners?: (readonly (string)[] | null) } & Readonly<Record<string, unknown>>)[] }
    answer: { Status: 'OK'; Message: string; Meta: Readonly<Record<string, true>>; ID?: string }
  }
  'POST /admin/org/keys': {
    query: Record<never, never>
    body: { last_check?: number; allowance?: number; rate?: number; per?: number; throttle_interval?: number; throttle_retry_limit?: number; max_query_depth?: number; date_created?: string; expires?: number; quota_max?: number; quota_renews?: number; quota_remaining?: number; quota_renewal_rate?: number; rate_algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); rate_burst?: number; rates?: (readonly ({ rate: number; per: number; algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); burst?: number } & Readonly<Record<string, unknown>>)[] | null); max_concurrency?: number; quota_calendar?: ('' | 'day' | 'week' | 'month'); quota_time_zone?: string; limits_shared_by?: ('' | 'key' | 'owner' | 'policy' | 'organisation'); owner?: string; access_rights?: (Readonly<Record<string, { api_id?: string; api_name?: string; versions?: (readonly (string)[] | null); allowed_urls?: (readonly ({ url: string; methods?: (readonly (string)[] | null) } & Readonly<Record<string, unknown>>)[] | null); restricted_types?: (readonly (Readonly<Record<string, unknown>>)[] | null); allowed_types?: (readonly (Readonly<Record<string, unknown>>)[] | null); limit?: ({ rate?: number; per?: number; rate_algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); rate_burst?: number; rates?: (readonly ({ rate: number; per: number; algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); burst?: number } & Readonly<Record<string, unknown>>)[] | null); max_concurrency?: number; throttle_interval?: number; throttle_retry_limit?: number; max_query_depth?: number; quota_max?: number; quota_renews?: number; quota_remaining?: number; quota_renewal_rate?: number; quota_calendar?: ('' | 'day' | 'week' | 'month'); quota_time_zone?: string; smoothing?: ({ enabled?: boolean; threshold?: number; trigger?: number; step?: number; delay?: number } & Readonly<Record<string, unknown>> | null) } & Readonly<Record<string, unknown>> | null); field_access_rights?: (readonly (Readonly<Record<string, unknown>>)[] | null); disable_introspection?: boolean; allowance_scope?: string; endpoints?: (readonly ({ path: string; methods?: (readonly ({ name: string; limit?: ({ rate?: number; per?: number; rate_algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); rate_burst?: number; rates?: (unknown); max_concurrency?: number; smoothing?: (unknown) } & Readonly<Record<string, unknown>> | null) } & Readonly<Record<string, unknown>>)[] | null) } & Readonly<Record<string, unknown>>)[] | null) } & Readonly<Record<string, unknown>>>> | null); org_id?: string; oauth_client_id?: string; oauth_keys?: (Readonly<Record<string, string>> | null); certificate?: string; mtls_static_certificate_bindings?: (readonly (string)[] | null); basic_auth_data?: ({ password?: string; hash_type?: string; user?: string } & Readonly<Record<string, unknown>> | null); jwt_data?: ({ secret?: string } & Readonly<Record<string, unknown>> | null); hmac_enabled?: boolean; hmac_string?: string; enable_http_signature_validation?: boolean; rsa_certificate_id?: string; is_inactive?: boolean; apply_policy_id?: string; apply_policies?: (readonly (string)[] | null); data_expires?: number; monitor?: ({ trigger_limits?: (readonly (number)[] | null) } & Readonly<Record<string, unknown>> | null); enable_detail_recording?: boolean; enable_detailed_recording?: boolean; meta_data?: (Readonly<Record<string, unknown>> | null); tags?: (readonly (string)[] | null); alias?: string; last_updated?: string; id_extractor_deadline?: number; session_lifetime?: number; smoothing?: ({ enabled?: boolean; threshold?: number; trigger?: number; step?: number; delay?: number } & Readonly<Record<string, unknown>> | null); post_expiry_action?: string; post_expiry_grace_period?: number } & Readonly<Record<string, unknown>>
    answer: { api_model: Record<never, never>; key_id: string; data: Readonly<Record<string, unknown>>; key_hash: string }
  }
  'POST /admin/organisations': {
    query: Record<never, never>
    body: { id?: ('' | string); owner_name?: string; owner_slug?: string; cname?: string; cname_enabled?: boolean; gateway_claims?: ({ domains?: (readonly (string)[] | null); listen_paths?: (readonly (string)[] | null) } & Readonly<Record<string, unknown>> | null); apis?: (readonly ({ api_human_name?: string; api_id?: string } & Readonly<Record<string, unknown>>)[] | null); developer_quota?: number; developer_count?: number; event_options?: (Readonly<Record<string, Readonly<Record<string, unknown>>>> | null); hybrid_enabled?: boolean; sso_enabled?: boolean; ui?: (Readonly<Record<string, unknown>> | null); org_options_meta?: (Readonly<Record<string, unknown>> | null) } & Readonly<Record<string, unknown>>
    answer: { Status: 'OK'; Message: string; Meta: string; ID?: string }
  }
  'POST /admin/organisations/import': {
    query: Record<never, never>
    body: { id: string; owner_name?: string; owner_slug?: string; cname?: string; cname_enabled?: boolean; gateway_claims?: ({ domains?: (readonly (string)[] | null); listen_paths?: (readonly (string)[] | null) } & Readonly<Record<string, unknown>> | null); apis?: (readonly ({ api_human_name?: string; api_id?: string } & Readonly<Record<string, unknown>>)[] | null); developer_quota?: number; developer_count?: number; event_options?: (Readonly<Record<string, Readonly<Record<string, unknown>>>> | null); hybrid_enabled?: boolean; sso_enabled?: boolean; ui?: (Readonly<Record<string, unknown>> | null); org_options_meta?: (Readonly<Record<string, unknown>> | null) } & Readonly<Record<string, unknown>>
    answer: { Status: 'OK'; Message: string; Meta: string; ID?: string }
  }
  'POST /admin/policies/import': {
    query: Record<never, never>
    body: { Data: readonly ({ _id?: string; id?: string; name?: string; org_id?: string; rate?: number; per?: number; quota_max?: number; quota_renewal_rate?: number; rate_algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); rate_burst?: number; rates?: (readonly ({ rate: number; per: number; algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); burst?: number } & Readonly<Record<string, unknown>>)[] | null); max_concurrency?: number; quota_calendar?: ('' | 'day' | 'week' | 'month'); quota_time_zone?: string; limits_shared_by?: ('' | 'key' | 'owner' | 'policy' | 'organisation'); throttle_interval?: number; throttle_retry_limit?: number; max_query_depth?: number; access_rights?: (Readonly<Record<string, { api_id?: string; api_name?: string; versions?: (readonly (string)[] | null); allowed_urls?: (readonly ({ url: string; methods?: (readonly (string)[] | null) } & Readonly<Record<string, unknown>>)[] | null); restricted_types?: (readonly (Readonly<Record<string, unknown>>)[] | null); allowed_types?: (readonly (Readonly<Record<string, unknown>>)[] | null); limit?: ({ rate?: number; per?: number; rate_algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); rate_burst?: number; rates?: (readonly ({ rate: number; per: number; algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); burst?: number } & Readonly<Record<string, unknown>>)[] | null); max_concurrency?: number; throttle_interval?: number; throttle_retry_limit?: number; max_query_depth?: number; quota_max?: number; quota_renews?: number; quota_remaining?: number; quota_renewal_rate?: number; quota_calendar?: ('' | 'day' | 'week' | 'month'); quota_time_zone?: string; smoothing?: ({ enabled?: boolean; threshold?: number; trigger?: number; step?: number; delay?: number } & Readonly<Record<string, unknown>> | null) } & Readonly<Record<string, unknown>> | null); field_access_rights?: (readonly (Readonly<Record<string, unknown>>)[] | null); disable_introspection?: boolean; allowance_scope?: string; endpoints?: (readonly ({ path: string; methods?: (readonly ({ name: string; limit?: (unknown) } & Readonly<Record<string, unknown>>)[] | null) } & Readonly<Record<string, unknown>>)[] | null) } & Readonly<Record<string, unknown>>>> | null); access_rights_array?: (readonly ({ api_id?: string; api_name?: string; versions?: (readonly (string)[] | null); allowed_urls?: (readonly ({ url: string; methods?: (readonly (string)[] | null) } & Readonly<Record<string, unknown>>)[] | null); restricted_types?: (readonly (Readonly<Record<string, unknown>>)[] | null); allowed_types?: (readonly (Readonly<Record<string, unknown>>)[] | null); limit?: ({ rate?: number; per?: number; rate_algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); rate_burst?: number; rates?: (readonly ({ rate: number; per: number; algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); burst?: number } & Readonly<Record<string, unknown>>)[] | null); max_concurrency?: number; throttle_interval?: number; throttle_retry_limit?: number; max_query_depth?: number; quota_max?: number; quota_renews?: number; quota_remaining?: number; quota_renewal_rate?: number; quota_calendar?: ('' | 'day' | 'week' | 'month'); quota_time_zone?: string; smoothing?: ({ enabled?: boolean; threshold?: number; trigger?: number; step?: number; delay?: number } & Readonly<Record<string, unknown>> | null) } & Readonly<Record<string, unknown>> | null); field_access_rights?: (readonly (Readonly<Record<string, unknown>>)[] | null); disable_introspection?: boolean; allowance_scope?: string; endpoints?: (readonly ({ path: string; methods?: (readonly ({ name: string; limit?: (unknown) } & Readonly<Record<string, unknown>>)[] | null) } & Readonly<Record<string, unknown>>)[] | null) } & Readonly<Record<string, unknown>>)[] | null); auth_type?: string; auth_types?: (readonly (string)[] | null); hmac_enabled?: boolean; enable_http_signature_validation?: boolean; active?: boolean; is_inactive?: boolean; state?: string; tags?: (readonly (string)[] | null); key_expires_in?: number; post_expiry_action?: string; post_expiry_grace_period?: number; partitions?: ({ quota?: boolean; rate_limit?: boolean; complexity?: boolean; acl?: boolean; per_api?: boolean } & Readonly<Record<string, unknown>> | null); date_created?: string; last_updated?: string; meta_data?: (Readonly<Record<string, unknown>> | null); smoothing?: ({ enabled?: boolean; threshold?: number; trigger?: number; step?: number; delay?: number } & Readonly<Record<string, unknown>> | null) } & Readonly<Record<string, unknown>>)[] }
    answer: { Status: 'OK'; Message: string; Meta: Readonly<Record<string, true>>; ID?: string }
  }
  'POST /admin/sso': {
    query: Record<never, never>
    body: { ForSection?: (string | null); OrgID?: (string | null); EmailAddress?: (string | null); GroupID?: (string | null); DisplayName?: (string | null); SSOOnlyForRegisteredUsers?: (boolean | null) } & Readonly<Record<string, unknown>>
    answer: { Status: 'OK'; Message: string; Meta: string; ID?: string }
  }
  'POST /admin/users': {
    query: Record<never, never>
    body: { id?: string; first_name?: string; last_name?: string; email_address: string; org_id?: string; active?: boolean; user_permissions?: Readonly<Record<string, string>>; group_id?: string; password_max_days?: number; password_updated?: string; PWHistory?: (readonly (unknown)[] | null); last_login_date?: string; created_at?: string; password?: string } & Readonly<Record<string, unknown>>
    answer: { Status: 'OK'; Message: string; Meta: { api_model: Record<never, never>; first_name: string; last_name: string; email_address: string; org_id: string; active: boolean; id: string; access_key: string; user_permissions: Readonly<Record<string, string>>; group_id: string; password_max_days: number; password_updated: string; last_login_date: string; created_at: string } & Readonly<Record<string, unknown>>; ID?: string }
  }
  'POST /api/apis': {
    query: Record<never, never>
    body: { api_definition: { id?: string; api_id?: string; org_id?: string; name?: string; slug?: string; domain?: string; domain_disabled?: boolean; certificates?: (readonly (string)[] | null); internal?: boolean; active?: boolean; expiration?: string; expiration_disabled?: boolean; definition?: ({ enabled?: boolean; name?: string; default?: string; location?: string; key?: string; strip_path?: boolean; strip_versioning_data?: boolean; fallback_to_default?: boolean; url_versioning_pattern?: string; versions?: (Readonly<Record<string, string>> | null) } & Readonly<Record<string, unknown>> | null); enable_ip_whitelisting?: boolean; allowed_ips?: (readonly (string)[] | null); enable_ip_blacklisting?: boolean; blacklisted_ips?: (readonly (string)[] | null); use_mutual_tls_auth?: boolean; client_certificates?: (readonly (string)[] | null); use_keyless?: boolean; use_standard_auth?: boolean; auth?: ({ disable_header?: boolean; auth_header_name?: string; use_param?: boolean; param_name?: string; use_cookie?: boolean; cookie_name?: string; use_certificate?: boolean; validate_signature?: boolean } & Readonly<Record<string, unknown>> | null); auth_configs?: (Readonly<Record<string, { disable_header?: boolean; auth_header_name?: string; use_param?: boolean; param_name?: string; use_cookie?: boolean; cookie_name?: string; use_certificate?: boolean; validate_signature?: boolean } & Readonly<Record<string, unknown>>>> | null); strip_auth_data?: boolean; disable_rate_limit?: boolean; disable_quota?: boolean; global_rate_limit?: ({ rate?: number; per?: number; algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); burst?: number; disabled?: boolean } & Readonly<Record<string, unknown>> | null); max_concurrency?: number; protocol?: string; upstream_certificates?: (Readonly<Record<string, string>> | null); upstream_certificates_disabled?: boolean; pinned_public_keys?: (Readonly<Record<string, string>> | null); certificate_pinning_disabled?: boolean; cost_header?: string; event_handlers?: (Readonly<Record<string, unknown>> | null); event_handlers_disabled?: boolean; use_basic_auth?: boolean; basic_auth?: (Readonly<Record<string, unknown>> | null); use_oauth2?: boolean; oauth_meta?: (Readonly<Record<string, unknown>> | null); external_oauth?: ({ enabled?: boolean } & Readonly<Record<string, unknown>> | null); use_openid?: boolean; enable_jwt?: boolean; enable_signature_checking?: boolean; enable_coprocess_auth?: boolean; use_go_plugin_auth?: boolean; CORS?: ({ enable?: boolean; allowed_origins?: (readonly (string)[] | null); allowed_methods?: (readonly (string)[] | null); allowed_headers?: (readonly (string)[] | null); exposed_headers?: (readonly (string)[] | null); allow_credentials?: boolean; max_age?: number; options_passthrough?: boolean } & Readonly<Record<string, unknown>> | null); cache_options?: ({ enable_cache?: boolean; cache_timeout?: number } & Readonly<Record<string, unknown>> | null); custom_middleware?: (Readonly<Record<string, unknown>> | null); custom_middleware_bundle?: string; response_processors?: (readonly (Readonly<Record<string, unknown>>)[] | null); tags?: (readonly (string)[] | null); tags_disabled?: boolean; tag_headers?: (readonly (string)[] | null); enable_batch_request_support?: boolean; listen_port?: number; enable_context_vars?: boolean; enable_detailed_recording?: boolean; do_not_track?: boolean; session_lifetime?: number; is_oas?: boolean; proxy?: ({ listen_path?: string; allow_encoded_slashes?: boolean; target_url?: string; enable_load_balancing?: boolean; target_list?: (readonly (string)[] | null); preserve_host_header?: boolean; disable_strip_slash?: boolean; strip_listen_path?: boolean; check_host_against_uptime_tests?: boolean; service_discovery?: ({ use_discovery_service?: boolean } & Readonly<Record<string, unknown>> | null); transport?: ({ proxy_url?: string; ssl_insecure_skip_verify?: boolean; ssl_force_common_name_check?: boolean; ssl_min_version?: (number | string | null); ssl_max_version?: (number | string | null); ssl_ciphers?: (readonly (string)[] | null) } & Readonly<Record<string, unknown>> | null) } & Readonly<Record<string, unknown>> | null); version_data?: ({ not_versioned?: boolean; default_version?: string; versions?: (Readonly<Record<string, { name?: string; paths?: ({ ignored?: (readonly (string)[] | null); white_list?: (readonly (string)[] | null); black_list?: (readonly (string)[] | null) } & Readonly<Record<string, unknown>> | null); use_extended_paths?: boolean; extended_paths?: ({ mock_response?: (readonly ({ disabled?: boolean; ignore_case?: boolean; path: string; method?: string; code?: number; body?: string; headers?: (unknown) } & Readonly<Record<string, unknown>>)[] | null); ignored?: (readonly ({ disabled?: boolean; ignore_case?: boolean; path: string; method?: string; method_actions?: (unknown) } & Readonly<Record<string, unknown>>)[] | null); black_list?: (readonly ({ disabled?: boolean; ignore_case?: boolean; path: string; method?: string; method_actions?: (unknown) } & Readonly<Record<string, unknown>>)[] | null); white_list?: (readonly ({ disabled?: boolean; ignore_case?: boolean; path: string; method?: string; method_actions?: (unknown) } & Readonly<Record<string, unknown>>)[] | null); internal?: (readonly ({ disabled?: boolean; ignore_case?: boolean; path: string; method?: string } & Readonly<Record<string, unknown>>)[] | null); size_limits?: (readonly ({ disabled?: boolean; ignore_case?: boolean; path: string; method?: string; size_limit?: number } & Readonly<Record<string, unknown>>)[] | null); rate_limit?: (readonly ({ disabled?: boolean; ignore_case?: boolean; path: string; method?: string; rate?: number; per?: number; algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); burst?: number } & Readonly<Record<string, unknown>>)[] | null); request_costs?: (readonly ({ disabled?: boolean; ignore_case?: boolean; path: string; method?: string; cost: number } & Readonly<Record<string, unknown>>)[] | null); transform_headers?: (readonly ({ disabled?: boolean; ignore_case?: boolean; path: string; method?: string; delete_headers?: (unknown); add_headers?: (unknown) } & Readonly<Record<string, unknown>>)[] | null); hard_timeouts?: (readonly ({ disabled?: boolean; ignore_case?: boolean; path: string; method?: string; timeout?: number } & Readonly<Record<string, unknown>>)[] | null); transform_response_headers?: (readonly ({ disabled?: boolean; ignore_case?: boolean; path: string; method?: string; delete_headers?: (unknown); add_headers?: (unknown) } & Readonly<Record<string, unknown>>)[] | null) } & Readonly<Record<string, unknown>> | null); ignore_endpoint_case?: boolean; expires?: string; global_size_limit?: number; global_size_limit_disabled?: boolean; override_target?: string; global_headers?: (Readonly<Record<string, string>> | null); global_headers_remove?: (readonly (string)[] | null); global_headers_disabled?: boolean; global_response_headers?: (Readonly<Record<string, string>> | null); global_response_headers_remove?: (readonly (string)[] | null); global_response_headers_disabled?: boolean } & Readonly<Record<string, unknown>>>> | null) } & Readonly<Record<string, unknown>> | null); config_data?: (Readonly<Record<string, unknown>> | null); base_identity_provided_by?: string; dont_set_quota_on_create?: boolean } & Readonly<Record<string, unknown>>; hook_references?: (readonly ({ event_name?: string; event_timeout?: number; hook?: ({ id?: string } & Readonly<Record<string, unknown>> | null) } & Readonly<Record<string, unknown>>)[] | null); user_owners?: (readonly (string)[] | null); user_group_owners?: (readonly (string)[] | null) } & Readonly<Record<string, unknown>>
    answer: { Status: 'OK'; Message: string; Meta: string; ID?: string }
  }
  'POST /api/apis/keys/basic/{username}': {
    query: Record<never, never>
    body: { last_check?: number; allowance?: number; rate?: number; per?: number; throttle_interval?: number; throttle_retry_limit?: number; max_query_depth?: number; date_created?: string; expires?: number; quota_max?: number; quota_renews?: number; quota_remaining?: number; quota_renewal_rate?: number; rate_algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); rate_burst?: number; rates?: (readonly ({ rate: number; per: number; algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); burst?: number } & Readonly<Record<string, unknown>>)[] | null); max_concurrency?: number; quota_calendar?: ('' | 'day' | 'week' | 'month'); quota_time_zone?: string; limits_shared_by?: ('' | 'key' | 'owner' | 'policy' | 'organisation'); owner?: string; access_rights?: (Readonly<Record<string, { api_id?: string; api_name?: string; versions?: (readonly (string)[] | null); allowed_urls?: (readonly ({ url: string; methods?: (readonly (string)[] | null) } & Readonly<Record<string, unknown>>)[] | null); restricted_types?: (readonly (Readonly<Record<string, unknown>>)[] | null); allowed_types?: (readonly (Readonly<Record<string, unknown>>)[] | null); limit?: ({ rate?: number; per?: number; rate_algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); rate_burst?: number; rates?: (readonly ({ rate: number; per: number; algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); burst?: number } & Readonly<Record<string, unknown>>)[] | null); max_concurrency?: number; throttle_interval?: number; throttle_retry_limit?: number; max_query_depth?: number; quota_max?: number; quota_renews?: number; quota_remaining?: number; quota_renewal_rate?: number; quota_calendar?: ('' | 'day' | 'week' | 'month'); quota_time_zone?: string; smoothing?: ({ enabled?: boolean; threshold?: number; trigger?: number; step?: number; delay?: number } & Readonly<Record<string, unknown>> | null) } & Readonly<Record<string, unknown>> | null); field_access_rights?: (readonly (Readonly<Record<string, unknown>>)[] | null); disable_introspection?: boolean; allowance_scope?: string; endpoints?: (readonly ({ path: string; methods?: (readonly ({ name: string; limit?: ({ rate?: number; per?: number; rate_algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); rate_burst?: number; rates?: (unknown); max_concurrency?: number; smoothing?: (unknown) } & Readonly<Record<string, unknown>> | null) } & Readonly<Record<string, unknown>>)[] | null) } & Readonly<Record<string, unknown>>)[] | null) } & Readonly<Record<string, unknown>>>> | null); org_id?: string; oauth_client_id?: string; oauth_keys?: (Readonly<Record<string, string>> | null); certificate?: string; mtls_static_certificate_bindings?: (readonly (string)[] | null); basic_auth_data?: ({ password?: string; hash_type?: string; user?: string } & Readonly<Record<string, unknown>> | null); jwt_data?: ({ secret?: string } & Readonly<Record<string, unknown>> | null); hmac_enabled?: boolean; hmac_string?: string; enable_http_signature_validation?: boolean; rsa_certificate_id?: string; is_inactive?: boolean; apply_policy_id?: string; apply_policies?: (readonly (string)[] | null); data_expires?: number; monitor?: ({ trigger_limits?: (readonly (number)[] | null) } & Readonly<Record<string, unknown>> | null); enable_detail_recording?: boolean; enable_detailed_recording?: boolean; meta_data?: (Readonly<Record<string, unknown>> | null); tags?: (readonly (string)[] | null); alias?: string; last_updated?: string; id_extractor_deadline?: number; session_lifetime?: number; smoothing?: ({ enabled?: boolean; threshold?: number; trigger?: number; step?: number; delay?: number } & Readonly<Record<string, unknown>> | null); post_expiry_action?: string; post_expiry_grace_period?: number } & Readonly<Record<string, unknown>>
    answer: { api_model: Record<never, never>; key_id: string; data: Readonly<Record<string, unknown>>; key_hash: string }
  }
  'POST /api/apis/{apiId}/try': {
    query: Record<never, never>
    body: { method: ('GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS'); path: string; headers?: readonly (readonly (unknown)[])[]; body?: string; key?: string; key_hash?: string }
    answer: { sent: boolean; request: { method: string; url: string; headers: readonly (readonly (unknown)[])[] }; response: ({ status: number; headers: readonly (readonly (unknown)[])[]; body: string; body_encoding: ('utf8' | 'base64'); body_bytes: number; truncated: boolean } | null); duration_ms: (number | null); request_id: (string | null); verdict: { outcome: ('passed' | 'refused' | 'failed'); code: (string | null); words: string; trace: readonly ({ step: string; code: string; detail: string; outcome: ('passed' | 'decided') })[]; rule: ({ words: string; source: ({ kind: ('key' | 'policy' | 'api' | 'organisation' | 'default'); words: string; policies: readonly ({ id: string; name: string })[]; change_at: readonly (string)[] } | null); change_at: readonly (string)[] } | null); not_judged: readonly (string)[] } }
  }
  'POST /api/certs': {
    query: { org_id?: string }
    body: Blob
    answer: { id: string; message: string; status: 'ok' }
  }
  'POST /api/hooks': {
    query: Record<never, never>
    body: { api_model?: (Readonly<Record<string, unknown>> | null); id?: string; org_id?: string; name?: string; method?: string; target_path?: string; template_path?: string; header_map?: (Readonly<Record<string, string>> | null); event_timeout?: number; webhook_id?: string } & Readonly<Record<string, unknown>>
    answer: { Status: 'OK'; Message: string; Meta: null; ID?: string }
  }
  'POST /api/identity-providers': {
    query: Record<never, never>
    body: { id?: string; name: string; issuer: string; client_id: string; scopes?: readonly (string)[]; group_claim?: string; groups?: readonly ({ claim: string; group_id: string })[]; default_group_id?: string; create_accounts?: boolean; trust_email?: boolean; show_to_everybody?: boolean; active?: boolean; client_secret?: string }
    answer: { Status: 'OK'; Message: string; Meta: string; ID?: string }
  }
  'POST /api/identity-providers/{providerId}/check': {
    query: Record<never, never>
    body: undefined
    answer: { issuer: string; authorization_endpoint: string }
  }
  'POST /api/keys': {
    query: { basic_auth?: string }
    body: { last_check?: number; allowance?: number; rate?: number; per?: number; throttle_interval?: number; throttle_retry_limit?: number; max_query_depth?: number; date_created?: string; expires?: number; quota_max?: number; quota_renews?: number; quota_remaining?: number; quota_renewal_rate?: number; rate_algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); rate_burst?: number; rates?: (readonly ({ rate: number; per: number; algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); burst?: number } & Readonly<Record<string, unknown>>)[] | null); max_concurrency?: number; quota_calendar?: ('' | 'day' | 'week' | 'month'); quota_time_zone?: string; limits_shared_by?: ('' | 'key' | 'owner' | 'policy' | 'organisation'); owner?: string; access_rights?: (Readonly<Record<string, { api_id?: string; api_name?: string; versions?: (readonly (string)[] | null); allowed_urls?: (readonly ({ url: string; methods?: (readonly (string)[] | null) } & Readonly<Record<string, unknown>>)[] | null); restricted_types?: (readonly (Readonly<Record<string, unknown>>)[] | null); allowed_types?: (readonly (Readonly<Record<string, unknown>>)[] | null); limit?: ({ rate?: number; per?: number; rate_algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); rate_burst?: number; rates?: (readonly ({ rate: number; per: number; algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); burst?: number } & Readonly<Record<string, unknown>>)[] | null); max_concurrency?: number; throttle_interval?: number; throttle_retry_limit?: number; max_query_depth?: number; quota_max?: number; quota_renews?: number; quota_remaining?: number; quota_renewal_rate?: number; quota_calendar?: ('' | 'day' | 'week' | 'month'); quota_time_zone?: string; smoothing?: ({ enabled?: boolean; threshold?: number; trigger?: number; step?: number; delay?: number } & Readonly<Record<string, unknown>> | null) } & Readonly<Record<string, unknown>> | null); field_access_rights?: (readonly (Readonly<Record<string, unknown>>)[] | null); disable_introspection?: boolean; allowance_scope?: string; endpoints?: (readonly ({ path: string; methods?: (readonly ({ name: string; limit?: ({ rate?: number; per?: number; rate_algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); rate_burst?: number; rates?: (unknown); max_concurrency?: number; smoothing?: (unknown) } & Readonly<Record<string, unknown>> | null) } & Readonly<Record<string, unknown>>)[] | null) } & Readonly<Record<string, unknown>>)[] | null) } & Readonly<Record<string, unknown>>>> | null); org_id?: string; oauth_client_id?: string; oauth_keys?: (Readonly<Record<string, string>> | null); certificate?: string; mtls_static_certificate_bindings?: (readonly (string)[] | null); basic_auth_data?: ({ password?: string; hash_type?: string; user?: string } & Readonly<Record<string, unknown>> | null); jwt_data?: ({ secret?: string } & Readonly<Record<string, unknown>> | null); hmac_enabled?: boolean; hmac_string?: string; enable_http_signature_validation?: boolean; rsa_certificate_id?: string; is_inactive?: boolean; apply_policy_id?: string; apply_policies?: (readonly (string)[] | null); data_expires?: number; monitor?: ({ trigger_limits?: (readonly (number)[] | null) } & Readonly<Record<string, unknown>> | null); enable_detail_recording?: boolean; enable_detailed_recording?: boolean; meta_data?: (Readonly<Record<string, unknown>> | null); tags?: (readonly (string)[] | null); alias?: string; last_updated?: string; id_extractor_deadline?: number; session_lifetime?: number; smoothing?: ({ enabled?: boolean; threshold?: number; trigger?: number; step?: number; delay?: number } & Readonly<Record<string, unknown>> | null); post_expiry_action?: string; post_expiry_grace_period?: number } & Readonly<Record<string, unknown>>
    answer: { api_model: Record<never, never>; key_id: string; data: Readonly<Record<string, unknown>>; key_hash: string }
  }
  'POST /api/keys/bulk': {
    query: Record<never, never>
    body: ({ action: ('disable' | 'enable' | 'delete'); ids: readonly (string)[] } | { action: ('add_policy' | 'remove_policy'); ids: readonly (string)[]; policy_id: string } | { action: 'extend'; ids: readonly (string)[]; seconds?: number; expires?: number })
    answer: { results: readonly (({ id: string; ok: true; changed: boolean } | { id: string; ok: false; error: string }))[]; done: number; changed: number; failed: number }
  }
  'POST /api/keys/preview': {
    query: { effective?: string }
    body: { last_check?: number; allowance?: number; rate?: number; per?: number; throttle_interval?: number; throttle_retry_limit?: number; max_query_depth?: number; date_created?: string; expires?: number; quota_max?: number; quota_renews?: number; quota_remaining?: number; quota_renewal_rate?: number; rate_algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); rate_burst?: number; rates?: (readonly ({ rate: number; per: number; algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); burst?: number } & Readonly<Record<string, unknown>>)[] | null); max_concurrency?: number; quota_calendar?: ('' | 'day' | 'week' | 'month'); quota_time_zone?: string; limits_shared_by?: ('' | 'key' | 'owner' | 'policy' | 'organisation'); owner?: string; access_rights?: (Readonly<Record<string, { api_id?: string; api_name?: string; versions?: (readonly (string)[] | null); allowed_urls?: (readonly ({ url: string; methods?: (readonly (string)[] | null) } & Readonly<Record<string, unknown>>)[] | null); restricted_types?: (readonly (Readonly<Record<string, unknown>>)[] | null); allowed_types?: (readonly (Readonly<Record<string, unknown>>)[] | null); limit?: ({ rate?: number; per?: number; rate_algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); rate_burst?: number; rates?: (readonly ({ rate: number; per: number; algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); burst?: number } & Readonly<Record<string, unknown>>)[] | null); max_concurrency?: number; throttle_interval?: number; throttle_retry_limit?: number; max_query_depth?: number; quota_max?: number; quota_renews?: number; quota_remaining?: number; quota_renewal_rate?: number; quota_calendar?: ('' | 'day' | 'week' | 'month'); quota_time_zone?: string; smoothing?: ({ enabled?: boolean; threshold?: number; trigger?: number; step?: number; delay?: number } & Readonly<Record<string, unknown>> | null) } & Readonly<Record<string, unknown>> | null); field_access_rights?: (readonly (Readonly<Record<string, unknown>>)[] | null); disable_introspection?: boolean; allowance_scope?: string; endpoints?: (readonly ({ path: string; methods?: (readonly ({ name: string; limit?: ({ rate?: number; per?: number; rate_algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); rate_burst?: number; rates?: (unknown); max_concurrency?: number; smoothing?: (unknown) } & Readonly<Record<string, unknown>> | null) } & Readonly<Record<string, unknown>>)[] | null) } & Readonly<Record<string, unknown>>)[] | null) } & Readonly<Record<string, unknown>>>> | null); org_id?: string; oauth_client_id?: string; oauth_keys?: (Readonly<Record<string, string>> | null); certificate?: string; mtls_static_certificate_bindings?: (readonly (string)[] | null); basic_auth_data?: ({ password?: string; hash_type?: string; user?: string } & Readonly<Record<string, unknown>> | null); jwt_data?: ({ secret?: string } & Readonly<Record<string, unknown>> | null); hmac_enabled?: boolean; hmac_string?: string; enable_http_signature_validation?: boolean; rsa_certificate_id?: string; is_inactive?: boolean; apply_policy_id?: string; apply_policies?: (readonly (string)[] | null); data_expires?: number; monitor?: ({ trigger_limits?: (readonly (number)[] | null) } & Readonly<Record<string, unknown>> | null); enable_detail_recording?: boolean; enable_detailed_recording?: boolean; meta_data?: (Readonly<Record<string, unknown>> | null); tags?: (readonly (string)[] | null); alias?: string; last_updated?: string; id_extractor_deadline?: number; session_lifetime?: number; smoothing?: ({ enabled?: boolean; threshold?: number; trigger?: number; step?: number; delay?: number } & Readonly<Record<string, unknown>> | null); post_expiry_action?: string; post_expiry_grace_period?: number } & Readonly<Record<string, unknown>>
    answer: { api_model: Record<never, never>; key_id: string; data: Readonly<Record<string, unknown>>; key_hash: string; effective?: { key_hash: string; org_id: string; alias: string; at: { unix: number; rfc3339: (string | null) }; status: ('open' | 'organisation_inactive' | 'unusable' | 'inactive' | 'expired'); words: string; source: { kind: ('key' | 'policy' | 'api' | 'organisation' | 'default'); words: string; policies: readonly ({ id: string; name: string })[]; change_at: readonly (string)[] }; expires_at: ({ unix: number; rfc3339: (string | null) } | null); policies: readonly ({ id: string; name: string })[]; organisation: ({ rate: { max: (number | null); window_seconds: (number | null); algorithm: (('fixed_window' | 'sliding_window' | 'token_bucket' | 'concurrency' | 'quota') | null); burst: (number | null); calendar: ({ unit: ('day' | 'week' | 'month'); time_zone: string } | null); words: string; source: { kind: ('key' | 'policy' | 'api' | 'organisation' | 'default'); words: string; policies: readonly ({ id: string; name: string })[]; change_at: readonly (string)[] }; scope: string; shared: boolean; used: (number | null); allowance: (number | null); remaining: (number | null); resets_at: ({ unix: number; rfc3339: (string | null) } | null); under_admission: number }; further_rates: readonly ({ max: (number | null); window_seconds: (number | null); algorithm: (('fixed_window' | 'sliding_window' | 'token_bucket' | 'concurrency' | 'quota') | null); burst: (number | null); calendar: ({ unit: ('day' | 'week' | 'month'); time_zone: string } | null); words: string; source: { kind: ('key' | 'policy' | 'api' | 'organisation' | 'default'); words: string; policies: readonly ({ id: string; name: string })[]; change_at: readonly (string)[] }; scope: string; shared: boolean; used: (number | null); allowance: (number | null); remaining: (number | null); resets_at: ({ unix: number; rfc3339: (string | null) } | null); under_admission: number })[]; concurrency: { max: (number | null); window_seconds: (number | null); algorithm: (('fixed_window' | 'sliding_window' | 'token_bucket' | 'concurrency' | 'quota') | null); burst: (number | null); calendar: ({ unit: ('day' | 'week' | 'month'); time_zone: string } | null); words: string; source: { kind: ('key' | 'policy' | 'api' | 'organisation' | 'default'); words: string; policies: readonly ({ id: string; name: string })[]; change_at: readonly (string)[] }; scope: string; shared: boolean; used: (number | null); allowance: (number | null); remaining: (number | null); resets_at: ({ unix: number; rfc3339: (string | null) } | null); under_admission: number }; quota: { max: (number | null); window_seconds: (number | null); algorithm: (('fixed_window' | 'sliding_window' | 'token_bucket' | 'concurrency' | 'quota') | null); burst: (number | null); calendar: ({ unit: ('day' | 'week' | 'month'); time_zone: string } | null); words: string; source: { kind: ('key' | 'policy' | 'api' | 'organisation' | 'default'); words: string; policies: readonly ({ id: string; name: string })[]; change_at: readonly (string)[] }; scope: string; shared: boolean; used: (number | null); allowance: (number | null); remaining: (number | null); resets_at: ({ unix: number; rfc3339: (string | null) } | null); under_admission: number } } | null); apis: readonly ({ api_id: string; api_name: string; status: ('open' | 'organisation_inactive' | 'unusable' | 'inactive' | 'expired' | 'not_granted' | 'no_api' | 'api_inactive' | 'api_expired' | 'not_judged' | 'no_version' | 'used_up'); words: string; rights: { kind: ('key' | 'policy' | 'api' | 'organisation' | 'default'); words: string; policies: readonly ({ id: string; name: string })[]; change_at: readonly (string)[] }; versions: { every: boolean; list: readonly ({ name: string; granted: boolean; exists: boolean; expired: boolean })[]; words: string; source: { kind: ('key' | 'policy' | 'api' | 'organisation' | 'default'); words: string; policies: readonly ({ id: string; name: string })[]; change_at: readonly (string)[] } }; allowed_urls: { list: readonly ({ url: string; methods: readonly (string)[]; problem: (string | null) })[]; words: string; source: { kind: ('key' | 'policy' | 'api' | 'organisation' | 'default'); words: string; policies: readonly ({ id: string; name: string })[]; change_at: readonly (string)[] } }; limits_in_words: string; rate: { max: (number | null); window_seconds: (number | null); algorithm: (('fixed_window' | 'sliding_window' | 'token_bucket' | 'concurrency' | 'quota') | null); burst: (number | null); calendar: ({ unit: ('day' | 'week' | 'month'); time_zone: string } | null); words: string; source: { kind: ('key' | 'policy' | 'api' | 'organisation' | 'default'); words: string; policies: readonly ({ id: string; name: string })[]; change_at: readonly (string)[] }; scope: string; shared: boolean; used: (number | null); allowance: (number | null); remaining: (number | null); resets_at: ({ unix: number; rfc3339: (string | null) } | null); under_admission: number }; further_rates: readonly ({ max: (number | null); window_seconds: (number | null); algorithm: (('fixed_window' | 'sliding_window' | 'token_bucket' | 'concurrency' | 'quota') | null); burst: (number | null); calendar: ({ unit: ('day' | 'week' | 'month'); time_zone: string } | null); words: string; source: { kind: ('key' | 'policy' | 'api' | 'organisation' | 'default'); words: string; policies: readonly ({ id: string; name: string })[]; change_at: readonly (string)[] }; scope: string; shared: boolean; used: (number | null); allowance: (number | null); remaining: (number | null); resets_at: ({ unix: number; rfc3339: (string | null) } | null); under_admission: number })[]; concurrency: { max: (number | null); window_seconds: (number | null); algorithm: (('fixed_window' | 'sliding_window' | 'token_bucket' | 'concurrency' | 'quota') | null); burst: (number | null); calendar: ({ unit: ('day' | 'week' | 'month'); time_zone: string } | null); words: string; source: { kind: ('key' | 'policy' | 'api' | 'organisation' | 'default'); words: string; policies: readonly ({ id: string; name: string })[]; change_at: readonly (string)[] }; scope: string; shared: boolean; used: (number | null); allowance: (number | null); remaining: (number | null); resets_at: ({ unix: number; rfc3339: (string | null) } | null); under_admission: number }; quota: { max: (number | null); window_seconds: (number | null); algorithm: (('fixed_window' | 'sliding_window' | 'token_bucket' | 'concurrency' | 'quota') | null); burst: (number | null); calendar: ({ unit: ('day' | 'week' | 'month'); time_zone: string } | null); words: string; source: { kind: ('key' | 'policy' | 'api' | 'organisation' | 'default'); words: string; policies: readonly ({ id: string; name: string })[]; change_at: readonly (string)[] }; scope: string; shared: boolean; used: (number | null); allowance: (number | null); remaining: (number | null); resets_at: ({ unix: number; rfc3339: (string | null) } | null); under_admission: number }; throttle: ({ retries: number; interval_seconds: number } | null); endpoints: readonly ({ path: string; method: string; problem: (string | null); rate: { max: (number | null); window_seconds: (number | null); algorithm: (('fixed_window' | 'sliding_window' | 'token_bucket' | 'concurrency' | 'quota') | null); burst: (number | null); calendar: ({ unit: ('day' | 'week' | 'month'); time_zone: string } | null); words: string; source: { kind: ('key' | 'policy' | 'api' | 'organisation' | 'default'); words: string; policies: readonly ({ id: string; name: string })[]; change_at: readonly (string)[] }; scope: string; shared: boolean; used: (number | null); allowance: (number | null); remaining: (number | null); resets_at: ({ unix: number; rfc3339: (string | null) } | null); under_admission: number }; further_rates: readonly ({ max: (number | null); window_seconds: (number | null); algorithm: (('fixed_window' | 'sliding_window' | 'token_bucket' | 'concurrency' | 'quota') | null); burst: (number | null); calendar: ({ unit: ('day' | 'week' | 'month'); time_zone: string } | null); words: string; source: { kind: ('key' | 'policy' | 'api' | 'organisation' | 'default'); words: string; policies: readonly ({ id: string; name: string })[]; change_at: readonly (string)[] }; scope: string; shared: boolean; used: (number | null); allowance: (number | null); remaining: (number | null); resets_at: ({ unix: number; rfc3339: (string | null) } | null); under_admission: number })[]; concurrency: { max: (number | null); window_seconds: (number | null); algorithm: (('fixed_window' | 'sliding_window' | 'token_bucket' | 'concurrency' | 'quota') | null); burst: (number | null); calendar: ({ unit: ('day' | 'week' | 'month'); time_zone: string } | null); words: string; source: { kind: ('key' | 'policy' | 'api' | 'organisation' | 'default'); words: string; policies: readonly ({ id: string; name: string })[]; change_at: readonly (string)[] }; scope: string; shared: boolean; used: (number | null); allowance: (number | null); remaining: (number | null); resets_at: ({ unix: number; rfc3339: (string | null) } | null); under_admission: number } })[]; api_rate: { max: (number | null); window_seconds: (number | null); algorithm: (('fixed_window' | 'sliding_window' | 'token_bucket' | 'concurrency' | 'quota') | null); burst: (number | null); calendar: ({ unit: ('day' | 'week' | 'month'); time_zone: string } | null); words: string; source: { kind: ('key' | 'policy' | 'api' | 'organisation' | 'default'); words: string; policies: readonly ({ id: string; name: string })[]; change_at: readonly (string)[] }; scope: string; shared: boolean; used: (number | null); allowance: (number | null); remaining: (number | null); resets_at: ({ unix: number; rfc3339: (string | null) } | null); under_admission: number }; api_concurrency: { max: (number | null); window_seconds: (number | null); algorithm: (('fixed_window' | 'sliding_window' | 'token_bucket' | 'concurrency' | 'quota') | null); burst: (number | null); calendar: ({ unit: ('day' | 'week' | 'month'); time_zone: string } | null); words: string; source: { kind: ('key' | 'policy' | 'api' | 'organisation' | 'default'); words: string; policies: readonly ({ id: string; name: string })[]; change_at: readonly (string)[] }; scope: string; shared: boolean; used: (number | null); allowance: (number | null); remaining: (number | null); resets_at: ({ unix: number; rfc3339: (string | null) } | null); under_admission: number }; api_endpoints: readonly ({ path: string; method: string; problem: (string | null); rate: { max: (number | null); window_seconds: (number | null); algorithm: (('fixed_window' | 'sliding_window' | 'token_bucket' | 'concurrency' | 'quota') | null); burst: (number | null); calendar: ({ unit: ('day' | 'week' | 'month'); time_zone: string } | null); words: string; source: { kind: ('key' | 'policy' | 'api' | 'organisation' | 'default'); words: string; policies: readonly ({ id: string; name: string })[]; change_at: readonly (string)[] }; scope: string; shared: boolean; used: (number | null); allowance: (number | null); remaining: (number | null); resets_at: ({ unix: number; rfc3339: (string | null) } | null); under_admission: number }; version: string })[]; costs: readonly ({ version: string; path: string; method: string; problem: (string | null); cost: number })[]; cost_header: (string | null) })[] } }
  }
  'POST /api/keys/search': {
    query: Record<never, never>
    body: { q?: string; api_id?: string; policy_id?: string; status?: ('' | ('active' | 'expiring' | 'expired' | 'inactive')); sort?: ('' | ('created' | 'alias' | 'expires' | 'last_used')); order?: ('' | ('asc' | 'desc')); p?: number; page_size?: number }
    answer: { keys: readonly ({ key_hash: string; alias: string; status: ('active' | 'expiring' | 'expired' | 'inactive' | 'quota_exhausted'); status_words: string; apis: readonly ({ id: string; name: string })[]; apis_total: number; policies: readonly ({ id: string; name: string })[]; owner: string; username: string; tags: readonly (string)[]; created_at: string; updated_at: string; expires: number; last_used_at: (string | null) })[]; total: number; pages: number; page: number; page_size: number; matched_by: ('secret' | null) }
  }
  'POST /api/keys/{keyId}': {
    query: Record<never, never>
    body: { last_check?: number; allowance?: number; rate?: number; per?: number; throttle_interval?: number; throttle_retry_limit?: number; max_query_depth?: number; date_created?: string; expires?: number; quota_max?: number; quota_renews?: number; quota_remaining?: number; quota_renewal_rate?: number; rate_algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); rate_burst?: number; rates?: (readonly ({ rate: number; per: number; algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); burst?: number } & Readonly<Record<string, unknown>>)[] | null); max_concurrency?: number; quota_calendar?: ('' | 'day' | 'week' | 'month'); quota_time_zone?: string; limits_shared_by?: ('' | 'key' | 'owner' | 'policy' | 'organisation'); owner?: string; access_rights?: (Readonly<Record<string, { api_id?: string; api_name?: string; versions?: (readonly (string)[] | null); allowed_urls?: (readonly ({ url: string; methods?: (readonly (string)[] | null) } & Readonly<Record<string, unknown>>)[] | null); restricted_types?: (readonly (Readonly<Record<string, unknown>>)[] | null); allowed_types?: (readonly (Readonly<Record<string, unknown>>)[] | null); limit?: ({ rate?: number; per?: number; rate_algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); rate_burst?: number; rates?: (readonly ({ rate: number; per: number; algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); burst?: number } & Readonly<Record<string, unknown>>)[] | null); max_concurrency?: number; throttle_interval?: number; throttle_retry_limit?: number; max_query_depth?: number; quota_max?: number; quota_renews?: number; quota_remaining?: number; quota_renewal_rate?: number; quota_calendar?: ('' | 'day' | 'week' | 'month'); quota_time_zone?: string; smoothing?: ({ enabled?: boolean; threshold?: number; trigger?: number; step?: number; delay?: number } & Readonly<Record<string, unknown>> | null) } & Readonly<Record<string, unknown>> | null); field_access_rights?: (readonly (Readonly<Record<string, unknown>>)[] | null); disable_introspection?: boolean; allowance_scope?: string; endpoints?: (readonly ({ path: string; methods?: (readonly ({ name: string; limit?: ({ rate?: number; per?: number; rate_algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); rate_burst?: number; rates?: (unknown); max_concurrency?: number; smoothing?: (unknown) } & Readonly<Record<string, unknown>> | null) } & Readonly<Record<string, unknown>>)[] | null) } & Readonly<Record<string, unknown>>)[] | null) } & Readonly<Record<string, unknown>>>> | null); org_id?: string; oauth_client_id?: string; oauth_keys?: (Readonly<Record<string, string>> | null); certificate?: string; mtls_static_certificate_bindings?: (readonly (string)[] | null); basic_auth_data?: ({ password?: string; hash_type?: string; user?: string } & Readonly<Record<string, unknown>> | null); jwt_data?: ({ secret?: string } & Readonly<Record<string, unknown>> | null); hmac_enabled?: boolean; hmac_string?: string; enable_http_signature_validation?: boolean; rsa_certificate_id?: string; is_inactive?: boolean; apply_policy_id?: string; apply_policies?: (readonly (string)[] | null); data_expires?: number; monitor?: ({ trigger_limits?: (readonly (number)[] | null) } & Readonly<Record<string, unknown>> | null); enable_detail_recording?: boolean; enable_detailed_recording?: boolean; meta_data?: (Readonly<Record<string, unknown>> | null); tags?: (readonly (string)[] | null); alias?: string; last_updated?: string; id_extractor_deadline?: number; session_lifetime?: number; smoothing?: ({ enabled?: boolean; threshold?: number; trigger?: number; step?: number; delay?: number } & Readonly<Record<string, unknown>> | null); post_expiry_action?: string; post_expiry_grace_period?: number } & Readonly<Record<string, unknown>>
    answer: { api_model: Record<never, never>; key_id: string; data: Readonly<Record<string, unknown>>; key_hash: string }
  }
  'POST /api/keys/{keyId}/disable': {
    query: { hashed?: string; auto_guess?: string; username?: string }
    body: undefined
    answer: { Status: 'OK'; Message: string; Meta: null; ID?: string }
  }
  'POST /api/keys/{keyId}/enable': {
    query: { hashed?: string; auto_guess?: string; username?: string }
    body: undefined
    answer: { Status: 'OK'; Message: string; Meta: null; ID?: string }
  }
  'POST /api/passkeys': {
    query: Record<never, never>
    body: { name: string; passkey: { id: string; rawId: string; type: 'public-key'; clientExtensionResults?: Readonly<Record<string, unknown>>; response: { clientDataJSON: string; authenticatorData?: string; signature?: string; userHandle?: (string | null); attestationObject?: string; transports?: readonly (string)[] } & Readonly<Record<string, unknown>> } & Readonly<Record<string, unknown>> }
    answer: { Status: 'OK'; Message: string; Meta: { id: string; recovery_codes: (readonly (string)[] | null) }; ID?: string }
  }
  'POST /api/passkeys/options': {
    query: Record<never, never>
    body: undefined
    answer: { options: Readonly<Record<string, unknown>> }
  }
  'POST /api/portal/policies': {
    query: Record<never, never>
    body: { _id?: string; id?: string; name?: string; org_id?: string; rate?: number; per?: number; quota_max?: number; quota_renewal_rate?: number; rate_algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); rate_burst?: number; rates?: (readonly ({ rate: number; per: number; algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); burst?: number } & Readonly<Record<string, unknown>>)[] | null); max_concurrency?: number; quota_calendar?: ('' | 'day' | 'week' | 'month'); quota_time_zone?: string; limits_shared_by?: ('' | 'key' | 'owner' | 'policy' | 'organisation'); throttle_interval?: number; throttle_retry_limit?: number; max_query_depth?: number; access_rights?: (Readonly<Record<string, { api_id?: string; api_name?: string; versions?: (readonly (string)[] | null); allowed_urls?: (readonly ({ url: string; methods?: (readonly (string)[] | null) } & Readonly<Record<string, unknown>>)[] | null); restricted_types?: (readonly (Readonly<Record<string, unknown>>)[] | null); allowed_types?: (readonly (Readonly<Record<string, unknown>>)[] | null); limit?: ({ rate?: number; per?: number; rate_algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); rate_burst?: number; rates?: (readonly ({ rate: number; per: number; algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); burst?: number } & Readonly<Record<string, unknown>>)[] | null); max_concurrency?: number; throttle_interval?: number; throttle_retry_limit?: number; max_query_depth?: number; quota_max?: number; quota_renews?: number; quota_remaining?: number; quota_renewal_rate?: number; quota_calendar?: ('' | 'day' | 'week' | 'month'); quota_time_zone?: string; smoothing?: ({ enabled?: boolean; threshold?: number; trigger?: number; step?: number; delay?: number } & Readonly<Record<string, unknown>> | null) } & Readonly<Record<string, unknown>> | null); field_access_rights?: (readonly (Readonly<Record<string, unknown>>)[] | null); disable_introspection?: boolean; allowance_scope?: string; endpoints?: (readonly ({ path: string; methods?: (readonly ({ name: string; limit?: ({ rate?: number; per?: number; rate_algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); rate_burst?: number; rates?: (unknown); max_concurrency?: number; smoothing?: (unknown) } & Readonly<Record<string, unknown>> | null) } & Readonly<Record<string, unknown>>)[] | null) } & Readonly<Record<string, unknown>>)[] | null) } & Readonly<Record<string, unknown>>>> | null); access_rights_array?: (readonly ({ api_id?: string; api_name?: string; versions?: (readonly (string)[] | null); allowed_urls?: (readonly ({ url: string; methods?: (readonly (string)[] | null) } & Readonly<Record<string, unknown>>)[] | null); restricted_types?: (readonly (Readonly<Record<string, unknown>>)[] | null); allowed_types?: (readonly (Readonly<Record<string, unknown>>)[] | null); limit?: ({ rate?: number; per?: number; rate_algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); rate_burst?: number; rates?: (readonly ({ rate: number; per: number; algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); burst?: number } & Readonly<Record<string, unknown>>)[] | null); max_concurrency?: number; throttle_interval?: number; throttle_retry_limit?: number; max_query_depth?: number; quota_max?: number; quota_renews?: number; quota_remaining?: number; quota_renewal_rate?: number; quota_calendar?: ('' | 'day' | 'week' | 'month'); quota_time_zone?: string; smoothing?: ({ enabled?: boolean; threshold?: number; trigger?: number; step?: number; delay?: number } & Readonly<Record<string, unknown>> | null) } & Readonly<Record<string, unknown>> | null); field_access_rights?: (readonly (Readonly<Record<string, unknown>>)[] | null); disable_introspection?: boolean; allowance_scope?: string; endpoints?: (readonly ({ path: string; methods?: (readonly ({ name: string; limit?: ({ rate?: number; per?: number; rate_algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); rate_burst?: number; rates?: (unknown); max_concurrency?: number; smoothing?: (unknown) } & Readonly<Record<string, unknown>> | null) } & Readonly<Record<string, unknown>>)[] | null) } & Readonly<Record<string, unknown>>)[] | null) } & Readonly<Record<string, unknown>>)[] | null); auth_type?: string; auth_types?: (readonly (string)[] | null); hmac_enabled?: boolean; enable_http_signature_validation?: boolean; active?: boolean; is_inactive?: boolean; state?: string; tags?: (readonly (string)[] | null); key_expires_in?: number; post_expiry_action?: string; post_expiry_grace_period?: number; partitions?: ({ quota?: boolean; rate_limit?: boolean; complexity?: boolean; acl?: boolean; per_api?: boolean } & Readonly<Record<string, unknown>> | null); date_created?: string; last_updated?: string; meta_data?: (Readonly<Record<string, unknown>> | null); smoothing?: ({ enabled?: boolean; threshold?: number; trigger?: number; step?: number; delay?: number } & Readonly<Record<string, unknown>> | null) } & Readonly<Record<string, unknown>>
    answer: { Status: 'OK'; Message: string; Meta: null; ID?: string }
  }
  'POST /api/second-factor/recovery-codes': {
    query: Record<never, never>
    body: undefined
    answer: { Status: 'OK'; Message: string; Meta: { recovery_codes: readonly (string)[] }; ID?: string }
  }
  'POST /api/second-factor/totp': {
    query: Record<never, never>
    body: undefined
    answer: { secret: string; uri: string }
  }
  'POST /api/second-factor/totp/activate': {
    query: Record<never, never>
    body: { code: string }
    answer: { Status: 'OK'; Message: string; Meta: { recovery_codes: readonly (string)[] }; ID?: string }
  }
  'POST /api/second-factor/totp/disable': {
    query: Record<never, never>
    body: { password?: string; code: string }
    answer: { Status: 'OK'; Message: string; Meta: null; ID?: string }
  }
  'POST /api/session/confirm': {
    query: Record<never, never>
    body: { password?: string; code?: string; passkey?: { id: string; rawId: string; type: 'public-key'; clientExtensionResults?: Readonly<Record<string, unknown>>; response: { clientDataJSON: string; authenticatorData?: string; signature?: string; userHandle?: (string | null); attestationObject?: string; transports?: readonly (string)[] } & Readonly<Record<string, unknown>> } & Readonly<Record<string, unknown>> }
    answer: { Status: 'OK'; Message: string; Meta: null; ID?: string }
  }
  'POST /api/session/confirm/options': {
    query: Record<never, never>
    body: undefined
    answer: { options: Readonly<Record<string, unknown>> }
  }
  'POST /api/sso': {
    query: Record<never, never>
    body: { ForSection?: (string | null); OrgID?: (string | null); EmailAddress?: (string | null); GroupID?: (string | null); DisplayName?: (string | null); SSOOnlyForRegisteredUsers?: (boolean | null) } & Readonly<Record<string, unknown>>
    answer: { Status: 'OK'; Message: string; Meta: string; ID?: string }
  }
  'POST /api/usergroups': {
    query: Record<never, never>
    body: { id?: string; org_id?: string; name: string; description?: string; active?: boolean; user_permissions?: Readonly<Record<string, string>>; password_max_days?: number } & Readonly<Record<string, unknown>>
    answer: { Status: 'OK'; Message: string; Meta: string; ID?: string }
  }
  'POST /api/users': {
    query: Record<never, never>
    body: { id?: string; first_name?: string; last_name?: string; email_address: string; org_id?: string; active?: boolean; user_permissions?: Readonly<Record<string, string>>; group_id?: string; password_max_days?: number; password_updated?: string; PWHistory?: (readonly (unknown)[] | null); last_login_date?: string; created_at?: string; password?: string } & Readonly<Record<string, unknown>>
    answer: { Status: 'OK'; Message: string; Meta: string; ID?: string }
  }
  'POST /api/users/search': {
    query: { p?: string; q?: string; sort?: ('' | ('email_address' | '-email_address' | 'name' | '-name' | 'created_at' | '-created_at')); page_size?: string }
    body: { filters: { query: string } }
    answer: { users: readonly ({ api_model: Record<never, never>; first_name: string; last_name: string; email_address: string; org_id: string; active: boolean; id: string; access_key: string; user_permissions: Readonly<Record<string, string>>; group_id: string; password_max_days: number; password_updated: string; last_login_date: string; created_at: string } & Readonly<Record<string, unknown>>)[]; pages: number; total?: number }
  }
  'POST /api/users/{id}/actions/reset': {
    query: Record<never, never>
    body: { new_password: string; current_password?: string; renew_access_key?: boolean }
    answer: { Status: 'OK'; Message: string; Meta: null; ID?: string }
  }
  'POST /license': {
    query: Record<never, never>
    body: undefined
    answer: { Status: 'OK'; Message: string; Meta: null; ID?: string }
  }
  'POST /login': {
    query: Record<never, never>
    body: { username: string; password: string; org_id?: string }
    answer: { Status: 'OK'; Message: string; Meta: ({ next: ('factor' | 'enrol') } | null); ID?: string }
  }
  'POST /login/factor': {
    query: Record<never, never>
    body: { code: string }
    answer: { Status: 'OK'; Message: string; Meta: ({ next: ('factor' | 'enrol') } | null); ID?: string }
  }
  'POST /login/passkey': {
    query: Record<never, never>
    body: { passkey: { id: string; rawId: string; type: 'public-key'; clientExtensionResults?: Readonly<Record<string, unknown>>; response: { clientDataJSON: string; authenticatorData?: string; signature?: string; userHandle?: (string | null); attestationObject?: string; transports?: readonly (string)[] } & Readonly<Record<string, unknown>> } & Readonly<Record<string, unknown>> }
    answer: { Status: 'OK'; Message: string; Meta: ({ next: ('factor' | 'enrol') } | null); ID?: string }
  }
  'POST /login/passkey/options': {
    query: Record<never, never>
    body: undefined
    answer: { options: Readonly<Record<string, unknown>> }
  }
  'POST /logout': {
    query: Record<never, never>
    body: undefined
    answer: { Status: 'OK'; Message: string; Meta: null; ID?: string }
  }
  'PUT /admin/org/keys/{orgId}': {
    query: { reset_quota?: string }
    body: { last_check?: number; allowance?: number; rate?: number; per?: number; throttle_interval?: number; throttle_retry_limit?: number; max_query_depth?: number; date_created?: string; expires?: number; quota_max?: number; quota_renews?: number; quota_remaining?: number; quota_renewal_rate?: number; rate_algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); rate_burst?: number; rates?: (readonly ({ rate: number; per: number; algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); burst?: number } & Readonly<Record<string, unknown>>)[] | null); max_concurrency?: number; quota_calendar?: ('' | 'day' | 'week' | 'month'); quota_time_zone?: string; limits_shared_by?: ('' | 'key' | 'owner' | 'policy' | 'organisation'); owner?: string; access_rights?: (Readonly<Record<string, { api_id?: string; api_name?: string; versions?: (readonly (string)[] | null); allowed_urls?: (readonly ({ url: string; methods?: (readonly (string)[] | null) } & Readonly<Record<string, unknown>>)[] | null); restricted_types?: (readonly (Readonly<Record<string, unknown>>)[] | null); allowed_types?: (readonly (Readonly<Record<string, unknown>>)[] | null); limit?: ({ rate?: number; per?: number; rate_algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); rate_burst?: number; rates?: (readonly ({ rate: number; per: number; algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); burst?: number } & Readonly<Record<string, unknown>>)[] | null); max_concurrency?: number; throttle_interval?: number; throttle_retry_limit?: number; max_query_depth?: number; quota_max?: number; quota_renews?: number; quota_remaining?: number; quota_renewal_rate?: number; quota_calendar?: ('' | 'day' | 'week' | 'month'); quota_time_zone?: string; smoothing?: ({ enabled?: boolean; threshold?: number; trigger?: number; step?: number; delay?: number } & Readonly<Record<string, unknown>> | null) } & Readonly<Record<string, unknown>> | null); field_access_rights?: (readonly (Readonly<Record<string, unknown>>)[] | null); disable_introspection?: boolean; allowance_scope?: string; endpoints?: (readonly ({ path: string; methods?: (readonly ({ name: string; limit?: ({ rate?: number; per?: number; rate_algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); rate_burst?: number; rates?: (unknown); max_concurrency?: number; smoothing?: (unknown) } & Readonly<Record<string, unknown>> | null) } & Readonly<Record<string, unknown>>)[] | null) } & Readonly<Record<string, unknown>>)[] | null) } & Readonly<Record<string, unknown>>>> | null); org_id?: string; oauth_client_id?: string; oauth_keys?: (Readonly<Record<string, string>> | null); certificate?: string; mtls_static_certificate_bindings?: (readonly (string)[] | null); basic_auth_data?: ({ password?: string; hash_type?: string; user?: string } & Readonly<Record<string, unknown>> | null); jwt_data?: ({ secret?: string } & Readonly<Record<string, unknown>> | null); hmac_enabled?: boolean; hmac_string?: string; enable_http_signature_validation?: boolean; rsa_certificate_id?: string; is_inactive?: boolean; apply_policy_id?: string; apply_policies?: (readonly (string)[] | null); data_expires?: number; monitor?: ({ trigger_limits?: (readonly (number)[] | null) } & Readonly<Record<string, unknown>> | null); enable_detail_recording?: boolean; enable_detailed_recording?: boolean; meta_data?: (Readonly<Record<string, unknown>> | null); tags?: (readonly (string)[] | null); alias?: string; last_updated?: string; id_extractor_deadline?: number; session_lifetime?: number; smoothing?: ({ enabled?: boolean; threshold?: number; trigger?: number; step?: number; delay?: number } & Readonly<Record<string, unknown>> | null); post_expiry_action?: string; post_expiry_grace_period?: number } & Readonly<Record<string, unknown>>
    answer: { Status: 'OK'; Message: string; Meta: null; ID?: string }
  }
  'PUT /admin/organisations/{id}': {
    query: Record<never, never>
    body: { id?: string; owner_name?: string; owner_slug?: string; cname?: string; cname_enabled?: boolean; gateway_claims?: ({ domains?: (readonly (string)[] | null); listen_paths?: (readonly (string)[] | null) } & Readonly<Record<string, unknown>> | null); apis?: (readonly ({ api_human_name?: string; api_id?: string } & Readonly<Record<string, unknown>>)[] | null); developer_quota?: number; developer_count?: number; event_options?: (Readonly<Record<string, Readonly<Record<string, unknown>>>> | null); hybrid_enabled?: boolean; sso_enabled?: boolean; ui?: (Readonly<Record<string, unknown>> | null); org_options_meta?: (Readonly<Record<string, unknown>> | null) } & Readonly<Record<string, unknown>>
    answer: { Status: 'OK'; Message: string; Meta: null; ID?: string }
  }
  'PUT /admin/organisations/{id}/sign-in': {
    query: Record<never, never>
    body: { second_factor_required?: boolean; single_sign_on_only?: boolean; emergency_user_id?: string }
    answer: { Status: 'OK'; Message: string; Meta: null; ID?: string }
  }
  'PUT /admin/users/{id}': {
    query: Record<never, never>
    body: { id?: string; first_name?: string; last_name?: string; email_address?: string; org_id?: string; active?: boolean; user_permissions?: Readonly<Record<string, string>>; group_id?: string; password_max_days?: number; password_updated?: string; PWHistory?: (readonly (unknown)[] | null); last_login_date?: string; created_at?: string; password?: string } & Readonly<Record<string, unknown>>
    answer: { Status: 'OK'; Message: string; Meta: { api_model: Record<never, never>; first_name: string; last_name: string; email_address: string; org_id: string; active: boolean; id: string; access_key: string; user_permissions: Readonly<Record<string, string>>; group_id: string; password_max_days: number; password_updated: string; last_login_date: string; created_at: string } & Readonly<Record<string, unknown>>; ID?: string }
  }
  'PUT /admin/users/{id}/actions/allow_reset_passwords': {
    query: Record<never, never>
    body: undefined
    answer: { Status: 'OK'; Message: string; Meta: { api_model: Record<never, never>; first_name: string; last_name: string; email_address: string; org_id: string; active: boolean; id: string; access_key: string; user_permissions: Readonly<Record<string, string>>; group_id: string; password_max_days: number; password_updated: string; last_login_date: string; created_at: string } & Readonly<Record<string, unknown>>; ID?: string }
  }
  'PUT /admin/users/{id}/actions/disallow_reset_passwords': {
    query: Record<never, never>
    body: undefined
    answer: { Status: 'OK'; Message: string; Meta: { api_model: Record<never, never>; first_name: string; last_name: string; email_address: string; org_id: string; active: boolean; id: string; access_key: string; user_permissions: Readonly<Record<string, string>>; group_id: string; password_max_days: number; password_updated: string; last_login_date: string; created_at: string } & Readonly<Record<string, unknown>>; ID?: string }
  }
  'PUT /admin/users/{id}/actions/factors/reset': {
    query: Record<never, never>
    body: undefined
    answer: { Status: 'OK'; Message: string; Meta: null; ID?: string }
  }
  'PUT /api/apis/{apiId}': {
    query: Record<never, never>
    body: { api_definition: { id?: string; api_id?: string; org_id?: string; name?: string; slug?: string; domain?: string; domain_disabled?: boolean; certificates?: (readonly (string)[] | null); internal?: boolean; active?: boolean; expiration?: string; expiration_disabled?: boolean; definition?: ({ enabled?: boolean; name?: string; default?: string; location?: string; key?: string; strip_path?: boolean; strip_versioning_data?: boolean; fallback_to_default?: boolean; url_versioning_pattern?: string; versions?: (Readonly<Record<string, string>> | null) } & Readonly<Record<string, unknown>> | null); enable_ip_whitelisting?: boolean; allowed_ips?: (readonly (string)[] | null); enable_ip_blacklisting?: boolean; blacklisted_ips?: (readonly (string)[] | null); use_mutual_tls_auth?: boolean; client_certificates?: (readonly (string)[] | null); use_keyless?: boolean; use_standard_auth?: boolean; auth?: ({ disable_header?: boolean; auth_header_name?: string; use_param?: boolean; param_name?: string; use_cookie?: boolean; cookie_name?: string; use_certificate?: boolean; validate_signature?: boolean } & Readonly<Record<string, unknown>> | null); auth_configs?: (Readonly<Record<string, { disable_header?: boolean; auth_header_name?: string; use_param?: boolean; param_name?: string; use_cookie?: boolean; cookie_name?: string; use_certificate?: boolean; validate_signature?: boolean } & Readonly<Record<string, unknown>>>> | null); strip_auth_data?: boolean; disable_rate_limit?: boolean; disable_quota?: boolean; global_rate_limit?: ({ rate?: number; per?: number; algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); burst?: number; disabled?: boolean } & Readonly<Record<string, unknown>> | null); max_concurrency?: number; protocol?: string; upstream_certificates?: (Readonly<Record<string, string>> | null); upstream_certificates_disabled?: boolean; pinned_public_keys?: (Readonly<Record<string, string>> | null); certificate_pinning_disabled?: boolean; cost_header?: string; event_handlers?: (Readonly<Record<string, unknown>> | null); event_handlers_disabled?: boolean; use_basic_auth?: boolean; basic_auth?: (Readonly<Record<string, unknown>> | null); use_oauth2?: boolean; oauth_meta?: (Readonly<Record<string, unknown>> | null); external_oauth?: ({ enabled?: boolean } & Readonly<Record<string, unknown>> | null); use_openid?: boolean; enable_jwt?: boolean; enable_signature_checking?: boolean; enable_coprocess_auth?: boolean; use_go_plugin_auth?: boolean; CORS?: ({ enable?: boolean; allowed_origins?: (readonly (string)[] | null); allowed_methods?: (readonly (string)[] | null); allowed_headers?: (readonly (string)[] | null); exposed_headers?: (readonly (string)[] | null); allow_credentials?: boolean; max_age?: number; options_passthrough?: boolean } & Readonly<Record<string, unknown>> | null); cache_options?: ({ enable_cache?: boolean; cache_timeout?: number } & Readonly<Record<string, unknown>> | null); custom_middleware?: (Readonly<Record<string, unknown>> | null); custom_middleware_bundle?: string; response_processors?: (readonly (Readonly<Record<string, unknown>>)[] | null); tags?: (readonly (string)[] | null); tags_disabled?: boolean; tag_headers?: (readonly (string)[] | null); enable_batch_request_support?: boolean; listen_port?: number; enable_context_vars?: boolean; enable_detailed_recording?: boolean; do_not_track?: boolean; session_lifetime?: number; is_oas?: boolean; proxy?: ({ listen_path?: string; allow_encoded_slashes?: boolean; target_url?: string; enable_load_balancing?: boolean; target_list?: (readonly (string)[] | null); preserve_host_header?: boolean; disable_strip_slash?: boolean; strip_listen_path?: boolean; check_host_against_uptime_tests?: boolean; service_discovery?: ({ use_discovery_service?: boolean } & Readonly<Record<string, unknown>> | null); transport?: ({ proxy_url?: string; ssl_insecure_skip_verify?: boolean; ssl_force_common_name_check?: boolean; ssl_min_version?: (number | string | null); ssl_max_version?: (number | string | null); ssl_ciphers?: (readonly (string)[] | null) } & Readonly<Record<string, unknown>> | null) } & Readonly<Record<string, unknown>> | null); version_data?: ({ not_versioned?: boolean; default_version?: string; versions?: (Readonly<Record<string, { name?: string; paths?: ({ ignored?: (readonly (string)[] | null); white_list?: (readonly (string)[] | null); black_list?: (readonly (string)[] | null) } & Readonly<Record<string, unknown>> | null); use_extended_paths?: boolean; extended_paths?: ({ mock_response?: (readonly ({ disabled?: boolean; ignore_case?: boolean; path: string; method?: string; code?: number; body?: string; headers?: (unknown) } & Readonly<Record<string, unknown>>)[] | null); ignored?: (readonly ({ disabled?: boolean; ignore_case?: boolean; path: string; method?: string; method_actions?: (unknown) } & Readonly<Record<string, unknown>>)[] | null); black_list?: (readonly ({ disabled?: boolean; ignore_case?: boolean; path: string; method?: string; method_actions?: (unknown) } & Readonly<Record<string, unknown>>)[] | null); white_list?: (readonly ({ disabled?: boolean; ignore_case?: boolean; path: string; method?: string; method_actions?: (unknown) } & Readonly<Record<string, unknown>>)[] | null); internal?: (readonly ({ disabled?: boolean; ignore_case?: boolean; path: string; method?: string } & Readonly<Record<string, unknown>>)[] | null); size_limits?: (readonly ({ disabled?: boolean; ignore_case?: boolean; path: string; method?: string; size_limit?: number } & Readonly<Record<string, unknown>>)[] | null); rate_limit?: (readonly ({ disabled?: boolean; ignore_case?: boolean; path: string; method?: string; rate?: number; per?: number; algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); burst?: number } & Readonly<Record<string, unknown>>)[] | null); request_costs?: (readonly ({ disabled?: boolean; ignore_case?: boolean; path: string; method?: string; cost: number } & Readonly<Record<string, unknown>>)[] | null); transform_headers?: (readonly ({ disabled?: boolean; ignore_case?: boolean; path: string; method?: string; delete_headers?: (unknown); add_headers?: (unknown) } & Readonly<Record<string, unknown>>)[] | null); hard_timeouts?: (readonly ({ disabled?: boolean; ignore_case?: boolean; path: string; method?: string; timeout?: number } & Readonly<Record<string, unknown>>)[] | null); transform_response_headers?: (readonly ({ disabled?: boolean; ignore_case?: boolean; path: string; method?: string; delete_headers?: (unknown); add_headers?: (unknown) } & Readonly<Record<string, unknown>>)[] | null) } & Readonly<Record<string, unknown>> | null); ignore_endpoint_case?: boolean; expires?: string; global_size_limit?: number; global_size_limit_disabled?: boolean; override_target?: string; global_headers?: (Readonly<Record<string, string>> | null); global_headers_remove?: (readonly (string)[] | null); global_headers_disabled?: boolean; global_response_headers?: (Readonly<Record<string, string>> | null); global_response_headers_remove?: (readonly (string)[] | null); global_response_headers_disabled?: boolean } & Readonly<Record<string, unknown>>>> | null) } & Readonly<Record<string, unknown>> | null); config_data?: (Readonly<Record<string, unknown>> | null); base_identity_provided_by?: string; dont_set_quota_on_create?: boolean } & Readonly<Record<string, unknown>>; hook_references?: (readonly ({ event_name?: string; event_timeout?: number; hook?: ({ id?: string } & Readonly<Record<string, unknown>> | null) } & Readonly<Record<string, unknown>>)[] | null); user_owners?: (readonly (string)[] | null); user_group_owners?: (readonly (string)[] | null) } & Readonly<Record<string, unknown>>
    answer: { Status: 'OK'; Message: string; Meta: ({ warnings: readonly ({ path: readonly ((string | number))[]; code: string; message: string })[] } | null); ID?: string }
  }
  'PUT /api/apis/{apiId}/access': {
    query: Record<never, never>
    body: { userIds?: (readonly (string)[] | null); userGroupIds?: (readonly (string)[] | null) }
    answer: { Status: 'OK'; Message: string; Meta: null; ID?: string }
  }
  'PUT /api/apis/{apiId}/keys/{keyId}': {
    query: { hashed?: string; auto_guess?: string; username?: string; suppress_reset?: string }
    body: { last_check?: number; allowance?: number; rate?: number; per?: number; throttle_interval?: number; throttle_retry_limit?: number; max_query_depth?: number; date_created?: string; expires?: number; quota_max?: number; quota_renews?: number; quota_remaining?: number; quota_renewal_rate?: number; rate_algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); rate_burst?: number; rates?: (readonly ({ rate: number; per: number; algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); burst?: number } & Readonly<Record<string, unknown>>)[] | null); max_concurrency?: number; quota_calendar?: ('' | 'day' | 'week' | 'month'); quota_time_zone?: string; limits_shared_by?: ('' | 'key' | 'owner' | 'policy' | 'organisation'); owner?: string; access_rights?: (Readonly<Record<string, { api_id?: string; api_name?: string; versions?: (readonly (string)[] | null); allowed_urls?: (readonly ({ url: string; methods?: (readonly (string)[] | null) } & Readonly<Record<string, unknown>>)[] | null); restricted_types?: (readonly (Readonly<Record<string, unknown>>)[] | null); allowed_types?: (readonly (Readonly<Record<string, unknown>>)[] | null); limit?: ({ rate?: number; per?: number; rate_algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); rate_burst?: number; rates?: (readonly ({ rate: number; per: number; algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); burst?: number } & Readonly<Record<string, unknown>>)[] | null); max_concurrency?: number; throttle_interval?: number; throttle_retry_limit?: number; max_query_depth?: number; quota_max?: number; quota_renews?: number; quota_remaining?: number; quota_renewal_rate?: number; quota_calendar?: ('' | 'day' | 'week' | 'month'); quota_time_zone?: string; smoothing?: ({ enabled?: boolean; threshold?: number; trigger?: number; step?: number; delay?: number } & Readonly<Record<string, unknown>> | null) } & Readonly<Record<string, unknown>> | null); field_access_rights?: (readonly (Readonly<Record<string, unknown>>)[] | null); disable_introspection?: boolean; allowance_scope?: string; endpoints?: (readonly ({ path: string; methods?: (readonly ({ name: string; limit?: ({ rate?: number; per?: number; rate_algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); rate_burst?: number; rates?: (unknown); max_concurrency?: number; smoothing?: (unknown) } & Readonly<Record<string, unknown>> | null) } & Readonly<Record<string, unknown>>)[] | null) } & Readonly<Record<string, unknown>>)[] | null) } & Readonly<Record<string, unknown>>>> | null); org_id?: string; oauth_client_id?: string; oauth_keys?: (Readonly<Record<string, string>> | null); certificate?: string; mtls_static_certificate_bindings?: (readonly (string)[] | null); basic_auth_data?: ({ password?: string; hash_type?: string; user?: string } & Readonly<Record<string, unknown>> | null); jwt_data?: ({ secret?: string } & Readonly<Record<string, unknown>> | null); hmac_enabled?: boolean; hmac_string?: string; enable_http_signature_validation?: boolean; rsa_certificate_id?: string; is_inactive?: boolean; apply_policy_id?: string; apply_policies?: (readonly (string)[] | null); data_expires?: number; monitor?: ({ trigger_limits?: (readonly (number)[] | null) } & Readonly<Record<string, unknown>> | null); enable_detail_recording?: boolean; enable_detailed_recording?: boolean; meta_data?: (Readonly<Record<string, unknown>> | null); tags?: (readonly (string)[] | null); alias?: string; last_updated?: string; id_extractor_deadline?: number; session_lifetime?: number; smoothing?: ({ enabled?: boolean; threshold?: number; trigger?: number; step?: number; delay?: number } & Readonly<Record<string, unknown>> | null); post_expiry_action?: string; post_expiry_grace_period?: number } & Readonly<Record<string, unknown>>
    answer: { api_model: Record<never, never>; key_id: string; data: Readonly<Record<string, unknown>>; key_hash: string; Status: 'OK'; Message: string; Meta: null }
  }
  'PUT /api/hooks/{hookId}': {
    query: Record<never, never>
    body: { api_model?: (Readonly<Record<string, unknown>> | null); id?: string; org_id?: string; name?: string; method?: string; target_path?: string; template_path?: string; header_map?: (Readonly<Record<string, string>> | null); event_timeout?: number; webhook_id?: string } & Readonly<Record<string, unknown>>
    answer: { Status: 'OK'; Message: string; Meta: null; ID?: string }
  }
  'PUT /api/identity-providers/{providerId}': {
    query: Record<never, never>
    body: { id?: string; name: string; issuer: string; client_id: string; scopes?: readonly (string)[]; group_claim?: string; groups?: readonly ({ claim: string; group_id: string })[]; default_group_id?: string; create_accounts?: boolean; trust_email?: boolean; show_to_everybody?: boolean; active?: boolean; client_secret?: string }
    answer: { Status: 'OK'; Message: string; Meta: null; ID?: string }
  }
  'PUT /api/keys/{keyId}': {
    query: { hashed?: string; auto_guess?: string; username?: string; suppress_reset?: string }
    body: { last_check?: number; allowance?: number; rate?: number; per?: number; throttle_interval?: number; throttle_retry_limit?: number; max_query_depth?: number; date_created?: string; expires?: number; quota_max?: number; quota_renews?: number; quota_remaining?: number; quota_renewal_rate?: number; rate_algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); rate_burst?: number; rates?: (readonly ({ rate: number; per: number; algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); burst?: number } & Readonly<Record<string, unknown>>)[] | null); max_concurrency?: number; quota_calendar?: ('' | 'day' | 'week' | 'month'); quota_time_zone?: string; limits_shared_by?: ('' | 'key' | 'owner' | 'policy' | 'organisation'); owner?: string; access_rights?: (Readonly<Record<string, { api_id?: string; api_name?: string; versions?: (readonly (string)[] | null); allowed_urls?: (readonly ({ url: string; methods?: (readonly (string)[] | null) } & Readonly<Record<string, unknown>>)[] | null); restricted_types?: (readonly (Readonly<Record<string, unknown>>)[] | null); allowed_types?: (readonly (Readonly<Record<string, unknown>>)[] | null); limit?: ({ rate?: number; per?: number; rate_algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); rate_burst?: number; rates?: (readonly ({ rate: number; per: number; algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); burst?: number } & Readonly<Record<string, unknown>>)[] | null); max_concurrency?: number; throttle_interval?: number; throttle_retry_limit?: number; max_query_depth?: number; quota_max?: number; quota_renews?: number; quota_remaining?: number; quota_renewal_rate?: number; quota_calendar?: ('' | 'day' | 'week' | 'month'); quota_time_zone?: string; smoothing?: ({ enabled?: boolean; threshold?: number; trigger?: number; step?: number; delay?: number } & Readonly<Record<string, unknown>> | null) } & Readonly<Record<string, unknown>> | null); field_access_rights?: (readonly (Readonly<Record<string, unknown>>)[] | null); disable_introspection?: boolean; allowance_scope?: string; endpoints?: (readonly ({ path: string; methods?: (readonly ({ name: string; limit?: ({ rate?: number; per?: number; rate_algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); rate_burst?: number; rates?: (unknown); max_concurrency?: number; smoothing?: (unknown) } & Readonly<Record<string, unknown>> | null) } & Readonly<Record<string, unknown>>)[] | null) } & Readonly<Record<string, unknown>>)[] | null) } & Readonly<Record<string, unknown>>>> | null); org_id?: string; oauth_client_id?: string; oauth_keys?: (Readonly<Record<string, string>> | null); certificate?: string; mtls_static_certificate_bindings?: (readonly (string)[] | null); basic_auth_data?: ({ password?: string; hash_type?: string; user?: string } & Readonly<Record<string, unknown>> | null); jwt_data?: ({ secret?: string } & Readonly<Record<string, unknown>> | null); hmac_enabled?: boolean; hmac_string?: string; enable_http_signature_validation?: boolean; rsa_certificate_id?: string; is_inactive?: boolean; apply_policy_id?: string; apply_policies?: (readonly (string)[] | null); data_expires?: number; monitor?: ({ trigger_limits?: (readonly (number)[] | null) } & Readonly<Record<string, unknown>> | null); enable_detail_recording?: boolean; enable_detailed_recording?: boolean; meta_data?: (Readonly<Record<string, unknown>> | null); tags?: (readonly (string)[] | null); alias?: string; last_updated?: string; id_extractor_deadline?: number; session_lifetime?: number; smoothing?: ({ enabled?: boolean; threshold?: number; trigger?: number; step?: number; delay?: number } & Readonly<Record<string, unknown>> | null); post_expiry_action?: string; post_expiry_grace_period?: number } & Readonly<Record<string, unknown>>
    answer: { api_model: Record<never, never>; key_id: string; data: Readonly<Record<string, unknown>>; key_hash: string; Status: 'OK'; Message: string; Meta: null }
  }
  'PUT /api/organisation': {
    query: Record<never, never>
    body: { id?: string; owner_name?: string; owner_slug?: string; cname?: string; cname_enabled?: boolean; gateway_claims?: ({ domains?: (readonly (string)[] | null); listen_paths?: (readonly (string)[] | null) } & Readonly<Record<string, unknown>> | null); apis?: (readonly ({ api_human_name?: string; api_id?: string } & Readonly<Record<string, unknown>>)[] | null); developer_quota?: number; developer_count?: number; event_options?: (Readonly<Record<string, Readonly<Record<string, unknown>>>> | null); hybrid_enabled?: boolean; sso_enabled?: boolean; ui?: (Readonly<Record<string, unknown>> | null); org_options_meta?: (Readonly<Record<string, unknown>> | null) } & Readonly<Record<string, unknown>>
    answer: { Status: 'OK'; Message: string; Meta: null; ID?: string }
  }
  'PUT /api/organisation/sign-in': {
    query: Record<never, never>
    body: { second_factor_required?: boolean; single_sign_on_only?: boolean; emergency_user_id?: string }
    answer: { Status: 'OK'; Message: string; Meta: null; ID?: string }
  }
  'PUT /api/passkeys/{passkeyId}': {
    query: Record<never, never>
    body: { name: string }
    answer: { Status: 'OK'; Message: string; Meta: null; ID?: string }
  }
  'PUT /api/portal/policies/{id}': {
    query: Record<never, never>
    body: { _id?: string; id?: string; name?: string; org_id?: string; rate?: number; per?: number; quota_max?: number; quota_renewal_rate?: number; rate_algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); rate_burst?: number; rates?: (readonly ({ rate: number; per: number; algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); burst?: number } & Readonly<Record<string, unknown>>)[] | null); max_concurrency?: number; quota_calendar?: ('' | 'day' | 'week' | 'month'); quota_time_zone?: string; limits_shared_by?: ('' | 'key' | 'owner' | 'policy' | 'organisation'); throttle_interval?: number; throttle_retry_limit?: number; max_query_depth?: number; access_rights?: (Readonly<Record<string, { api_id?: string; api_name?: string; versions?: (readonly (string)[] | null); allowed_urls?: (readonly ({ url: string; methods?: (readonly (string)[] | null) } & Readonly<Record<string, unknown>>)[] | null); restricted_types?: (readonly (Readonly<Record<string, unknown>>)[] | null); allowed_types?: (readonly (Readonly<Record<string, unknown>>)[] | null); limit?: ({ rate?: number; per?: number; rate_algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); rate_burst?: number; rates?: (readonly ({ rate: number; per: number; algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); burst?: number } & Readonly<Record<string, unknown>>)[] | null); max_concurrency?: number; throttle_interval?: number; throttle_retry_limit?: number; max_query_depth?: number; quota_max?: number; quota_renews?: number; quota_remaining?: number; quota_renewal_rate?: number; quota_calendar?: ('' | 'day' | 'week' | 'month'); quota_time_zone?: string; smoothing?: ({ enabled?: boolean; threshold?: number; trigger?: number; step?: number; delay?: number } & Readonly<Record<string, unknown>> | null) } & Readonly<Record<string, unknown>> | null); field_access_rights?: (readonly (Readonly<Record<string, unknown>>)[] | null); disable_introspection?: boolean; allowance_scope?: string; endpoints?: (readonly ({ path: string; methods?: (readonly ({ name: string; limit?: ({ rate?: number; per?: number; rate_algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); rate_burst?: number; rates?: (unknown); max_concurrency?: number; smoothing?: (unknown) } & Readonly<Record<string, unknown>> | null) } & Readonly<Record<string, unknown>>)[] | null) } & Readonly<Record<string, unknown>>)[] | null) } & Readonly<Record<string, unknown>>>> | null); access_rights_array?: (readonly ({ api_id?: string; api_name?: string; versions?: (readonly (string)[] | null); allowed_urls?: (readonly ({ url: string; methods?: (readonly (string)[] | null) } & Readonly<Record<string, unknown>>)[] | null); restricted_types?: (readonly (Readonly<Record<string, unknown>>)[] | null); allowed_types?: (readonly (Readonly<Record<string, unknown>>)[] | null); limit?: ({ rate?: number; per?: number; rate_algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); rate_burst?: number; rates?: (readonly ({ rate: number; per: number; algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); burst?: number } & Readonly<Record<string, unknown>>)[] | null); max_concurrency?: number; throttle_interval?: number; throttle_retry_limit?: number; max_query_depth?: number; quota_max?: number; quota_renews?: number; quota_remaining?: number; quota_renewal_rate?: number; quota_calendar?: ('' | 'day' | 'week' | 'month'); quota_time_zone?: string; smoothing?: ({ enabled?: boolean; threshold?: number; trigger?: number; step?: number; delay?: number } & Readonly<Record<string, unknown>> | null) } & Readonly<Record<string, unknown>> | null); field_access_rights?: (readonly (Readonly<Record<string, unknown>>)[] | null); disable_introspection?: boolean; allowance_scope?: string; endpoints?: (readonly ({ path: string; methods?: (readonly ({ name: string; limit?: ({ rate?: number; per?: number; rate_algorithm?: ('' | 'fixed_window' | 'sliding_window' | 'token_bucket'); rate_burst?: number; rates?: (unknown); max_concurrency?: number; smoothing?: (unknown) } & Readonly<Record<string, unknown>> | null) } & Readonly<Record<string, unknown>>)[] | null) } & Readonly<Record<string, unknown>>)[] | null) } & Readonly<Record<string, unknown>>)[] | null); auth_type?: string; auth_types?: (readonly (string)[] | null); hmac_enabled?: boolean; enable_http_signature_validation?: boolean; active?: boolean; is_inactive?: boolean; state?: string; tags?: (readonly (string)[] | null); key_expires_in?: number; post_expiry_action?: string; post_expiry_grace_period?: number; partitions?: ({ quota?: boolean; rate_limit?: boolean; complexity?: boolean; acl?: boolean; per_api?: boolean } & Readonly<Record<string, unknown>> | null); date_created?: string; last_updated?: string; meta_data?: (Readonly<Record<string, unknown>> | null); smoothing?: ({ enabled?: boolean; threshold?: number; trigger?: number; step?: number; delay?: number } & Readonly<Record<string, unknown>> | null) } & Readonly<Record<string, unknown>>
    answer: { Status: 'OK'; Message: string; Meta: null; ID?: string }
  }
  'PUT /api/usergroups/{id}': {
    query: Record<never, never>
    body: { id?: string; org_id?: string; name?: string; description?: string; active?: boolean; user_permissions?: Readonly<Record<string, string>>; password_max_days?: number } & Readonly<Record<string, unknown>>
    answer: { Status: 'OK'; Message: string; Meta: null; ID?: string }
  }
  'PUT /api/users/{id}': {
    query: Record<never, never>
    body: { id?: string; first_name?: string; last_name?: string; email_address?: string; org_id?: string; active?: boolean; user_permissions?: Readonly<Record<string, string>>; group_id?: string; password_max_days?: number; password_updated?: string; PWHistory?: (readonly (unknown)[] | null); last_login_date?: string; created_at?: string } & Readonly<Record<string, unknown>>
    answer: { Status: 'OK'; Message: string; Meta: null; ID?: string }
  }
  'PUT /api/users/{id}/actions/factors/reset': {
    query: Record<never, never>
    body: undefined
    answer: { Status: 'OK'; Message: string; Meta: null; ID?: string }
  }
  'PUT /api/users/{id}/actions/key/reset': {
    query: Record<never, never>
    body: undefined
    answer: { Status: 'OK'; Message: string; Meta: null; ID?: string }
  }
  'PUT /api/users/{id}/actions/revoke': {
    query: Record<never, never>
    body: undefined
    answer: { Status: 'OK'; Message: string; Meta: null; ID?: string }
  }
}
