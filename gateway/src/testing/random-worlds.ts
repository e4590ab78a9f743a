import { Policy } from '@tollgate/model/access/policy'
import { Session } from '@tollgate/model/access/session'
import { ApiDefinition } from '@tollgate/model/definition/api-definition'
import * as fc from 'fast-check'

/** Random keys, policies, APIs, limits of an organisation, and requests, for properties of the whole chain. */

/** Milliseconds since 1970 at which every world begins: Monday, 0:00 UTC. */
export const WORLD_BEGINS_MS = Date.UTC(2026, 0, 5)
/** Time that passes between some requests: more than all windows of an hour, sliding ones too. */
export const STEP_MS = 4_000_000

/** Networks that lists name, each with the one address of a client in it. */
export const NETWORKS = {
  '10.0.0.0/8': '10.1.2.3',
  '192.0.2.7': '192.0.2.7',
  '2001:db8::/32': '2001:db8::1',
} as const
export type Network = keyof typeof NETWORKS
export type Address = (typeof NETWORKS)[Network] | '198.51.100.1'

/** Size limits of every version of an API, bytes; 0 = none. `ofPath` holds on `/x`. */
export type Sizes = { readonly general: number; readonly ofPath: number }

/** An API, and what it says in a form that needs no compilation to be understood. */
export type RandomApi = {
  readonly definition: ApiDefinition
  readonly allowed: readonly Network[] | undefined
  readonly blocked: readonly Network[] | undefined
  readonly sizes: Sizes
  readonly mutualTls: boolean
}

/** One request of a world. */
export type Asked = {
  readonly api: 'a' | 'b'
  readonly method: string
  readonly path: string
  readonly version: string
  /** Which of the world's keys; `unknown` is nobody's, `none` sends nothing. */
  readonly key: 'key-0' | 'key-1' | 'unknown' | 'none'
  /** Address of the client. */
  readonly from: Address
  /** `unsecured` is a plain connection; `listed` is the certificate that APIs with mutual TLS list. */
  readonly certificate: 'unsecured' | 'none' | 'listed' | 'other'
  /** Content-Length of the body; undefined = none is stated. */
  readonly bodyBytes: number | undefined
  /** Whether `STEP_MS` pass before it. */
  readonly later: boolean
  /** Whether it is still under way when the next ones come. */
  readonly stays: boolean
  /** What the upstream says that it cost. */
  readonly realCost: string | undefined
}

export type RandomWorld = {
  readonly keys: readonly Session[]
  readonly policies: Readonly<Record<string, Policy>>
  readonly apis: Readonly<Record<'a' | 'b', RandomApi>>
  readonly organisation: Session | undefined
  readonly requests: readonly Asked[]
}

const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })
const mostly = <T>(usual: T, ...others: readonly T[]) =>
  fc.oneof({ weight: 14, arbitrary: fc.constant(usual) }, ...others.map((other) => fc.constant(other)))
/** An object of these fields; what is undefined is left out. */
const fields = (model: Record<string, fc.Arbitrary<unknown>>) =>
  fc
    .record(model)
    .map((record) => Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)))

