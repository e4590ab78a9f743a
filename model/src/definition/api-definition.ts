import { z } from 'zod'
import { MaxConcurrency, RateAlgorithm, RateBurst } from '../limits/limit-fields.ts'
import { authProblems, identityProblems, limitProblems, proxyProblems } from './definition-problems.ts'
import { versionProblems } from './version-problems.ts'

/**
 * The classic API definition (gateway contract, section 6.1). The fields this release acts on are typed; all others,
 * known to the contract or not, are kept as sent. Lists, maps and objects may be null, as clients written in Go send it.
 */

const text = z.string()
const flag = z.boolean().optional()
const strings = z.array(text).nullish()
const headerMap = z.record(text, text).nullish()

/** Where a credential is looked for: one entry of `auth_configs`, or the older `auth`. */
export const AuthConfig = z.looseObject({
  disable_header: flag,
  auth_header_name: text.optional(),
  use_param: flag,
  param_name: text.optional(),
  use_cookie: flag,
  cookie_name: text.optional(),
  use_certificate: flag,
  validate_signature: flag,
})
export type AuthConfig = z.infer<typeof AuthConfig>

const MethodAction = z.looseObject({
  action: text.optional(),
  code: z.int().optional(),
  data: text.optional(),
  headers: headerMap,
})

const endpoint = { disabled: flag, ignore_case: flag, path: text, method: text.optional() }

const ListedPath = z.looseObject({ ...endpoint, method_actions: z.record(text, MethodAction).nullish() })
export type ListedPath = z.infer<typeof ListedPath>

/** A rate for all callers together. */
const everyCallersRate = {
  rate: z.number().optional(),
  per: z.number().optional(),
  algorithm: RateAlgorithm.optional(),
  burst: RateBurst.optional(),
}

/** Most units that one request may cost. */
const MAX_COST = 1_000_000_000
const RequestCost = z.int().min(0).max(MAX_COST)

const ExtendedPaths = z.looseObject({
  ignored: z.array(ListedPath).nullish(),
  white_list: z.array(ListedPath).nullish(),
  black_list: z.array(ListedPath).nullish(),
  mock_response: z
    .array(
      z.looseObject({ ...endpoint, code: z.int().optional(), body: text.optional(), headers: headerMap }),
    )
    .nullish(),
  transform_headers: z
    .array(z.looseObject({ ...endpoint, delete_headers: strings, add_headers: headerMap }))
    .nullish(),
  transform_response_headers: z
    .array(z.looseObject({ ...endpoint, delete_headers: strings, add_headers: headerMap }))
    .nullish(),
  hard_timeouts: z.array(z.looseObject({ ...endpoint, timeout: z.number().optional() })).nullish(),
  size_limits: z.array(z.looseObject({ ...endpoint, size_limit: z.int().optional() })).nullish(),
  internal: z.array(z.looseObject(endpoint)).nullish(),
  rate_limit: z.array(z.looseObject({ ...endpoint, ...everyCallersRate })).nullish(),
  request_costs: z
    .array(z.looseObject({ ...endpoint, cost: RequestCost.describe('Units of rate and quota; 0 = free') }))
    .nullish(),
})
export type ExtendedPaths = z.infer<typeof ExtendedPaths>

/** One version of an API: `version_data.versions[name]`. */
export const VersionInfo = z.looseObject({
  name: text.optional(),
  /** `2006-01-02 15:04` in UTC; empty or `-1` = never. */
  expires: text.optional(),
  paths: z.looseObject({ ignored: strings, white_list: strings, black_list: strings }).nullish(),
  use_extended_paths: flag,
  extended_paths: ExtendedPaths.nullish(),
  global_headers: headerMap,
  global_headers_remove: strings,
  global_headers_disabled: flag,
  global_response_headers: headerMap,
  global_response_headers_remove: strings,
  global_response_headers_disabled: flag,
  global_size_limit: z.int().optional(),
  global_size_limit_disabled: flag,
  ignore_endpoint_case: flag,
  override_target: text.optional(),
})
export type VersionInfo = z.infer<typeof VersionInfo>

