import { z } from 'zod'
import type { Path } from '../definition/problem.ts'
import type { ApiFields, Document, KeptFeature, KeptOperation } from './feature.ts'
import { flag, kept, strings, text } from './field-types.ts'
import { valueAt } from './other-authentication.ts'

const NOT_DONE = 'is kept, and not done'

function keptFeature<const Fields extends ApiFields>(
  name: string,
  label: string,
  path: Path,
  isAsked: (value: unknown, document: Document) => boolean,
  fields: Fields,
): KeptFeature<Fields> {
  const asked = (document: Document) => (isAsked(valueAt(document, path), document) ? path : undefined)
  return { level: 'kept', name, label, fields, kept: NOT_DONE, asked }
}

const isOn = (value: unknown) => value === true
const isSet = (value: unknown) => typeof value === 'string' && value !== ''
const isListed = (value: unknown) => Array.isArray(value) && value.length > 0
const isPositive = (value: unknown) => typeof value === 'number' && value > 0

const Cors = z
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
  .nullish()

/** Plugins of any phase. */
function hasPlugin(value: unknown, { custom_middleware_bundle: bundle }: Document): boolean {
  const parts = typeof value === 'object' && value !== null ? Object.values(value) : []
  const isNamed = (part: unknown) =>
    typeof part === 'object' &&
    part !== null &&
    Boolean(Reflect.get(part, 'name') ?? Reflect.get(part, 'path'))
  return isSet(bundle) || parts.some((part) => isListed(part) || isNamed(part))
}

/** What a definition may ask for and this gate keeps without doing it, apart from authentication. */
export const keptFeatures = [
  keptFeature('cors', 'cross-origin headers', ['CORS', 'enable'], isOn, { api: { CORS: Cors } }),
  keptFeature('cache', 'caching of replies', ['cache_options', 'enable_cache'], isOn, {
    api: {
      cache_options: z.looseObject({ enable_cache: flag, cache_timeout: z.int().optional() }).nullish(),
    },
  }),
  keptFeature('plugins', 'plugins', ['custom_middleware'], hasPlugin, {
    api: { custom_middleware: kept, custom_middleware_bundle: text.optional() },
  }),
  keptFeature('uptime-tests', 'uptime tests', ['uptime_tests', 'check_list'], isListed, {}),
  keptFeature(
    'uptime-balancing',
    'balancing by uptime tests',
    ['proxy', 'check_host_against_uptime_tests'],
    isOn,
    { proxy: { check_host_against_uptime_tests: flag } },
  ),
  keptFeature(
    'service-discovery',
    'service discovery',
    ['proxy', 'service_discovery', 'use_discovery_service'],
    isOn,
    { proxy: { service_discovery: z.looseObject({ use_discovery_service: flag }).nullish() } },
  ),
  keptFeature('response-processors', 'reply processors', ['response_processors'], isListed, {
    api: { response_processors: z.array(z.looseObject({})).nullish() },
  }),
  keptFeature(
    'tags',
    'gateway tags',
    ['tags'],
    (tags, { tags_disabled: isOff }) => isOff !== true && isListed(tags),
    { api: { tags: strings, tags_disabled: flag } },
  ),
  keptFeature('tag-headers', 'tags from headers', ['tag_headers'], isListed, {
    api: { tag_headers: strings },
  }),
  keptFeature('batch', 'batch requests', ['enable_batch_request_support'], isOn, {
    api: { enable_batch_request_support: flag },
  }),
  keptFeature('graphql', 'GraphQL', ['graphql', 'enabled'], isOn, {}),
  keptFeature(
    'request-signing',
    'signing of requests to the target',
    ['request_signing', 'is_enabled'],
    isOn,
    {},
  ),
  keptFeature('upstream-auth', 'credentials for the target', ['upstream_auth', 'enabled'], isOn, {}),
  keptFeature('own-port', 'a port of its own', ['listen_port'], isPositive, {
    api: { listen_port: z.int().optional() },
  }),
  keptFeature('context-variables', 'variables of a request', ['enable_context_vars'], isOn, {
    api: { enable_context_vars: flag },
  }),
  keptFeature('detailed-recording', 'recording of whole requests', ['enable_detailed_recording'], isOn, {
    api: { enable_detailed_recording: flag },
  }),
  keptFeature('do-not-track', 'leaving requests out of the statistics', ['do_not_track'], isOn, {
    api: { do_not_track: flag },
  }),
  keptFeature('session-lifetime', 'a lifetime of keys', ['session_lifetime'], isPositive, {
    api: { session_lifetime: z.int().optional() },
  }),
  keptFeature('openapi-definition', 'its OpenAPI document', ['is_oas'], isOn, { api: { is_oas: flag } }),
] as const satisfies readonly KeptFeature[]

/** Kinds of rules for single paths that are kept and do nothing here. */
export const keptOperations: readonly KeptOperation[] = (
  [
    ['url_rewrites', 'URL rewrite'],
    ['cache', 'cache'],
    ['advance_cache_config', 'cache'],
    ['transform', 'body transform'],
    ['transform_response', 'reply transform'],
    ['transform_jq', 'JQ transform'],
    ['transform_jq_response', 'JQ reply transform'],
    ['circuit_breakers', 'circuit breaker'],
    ['virtual', 'virtual endpoint'],
    ['method_transforms', 'method change'],
    ['validate_json', 'JSON schema'],
    ['validate_request', 'request schema'],
    ['track_endpoints', 'track'],
    ['do_not_track_endpoints', 'do not track'],
    ['go_plugin', 'Go plugin'],
    ['persist_graphql', 'persisted GraphQL'],
  ] as const
).map(([list, label]) => ({ level: 'kept-operation', name: list, label, list, kept: NOT_DONE }))