const rateBlock = {
  rate: optional(fc.constantFrom(-1, 0, 1, 2, 3, 60)),
  per: optional(fc.constantFrom(0, 1, 60, 3600)),
  rate_algorithm: optional(fc.constantFrom('', 'fixed_window', 'sliding_window', 'token_bucket')),
  rate_burst: optional(fc.constantFrom(1, 2, 60)),
  rates: optional(
    fc.array(fields({ rate: fc.constantFrom(1, 3, 60), per: fc.constantFrom(1, 3600) }), { maxLength: 2 }),
  ),
  max_concurrency: optional(fc.constantFrom(-1, 1, 2)),
}
const quotaBlock = {
  quota_max: optional(fc.constantFrom(-1, 0, 1, 2, 5, 1000)),
  quota_renewal_rate: optional(fc.constantFrom(-1, 60, 3600)),
  quota_calendar: optional(fc.constantFrom('', 'day', 'week', 'month')),
  quota_time_zone: optional(fc.constantFrom('', 'Europe/Paris')),
}
const right = fields({
  versions: mostly(['Default', 'v1', 'v2'], [], ['v1']),
  allowed_urls: mostly<object[] | undefined>(
    undefined,
    [{ url: '/x', methods: ['GET'] }],
    [{ url: '/y/*', methods: ['GET', 'POST'] }],
    [{ url: '(', methods: ['GET'] }],
  ),
  limit: optional(fields({ ...rateBlock, ...quotaBlock })),
  endpoints: optional(
    fc.array(
      fields({
        path: fc.constantFrom('/x', '/y/*'),
        methods: fc.array(fields({ name: fc.constantFrom('GET', 'ALL'), limit: fields(rateBlock) }), {
          maxLength: 1,
        }),
      }),
      { maxLength: 2 },
    ),
  ),
  allowance_scope: optional(fc.constantFrom('', 'own')),
})
const rights = fc.record({ a: right, b: right }, { requiredKeys: ['a'] })
const sharedBy = optional(fc.constantFrom('', 'key', 'owner', 'policy', 'organisation'))
const policy = fields({
  name: fc.constant('Gold'),
  is_inactive: mostly(false, true),
  ...rateBlock,
  ...quotaBlock,
  limits_shared_by: sharedBy,
  access_rights: rights,
  partitions: optional(
    fields({
      quota: fc.boolean(),
      rate_limit: fc.boolean(),
      acl: fc.boolean(),
      per_api: mostly(false, true),
    }),
  ),
}).map((sent) => Policy.parse(sent))
const session = fields({
  ...rateBlock,
  ...quotaBlock,
  limits_shared_by: sharedBy,
  owner: optional(fc.constant('acme')),
  expires: mostly(-1, 1, WORLD_BEGINS_MS / 1000 + 5_000),
  is_inactive: mostly(false, true),
  access_rights: mostly<fc.Arbitrary<object> | undefined>(rights, undefined).chain((sent) =>
    sent === undefined ? fc.constant(undefined) : sent,
  ),
  apply_policies: mostly<readonly string[] | undefined>(undefined, ['p1'], ['p1', 'p2'], ['gone']),
  meta_data: optional(fc.constantFrom({}, { rate_limit_pattern: 'plan $tyk_meta.plan', plan: 'gold' })),
}).map((sent) => Session.parse(sent))

const callersRate = {
  rate: fc.constantFrom(-1, 2, 60),
  per: fc.constantFrom(1, 3600),
  algorithm: optional(fc.constantFrom('', 'sliding_window', 'token_bucket')),
}
const list = (path: string, ...methods: string[]) => [
  {
    path,
    method_actions: Object.fromEntries(
      methods.map((method) => [method, { action: 'no_action', code: 200, data: '', headers: {} }]),
    ),
  },
]
const headerChanges = optional(
  fc.constant([{ path: '/x', method: 'GET', add_headers: { 'X-Added': '1' }, delete_headers: ['X-Gone'] }]),
)
const version = fields({
  expires: mostly('', '2020-01-01 00:00'),
  use_extended_paths: fc.constant(true),
  extended_paths: fields({
    ignored: mostly<object[] | undefined>(undefined, list('/free', 'GET')),
    black_list: mostly<object[] | undefined>(undefined, list('/y', 'GET', 'POST')),
    white_list: mostly<object[] | undefined>(undefined, list('/x', 'GET', 'POST')),
    mock_response: optional(fc.constant([{ path: '/mock', method: 'GET', code: 200, body: 'mocked' }])),
    transform_headers: headerChanges,
    transform_response_headers: headerChanges,
    hard_timeouts: optional(fc.constant([{ path: '/x', method: 'GET', timeout: 1 }])),
    rate_limit: optional(
      fc.array(fields({ path: fc.constant('/x'), method: fc.constant('GET'), ...callersRate }), {
        maxLength: 1,
      }),
    ),
    request_costs: optional(
      fc.array(fields({ path: fc.constantFrom('/x', '/free'), cost: fc.constantFrom(0, 2) }), {
        maxLength: 2,
      }),
    ),
  }),
})
const definition = fields({
  name: fc.constant('orders'),
  active: mostly(true, false),
  use_keyless: mostly(false, true),
  enable_jwt: mostly(false, false, true),
  disable_rate_limit: optional(fc.boolean()),
  disable_quota: optional(fc.boolean()),
  global_rate_limit: optional(fields(callersRate)),
  max_concurrency: optional(fc.constantFrom(-1, 2)),
  cost_header: optional(fc.constant('X-Cost')),
  definition: mostly<object>(
    { location: 'header', key: 'v' },
    { location: 'header', key: 'v', enabled: true, name: 'v1', default: 'v1', versions: { v2: 'b' } },
  ),
  version_data: fc.record({
    not_versioned: mostly(true, false, false),
    default_version: fc.constantFrom('', 'v1'),
    versions: fc.record({ Default: version, v1: version }),
  }),
}).map((sent) => ApiDefinition.parse(sent))