export const ApiDefinition = z.looseObject({
  id: text.optional(),
  api_id: text.optional(),
  org_id: text.optional(),
  name: text.optional(),
  slug: text.optional(),
  active: flag,
  internal: flag,
  use_keyless: flag,
  use_standard_auth: flag,
  use_basic_auth: flag,
  use_oauth2: flag,
  use_openid: flag,
  enable_jwt: flag,
  enable_signature_checking: flag,
  enable_coprocess_auth: flag,
  use_go_plugin_auth: flag,
  use_mutual_tls_auth: flag,
  external_oauth: z.looseObject({ enabled: flag }).nullish(),
  auth: AuthConfig.nullish(),
  auth_configs: z.record(text, AuthConfig).nullish(),
  strip_auth_data: flag,
  proxy: z
    .looseObject({
      listen_path: text.optional(),
      target_url: text.optional(),
      strip_listen_path: flag,
      preserve_host_header: flag,
      disable_strip_slash: flag,
      enable_load_balancing: flag,
      target_list: strings,
      check_host_against_uptime_tests: flag,
      service_discovery: z.looseObject({ use_discovery_service: flag }).nullish(),
      transport: z
        .looseObject({
          ssl_insecure_skip_verify: flag,
          ssl_force_common_name_check: flag,
          proxy_url: text.optional(),
        })
        .nullish(),
    })
    .nullish(),
  version_data: z
    .looseObject({
      not_versioned: flag,
      default_version: text.optional(),
      versions: z.record(text, VersionInfo).nullish(),
    })
    .nullish(),
  definition: z
    .looseObject({
      enabled: flag,
      name: text.optional(),
      default: text.optional(),
      location: text.optional(),
      key: text.optional(),
      strip_path: flag,
      strip_versioning_data: flag,
      fallback_to_default: flag,
      url_versioning_pattern: text.optional(),
      versions: z.record(text, text).nullish(),
    })
    .nullish(),
  disable_rate_limit: flag,
  disable_quota: flag,
  global_rate_limit: z.looseObject({ ...everyCallersRate, disabled: flag }).nullish(),
  max_concurrency: MaxConcurrency.optional(),
  cost_header: text
    .optional()
    .describe('Header of the upstream’s reply that tells what the request really cost; not passed on'),
  CORS: z
    .looseObject({
      enable: flag,
      allowed_origins: strings,
      allowed_methods: strings,
      allowed_headers: strings,
      exposed_headers: strings,
      allow_credentials: flag,
      max_age: z.number().optional(),
      options_passthrough: flag,
    })
    .nullish(),
  domain: text.optional(),
  domain_disabled: flag,
  tags: strings,
  tag_headers: strings,
  tags_disabled: flag,
  do_not_track: flag,
  enable_ip_whitelisting: flag,
  allowed_ips: strings,
  enable_ip_blacklisting: flag,
  blacklisted_ips: strings,
  enable_context_vars: flag,
  config_data: z.record(text, z.unknown()).nullish(),
  enable_detailed_recording: flag,
  session_lifetime: z.int().optional(),
  /** When the whole API expires: `2006-01-02 15:04` in UTC; empty or `-1` = never. */
  expiration: text.optional(),
  expiration_disabled: flag,
  certificates: strings,
  client_certificates: strings,
  upstream_certificates: headerMap,
  upstream_certificates_disabled: flag,
  pinned_public_keys: headerMap,
  certificate_pinning_disabled: flag,
  base_identity_provided_by: text.optional(),
  dont_set_quota_on_create: flag,
  enable_batch_request_support: flag,
  event_handlers: z.looseObject({}).nullish(),
  event_handlers_disabled: flag,
  cache_options: z.looseObject({ enable_cache: flag, cache_timeout: z.int().optional() }).nullish(),
  custom_middleware: z.looseObject({}).nullish(),
  custom_middleware_bundle: text.optional(),
  response_processors: z.array(z.looseObject({})).nullish(),
  basic_auth: z.looseObject({}).nullish(),
  oauth_meta: z.looseObject({}).nullish(),
  is_oas: flag,
  protocol: text.optional(),
  listen_port: z.int().optional(),
})
export type ApiDefinition = z.infer<typeof ApiDefinition>

/** The ids that the server gives an API; they win over what the definition says. */
export type ApiIds = { readonly apiId: string; readonly id: string; readonly orgId: string }

/** The ways to authenticate; an API that names none of them asks for a key (`use_standard_auth`). */
const AUTH_MODES = [
  'use_keyless',
  'use_standard_auth',
  'use_basic_auth',
  'use_oauth2',
  'use_openid',
  'enable_jwt',
  'enable_signature_checking',
  'enable_coprocess_auth',
  'use_go_plugin_auth',
  'use_mutual_tls_auth',
] as const satisfies readonly (keyof ApiDefinition)[]

/**
 * Fills in what a definition may leave out (dashboard contract, section 1.2), so that the smallest body works: ids, slug,
 * listen path, versions, `active`, and key authentication where no other is chosen. Drops nothing, changes nothing that is
 * there but the ids, and changes nothing when applied again.
 */
export function withApiDefaults(definition: ApiDefinition, ids: ApiIds): ApiDefinition {
  const chosen =
    AUTH_MODES.some((mode) => definition[mode] === true) || definition.external_oauth?.enabled === true
  return {
    ...definition,
    id: ids.id,
    api_id: ids.apiId,
    org_id: ids.orgId,
    slug: definition.slug || slugOf(definition.name ?? '') || ids.apiId,
    active: definition.active ?? true,
    ...(chosen ? {} : { use_standard_auth: true }),
    proxy: withListenPath(definition.proxy, ids.apiId),
    version_data: withVersions(definition.version_data),
  }
}

/** Where `not_versioned` is left out, an API with one version that goes by a name for "default" is not versioned. */
function withVersions(data: ApiDefinition['version_data']): ApiDefinition['version_data'] {
  const names = Object.keys(data?.versions ?? {})
  if (names.length === 0) {
    return { ...data, not_versioned: true, versions: { Default: { name: 'Default' } } }
  }
  if (data?.not_versioned !== undefined) return data
  return { ...data, not_versioned: names.length === 1 && /^(?:default)?$/i.test(names[0] ?? '') }
}

function withListenPath(proxy: ApiDefinition['proxy'], apiId: string): ApiDefinition['proxy'] {
  if (proxy?.listen_path) return proxy
  return { ...proxy, listen_path: `/${apiId}/`, strip_listen_path: true }
}

function slugOf(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/#\S*/g, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 100)
}

/**
 * What keeps a definition from being served, each a sentence that names the field; empty when nothing does. Expects a
 * definition with its defaults filled in.
 */
export function definitionProblems(definition: ApiDefinition): string[] {
  return [
    ...identityProblems(definition),
    ...proxyProblems(definition),
    ...authProblems(definition),
    ...limitProblems(definition),
    ...versionProblems(definition),
  ]
}
