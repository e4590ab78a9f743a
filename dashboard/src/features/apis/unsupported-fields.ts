import { isRecord, listOf, recordOf } from '../../lib/json-values.ts'

type Fields = Readonly<Record<string, unknown>>

/** Something that a definition asks for and that this gate keeps without doing it. */
export type UnsupportedField = { readonly field: string; readonly what: string }

type Known = UnsupportedField & { readonly isAsked: (definition: Fields) => boolean }

const known: readonly Known[] = [
  { field: 'CORS', what: 'Cross-origin headers', isAsked: (api) => recordOf(api.CORS).enable === true },
  {
    field: 'cache_options',
    what: 'Caching of replies',
    isAsked: (api) => recordOf(api.cache_options).enable_cache === true,
  },
  {
    field: 'custom_middleware',
    what: 'Plugins',
    isAsked: (api) =>
      Object.values(recordOf(api.custom_middleware)).some((part) =>
        Array.isArray(part) ? part.length > 0 : isRecord(part) && Boolean(part.name ?? part.path),
      ) || Boolean(api.custom_middleware_bundle),
  },
  {
    field: 'uptime_tests',
    what: 'Uptime tests',
    isAsked: (api) => listOf(recordOf(api.uptime_tests).check_list).length > 0,
  },
  {
    field: 'proxy.service_discovery',
    what: 'Service discovery',
    isAsked: (api) => recordOf(recordOf(api.proxy).service_discovery).use_discovery_service === true,
  },
  {
    field: 'response_processors',
    what: 'Reply processors',
    isAsked: (api) => listOf(api.response_processors).length > 0,
  },
  {
    field: 'tags',
    what: 'Gateway tags',
    isAsked: (api) => api.tags_disabled !== true && listOf(api.tags).length > 0,
  },
  {
    field: 'enable_batch_request_support',
    what: 'Batch requests',
    isAsked: (api) => api.enable_batch_request_support === true,
  },
  { field: 'graphql', what: 'GraphQL', isAsked: (api) => recordOf(api.graphql).enabled === true },
  {
    field: 'request_signing',
    what: 'Signing of requests to the target',
    isAsked: (api) => recordOf(api.request_signing).is_enabled === true,
  },
  {
    field: 'upstream_auth',
    what: 'Credentials for the target',
    isAsked: (api) => recordOf(api.upstream_auth).enabled === true,
  },
  {
    field: 'listen_port',
    what: 'A port of its own',
    isAsked: (api) => typeof api.listen_port === 'number' && api.listen_port > 0,
  },
]

/** What of a definition this gate keeps and does not do, apart from authentication and the rules of paths. */
export function unsupportedFields(definition: Fields): readonly UnsupportedField[] {
  return known.filter(({ isAsked }) => isAsked(definition)).map(({ field, what }) => ({ field, what }))
}