const networks = mostly<readonly Network[] | undefined>(
  undefined,
  ['10.0.0.0/8'],
  ['192.0.2.7', '2001:db8::/32'],
  [],
)
const sizes: fc.Arbitrary<Sizes> = fc.record({
  general: mostly(0, 0, 10),
  ofPath: mostly(0, 0, 5, 20),
})
const api: fc.Arbitrary<RandomApi> = fc
  .record({ definition, allowed: networks, blocked: networks, sizes, mutualTls: mostly(false, true) })
  .map((parts) => ({ ...parts, definition: withLists(parts) }))

/** Writes into the definition what stands beside it. */
function withLists({ definition: base, allowed, blocked, sizes, mutualTls }: RandomApi): ApiDefinition {
  const versions = Object.entries(base.version_data?.versions ?? {}).map(([name, info]) => {
    const size_limits = [{ path: '/x', method: 'POST', size_limit: sizes.ofPath }]
    return [
      name,
      {
        ...info,
        global_size_limit: sizes.general,
        extended_paths: { ...info.extended_paths, ...(sizes.ofPath > 0 && { size_limits }) },
      },
    ]
  })
  return ApiDefinition.parse({
    ...base,
    version_data: { ...base.version_data, versions: Object.fromEntries(versions) },
    ...(allowed && { enable_ip_whitelisting: true, allowed_ips: allowed }),
    ...(blocked && { enable_ip_blacklisting: true, blacklisted_ips: blocked }),
    ...(mutualTls && { use_mutual_tls_auth: true }),
  })
}

const asked: fc.Arbitrary<Asked> = fc.record({
  api: mostly<'a' | 'b'>('a', 'b'),
  method: mostly('GET', 'POST'),
  path: fc.constantFrom('/', '/x', '/x', '/x', '/y/1', '/free', '/mock'),
  from: mostly<Address>('198.51.100.1', ...Object.values(NETWORKS)),
  certificate: mostly<Asked['certificate']>('listed', 'listed', 'other', 'none', 'unsecured'),
  bodyBytes: fc.constantFrom(undefined, 3, 8, 15, 50),
  version: mostly('v1', '', 'v2', 'none'),
  key: mostly<Asked['key']>('key-0', 'key-1', 'unknown', 'none'),
  later: mostly(false, true),
  stays: mostly(false, true, true),
  realCost: mostly<string | undefined>(undefined, '0', '3', 'x'),
})

/** @param requests so many in each world */
export const randomWorld = (requests: number): fc.Arbitrary<RandomWorld> =>
  fc.record({
    keys: fc.tuple(session, session),
    policies: fc.record({ p1: policy, p2: policy }),
    apis: fc.record({ a: api, b: api }),
    organisation: optional(
      fields({ ...rateBlock, ...quotaBlock, is_inactive: mostly(false, true) }).map((sent) =>
        Session.parse(sent),
      ),
    ),
    requests: fc.array(asked, { minLength: requests, maxLength: requests }),
  })
