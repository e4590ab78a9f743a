import { isIP } from 'node:net'
import { availableParallelism } from 'node:os'
import { getCiphers } from 'node:tls'
import { DEFAULT_CIPHERS } from '@tollgate/gateway/edge/tls-certificates'
import { isOrganisationId } from '@tollgate/model/ids'
import { z } from 'zod'

/**
 * Every setting of the program: its name, what it means, its default, and how its text becomes a value. The reference
 * page is written from this table (`config-reference.ts`), so a setting cannot exist without an explanation.
 * Long because it is one table, which is read and searched as a whole.
 */

/** How one setting is read. `fallback` is text, as a user would write it; undefined = not set. */
export type Setting<T> = {
  readonly group: Group
  readonly about: string
  readonly fallback: string | undefined
  /** What the reference page shows as the default when the text itself says little. */
  readonly fallbackShown?: string
  /** Never shown or logged. */
  readonly secret?: true
  readonly schema: z.ZodType<T, string>
}

export type Group =
  | 'Start'
  | 'Secrets'
  | 'Management'
  | 'Gateway'
  | 'TLS'
  | 'Limits of the gateway'
  | 'Log'
  | 'Demo'

const port = whole(0, 65_535)
const milliseconds = (least = 1) => whole(least, 3_600_000)
const on = z.enum(['on', 'off']).transform((text) => text === 'on')
/** Switches of which one thinks as `NAME=1`. */
const flag = z.enum(['on', 'off', '1', '0']).transform((text) => text === 'on' || text === '1')

export const settings = {
  TOLLGATE_DATA_DIR: setting(
    'Start',
    './data',
    text(1),
    'Folder for the embedded database and the generated secrets. Created with access for its owner alone.',
  ),
  TOLLGATE_HOST: setting(
    'Start',
    '127.0.0.1',
    text(1),
    'Address that both ports listen on. `0.0.0.0` or `::` opens them to other machines.',
  ),
  TOLLGATE_DASHBOARD_PORT: setting(
    'Start',
    '3000',
    port,
    'Port of the Dashboard API, its reference page and the admin API. 0 takes any free port.',
  ),
  TOLLGATE_GATEWAY_PORT: setting(
    'Start',
    '8080',
    port,
    'Port of the gateway and of its control API (`/tyk/…`, `/hello`, `/ready`). 0 takes any free port.',
  ),
  TOLLGATE_CONTROL_PORT: {
    ...setting(
      'Start',
      undefined,
      whole(1, 65_535),
      'Port of the control API alone, on `TOLLGATE_CONTROL_HOST`. Then the gateway’s port has `/hello` and `/ready` of it, and `/tyk/…` is 404 there like any unknown path.',
    ),
    fallbackShown: 'on the gateway’s port',
  },
  TOLLGATE_CONTROL_HOST: setting(
    'Start',
    '127.0.0.1',
    text(1),
    'Address that `TOLLGATE_CONTROL_PORT` listens on.',
  ),
  TOLLGATE_DATABASE_URL: {
    ...setting(
      'Start',
      undefined,
      z.string().refine(isPostgresUrl, 'expected postgres://user:password@host:port/database'),
      'PostgreSQL to keep the records in, as `postgres://user:password@host:port/database`.',
    ),
    fallbackShown: 'embedded SQLite in the data folder',
    secret: true,
  },
  TOLLGATE_UNSAFE_SECOND_NODE: setting(
    'Start',
    'off',
    flag,
    'Whether a second program may run on the same PostgreSQL: `1` or `on`. Nodes do not tell each other of changes yet: a key revoked on one may be admitted by the other, an API made on one is not served by the other, and each has rates of its own. Quotas are shared.',
  ),
  TOLLGATE_UNVERIFIED_NODE: setting(
    'Start',
    'off',
    flag,
    'Whether to start although the Node.js that was installed with this program is not the one whose checksum it knows: `1` or `on`.',
  ),
  TOLLGATE_WORKERS: {
    ...setting(
      'Start',
      String(availableParallelism()),
      whole(1, 256),
      'Threads that serve the gateway port. More than the cores of the machine gain nothing.',
    ),
    fallbackShown: 'number of cores',
  },
  TOLLGATE_STOP_GRACE_MS: setting(
    'Start',
    '10000',
    milliseconds(0),
    'How long running requests may take to finish when the program is told to stop, milliseconds.',
  ),

  TOLLGATE_STOP_DRAIN_MS: setting(
    'Start',
    '500',
    milliseconds(0),
    'How long, when told to stop, the gateway still accepts connections while `/ready` answers 503, so that a load balancer sees it first, milliseconds.',
  ),

  TOLLGATE_ADMIN_SECRET: secret(
    text(1),
    'Header `admin-auth` of the admin API: may create and change every organisation. At least 16 characters.',
  ),
  TOLLGATE_GATEWAY_SECRET: secret(
    text(1),
    'Header `x-tyk-authorization` of the control API: may create and change every key, API and policy. At least 16 characters.',
  ),
  TOLLGATE_ALLOW_SHORT_SECRETS: setting(
    'Secrets',
    'off',
    flag,
    'Whether these two secrets may be shorter than 16 characters: `1` or `on`. For scripts that were written for another gateway; who can reach the port can guess a short one.',
  ),
  TOLLGATE_WRONG_SECRETS: setting(
    'Secrets',
    '100',
    whole(0, 1_000_000),
    'Wrong ones of these two secrets that one address (IPv6: one /64) may send at once; after them one each second, and 429 in between. 0: any number.',
  ),
  TOLLGATE_PEPPER: secret(
    z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hex digits'),
    'Secret under which keys are hashed and access keys sealed: 64 hex digits. Whoever changes it makes every key unknown.',
  ),

  TOLLGATE_DASHBOARD: setting(
    'Management',
    'on',
    on,
    'Whether the dashboard port serves the web dashboard, built at the first start after an update: `on` or `off`. Off leaves the REST API.',
  ),
  TOLLGATE_PAGE_SIZE: setting(
    'Management',
    '10',
    whole(1, 1000),
    'Rows of one page in the lists of the Dashboard API.',
  ),
  TOLLGATE_MANAGEMENT_BODY_BYTES: setting(
    'Management',
    '1048576',
    whole(1024, 104_857_600),
    'Largest request body of the Dashboard, admin and control APIs, bytes.',
  ),
  TOLLGATE_MANAGEMENT_BODY_VALUES: setting(
    'Management',
    '100000',
    whole(100, 100_000_000),
    'Most values (members of objects and arrays) in one JSON body of these APIs. Reading so many takes about a tenth of a second of the thread that also leases quotas.',
  ),
  TOLLGATE_MANAGEMENT_ANSWER_BYTES: setting(
    'Management',
    '268435456',
    whole(1_048_576, 17_179_869_184),
    'Bytes of answers of these APIs that may wait for their clients, all together; beyond them a further answer is 503.',
  ),
  TOLLGATE_DASHBOARD_HOSTS: {
    ...setting(
      'Management',
      '',
      hosts(),
      'Names that the dashboard’s port answers to, separated by commas: `gate.example.com`, `*.example.com` for all below one, `*` for any. Addresses and `localhost` are always known. Set it behind a proxy that runs on the same machine.',
    ),
    fallbackShown: 'any; on a loopback address `localhost` and addresses alone',
  },
  TOLLGATE_DASHBOARD_MAX_CONNECTIONS: setting(
    'Management',
    '256',
    whole(1, 65_536),
    'Connections that the dashboard’s port holds, and that of the control API where it has one: less where the system lets the program open few files.',
  ),
  TOLLGATE_DASHBOARD_MAX_CONNECTIONS_PER_ADDRESS: setting(
    'Management',
    '64',
    whole(0, 65_536),
    'Of these from one address (IPv6: one /64) that is no trusted proxy. 0: no limit of its own.',
  ),
  TOLLGATE_ENABLE_DUPLICATE_SLUGS: setting(
    'Management',
    'off',
    on,
    'Whether the APIs of one organisation may share a domain and listen path: `on` or `off`. The oldest is then reached there, later ones with `-<api_id>` behind the path; each under its id.',
  ),
  TOLLGATE_DEFAULT_ORG: {
    ...setting(
      'Management',
      undefined,
      z
        .string()
        .refine(
          isOrganisationId,
          'expected an id of letters, digits and characters that are safe in a path, at most 128',
        ),
      'Organisation to which records of the control API and of the files belong that name none and nothing that has one. It is made at the start if there is none of this id; on an empty database the first organisation has it, so that the Dashboard shows them.',
    ),
    fallbackShown: 'the only one that somebody made',
  },
  TOLLGATE_APPS_DIR: {
    ...setting(
      'Management',
      undefined,
      text(1),
      'Folder of classic API definitions, one JSON file each. They are stored at every start and at `GET /tyk/reload`: a file wins over the record of its `api_id`, a file that is gone deletes nothing.',
    ),
    fallbackShown: 'none',
  },
  TOLLGATE_POLICIES_FILE: {
    ...setting('Management', undefined, text(1), 'JSON file of policies by their id, stored likewise.'),
    fallbackShown: 'none',
  },
  TOLLGATE_EXPLAIN_ENTRIES: setting(
    'Management',
    '10000',
    whole(0, 1_000_000),
    'Refused and failed requests that are kept in memory, to be explained by `GET /api/requests/{request_id}/explain`, whatever is logged; the oldest goes first, and no organisation’s for another’s.',
  ),
  TOLLGATE_EXPLAIN_PER_SECOND: setting(
    'Management',
    '1000',
    whole(1, 100_000),
    'Refused and failed requests that each worker hands over per second to be kept; further ones are not kept, and the log says how many.',
  ),
  TOLLGATE_WEBHOOK_TIMEOUT_MS: setting(
    'Management',
    '5000',
    milliseconds(1),
    'How long the receiver of a webhook may take to answer, milliseconds; a call that fails is tried once more.',
  ),
  TOLLGATE_GATEWAY_URL: {
    ...setting(
      'Management',
      undefined,
      z
        .string()
        .refine(isHttpUrl, 'expected http://… or https://…')
        .transform((url) => url.replace(/\/+$/, '')),
      'Base URL under which clients reach the gateway, for the API addresses that the Dashboard API shows.',
    ),
    fallbackShown: '`http://<host>:<gateway port>`',
  },
  TOLLGATE_CLAIMS: setting(
    'Management',
    'first-come',
    z.enum(['first-come', 'by-organisation', 'assigned']),
    'Which domains and listen paths an organisation may give its APIs. `first-come`: whatever no other organisation has, above or below it; `by-organisation`: listen paths under its slug, and what the administrator assigned; `assigned`: only what the administrator assigned (`gateway_claims` of `/admin/organisations`). Where `TOLLGATE_GATEWAY_URL` is not set, a domain may be the gateway’s own name, so that it is refused where another organisation’s API without a domain has the path.',
  ),

  TOLLGATE_DASHBOARD_URL: {
    ...setting(
      'Management',
      undefined,
      z
        .string()
        .refine(isHttpUrl, 'expected http://… or https://…')
        .transform((url) => url.replace(/\/+$/, '')),
      'Base URL under which browsers reach the dashboard. Passkeys are made for its host name, and identity providers send browsers back to it, so that both work under this address only.',
    ),
    fallbackShown: '`http://localhost:<dashboard port>`, or the address of `TOLLGATE_HOST`',
  },
  TOLLGATE_MIN_PASSWORD_LENGTH: setting(
    'Management',
    '10',
    whole(6, 128),
    'Fewest characters of a new password for the dashboard. Passwords that exist go on working; those that the admin API sets have at least 6.',
  ),

  TOLLGATE_TRUSTED_PROXIES: {
    ...setting(
      'Gateway',
      'none',
      networks(),
      'Peers whose `X-Real-IP`, `X-Forwarded-*` and `Forwarded` headers are believed, on both ports, and passed on: addresses or networks in CIDR form, separated by commas, or `none`. Name the proxies in front, and nobody else: whoever is in it can pretend to be any client.',
    ),
    fallbackShown: '`none`',
  },
  TOLLGATE_PROXY_PROTOCOL: setting(
    'Gateway',
    'off',
    on,
    'Whether the peers of `TOLLGATE_TRUSTED_PROXIES` begin each connection to the gateway’s port with a PROXY header, version 1 or 2, that says who the client is. With `on` they must; of others none is taken.',
  ),
  TOLLGATE_RATE_LIMIT_RESPONSE_HEADERS: setting(
    'Gateway',
    'quotas',
    z.enum(['quotas', 'rate_limits', 'ietf']),
    'What answers tell of limits. `quotas`: `X-RateLimit-*` of the quota, on answers that passed. `rate_limits`: the same headers of the rate, on 429 too. `ietf`: `RateLimit-Policy` and `RateLimit`, every limit of the request, and `Retry-After` on refusals.',
  ),
  TOLLGATE_GENERATOR: setting(
    'Gateway',
    '',
    z.string().regex(/^[\x20-\x7e]*$/, 'expected printable ASCII'),
    'Value of the header `X-Generator` on the gate’s own errors. Empty: the header is not sent.',
  ),
  TOLLGATE_LOOSE_ENDPOINT_MATCHING: setting(
    'Gateway',
    'off',
    on,
    '`off`: a path pattern matches from the start, in whole segments. `on`: as a regular expression anywhere in the path.',
  ),
  TOLLGATE_STRICT_ROUTES: setting(
    'Gateway',
    'off',
    on,
    '`off`: a listen path `/users` is reached under `/usersx` too. `on`: only under `/users` and below `/users/`.',
  ),
  TOLLGATE_UPSTREAM_TIMEOUT_MS: setting(
    'Gateway',
    '30000',
    milliseconds(),
    'How long an upstream may take until the head of its reply is here, milliseconds. Then the client gets 504.',
  ),
  TOLLGATE_UPSTREAM_CONNECT_TIMEOUT_MS: setting(
    'Gateway',
    '5000',
    milliseconds(),
    'How long connecting to an upstream may take, milliseconds.',
  ),
  TOLLGATE_UPSTREAM_IDLE_TIMEOUT_MS: setting(
    'Gateway',
    '4000',
    milliseconds(),
    'How long an unused connection to an upstream is kept, milliseconds. Keep it below what the upstreams keep (often 5 s): a POST that meets a connection which the upstream has just closed is not sent twice.',
  ),
  TOLLGATE_UPSTREAM_CONNECTION_AGE_MS: setting(
    'Gateway',
    '300000',
    milliseconds(),
    'How long a connection to an upstream takes new requests, milliseconds. Each new connection asks anew for the host’s addresses, so a changed one is in use everywhere after that time at the latest.',
  ),
  TOLLGATE_UPSTREAM_BODY_TIMEOUT_MS: setting(
    'Gateway',
    '60000',
    milliseconds(),
    'How long an upstream may pause within the body of a reply, milliseconds; a silent event stream is cut off then.',
  ),
  TOLLGATE_TUNNEL_IDLE_TIMEOUT_MS: setting(
    'Gateway',
    '300000',
    milliseconds(),
    'How long a tunnel, such as a WebSocket, may be silent, milliseconds.',
  ),

  TOLLGATE_HTTP2: setting(
    'Gateway',
    'on',
    on,
    'Whether the gateway speaks HTTP/2 with clients: by ALPN over TLS, by its preface without.',
  ),

  TOLLGATE_TLS_CERT_FILE: {
    ...setting(
      'TLS',
      undefined,
      files(),
      'Certificate chains (PEM files, separated by commas) for TLS on the gateway port; the first is for clients that name no host, the others are chosen by SNI. Without one the port speaks plain HTTP. SIGHUP reads them again.',
    ),
    fallbackShown: 'plain HTTP',
  },
  TOLLGATE_TLS_KEY_FILE: {
    ...setting('TLS', undefined, files(), 'Keys (PEM files) of these certificates, in the same order.'),
    fallbackShown: 'none',
  },
  TOLLGATE_TLS_MIN_VERSION: setting(
    'TLS',
    '1.2',
    z.enum(['1.2', '1.3']).transform((version) => `TLSv${version}` as const),
    'Least version of TLS that clients may speak: `1.2` or `1.3`.',
  ),
  TOLLGATE_TLS_CIPHERS: {
    ...setting(
      'TLS',
      DEFAULT_CIPHERS,
      cipherNames(),
      'Cipher suites in OpenSSL’s names, separated by commas or colons, the most wanted first. Name ones with CBC only for old clients that know no others. Suites of TLS 1.3 are added where none is named.',
    ),
    fallbackShown: 'ECDHE with AES-GCM or ChaCha20-Poly1305; none with CBC',
  },
  TOLLGATE_TLS_CLIENT_CERTIFICATES: setting(
    'TLS',
    'none',
    z.enum(['none', 'optional', 'required']),
    'Whether clients are asked for a certificate: `none`, `optional` or `required`. A bad one is refused either way.',
  ),
  TOLLGATE_TLS_CLIENT_CA_FILE: {
    ...setting('TLS', undefined, files(), 'Authorities (PEM files) of clients’ certificates.'),
    fallbackShown: 'none',
  },
  TOLLGATE_TLS_CRL_FILE: {
    ...setting(
      'TLS',
      undefined,
      files(),
      'Revocation lists (PEM files, each with one or several) of the authorities in `TOLLGATE_TLS_CLIENT_CA_FILE`, which must have signed them. SIGHUP reads them again. Clients of an authority whose list has expired are refused.',
    ),
    fallbackShown: 'none',
  },
  TOLLGATE_UPSTREAM_CA_FILE: {
    ...setting(
      'TLS',
      undefined,
      files(),
      'Authorities (PEM files) that upstreams’ certificates may come from, beside those of the system.',
    ),
    fallbackShown: 'those of the system',
  },

  TOLLGATE_KEY_CACHE_ENTRIES: setting(
    'Limits of the gateway',
    '20000',
    whole(16, 10_000_000),
    'Keys that each worker keeps compiled in memory, and, apart from these, unknown credentials that it remembers.',
  ),
  TOLLGATE_COUNTER_CELLS: setting(
    'Limits of the gateway',
    '1048576',
    whole(1024, 134_217_728),
    'Counters of rate limits and quotas that may run at once, shared by all workers; 29 to 57 bytes each, taken as they come.',
  ),
  TOLLGATE_MAX_THROTTLED_REQUESTS: setting(
    'Limits of the gateway',
    '1000',
    whole(0, 1_000_000),
    'Requests of each worker that may wait for a rate (`throttle_interval`) at a time; further ones are answered 429 at once.',
  ),
  TOLLGATE_QUOTA_LEASE_SHARE: setting(
    'Limits of the gateway',
    '4',
    whole(1, 1000),
    'A node leases at most this part of what is left of a quota ahead of need: 4 = a quarter, divided by the nodes that live. The larger, the less a crash can strand, and the more often the store is asked.',
  ),
  TOLLGATE_QUOTA_IDLE_MS: setting(
    'Limits of the gateway',
    '10000',
    milliseconds(100),
    'Leased units of a quota of which none was spent for so long are given back, milliseconds.',
  ),
  TOLLGATE_QUOTA_HEARTBEAT_MS: setting(
    'Limits of the gateway',
    '10000',
    milliseconds(100),
    'How often a node that holds units of quotas says that it lives, milliseconds. After three times as long without a word its leases end, and what they held is stranded until the period ends.',
  ),
  TOLLGATE_QUOTA_RETRY_MS: setting(
    'Limits of the gateway',
    '1000',
    milliseconds(100),
    'How often a node asks whether other nodes gave back units of a quota that is used up, milliseconds.',
  ),
  TOLLGATE_QUOTA_WAIT_MS: setting(
    'Limits of the gateway',
    '5000',
    milliseconds(),
    'How long a request waits for units of its quota when the store does not answer, milliseconds. Then the client gets 503.',
  ),
  TOLLGATE_MAX_QUOTA_WAITING: setting(
    'Limits of the gateway',
    '10000',
    whole(1, 1_000_000),
    'Requests of each worker that may wait for units of their quotas at a time; further ones are answered 503 at once.',
  ),
  TOLLGATE_QUOTA_LEASES: setting(
    'Limits of the gateway',
    '1000000',
    whole(1, 100_000_000),
    'Quotas of which a node may hold leased units at a time; beyond it the ones that were looked at longest ago are given back.',
  ),
  TOLLGATE_UPSTREAM_CONNECTIONS: setting(
    'Limits of the gateway',
    '256',
    whole(1, 65_536),
    'Connections that each worker opens to one upstream.',
  ),
  TOLLGATE_CLIENT_HEADER_TIMEOUT_MS: setting(
    'Limits of the gateway',
    '10000',
    milliseconds(),
    'How long a client may take to send the head of a request, milliseconds.',
  ),
  TOLLGATE_CLIENT_BODY_TIMEOUT_MS: setting(
    'Limits of the gateway',
    '30000',
    milliseconds(),
    'How long a client may pause within the body of a request, milliseconds.',
  ),
  TOLLGATE_CLIENT_IDLE_TIMEOUT_MS: setting(
    'Limits of the gateway',
    '60000',
    milliseconds(),
    'How long a client’s unused connection is kept, milliseconds.',
  ),
  TOLLGATE_MAX_CONNECTIONS: setting(
    'Limits of the gateway',
    '20000',
    whole(1, 1_000_000),
    'Connections of clients that each worker holds.',
  ),
  TOLLGATE_MAX_CONNECTIONS_PER_ADDRESS: setting(
    'Limits of the gateway',
    '0',
    whole(0, 1_000_000),
    'Connections that each worker holds from one address (IPv6: one /64). 0: no limit of its own, for gates behind a load balancer.',
  ),
  TOLLGATE_MAX_REQUESTS_PER_CONNECTION: setting(
    'Limits of the gateway',
    '0',
    whole(0, 1_000_000_000),
    'Requests on one connection before it is closed. 0: no limit.',
  ),
  TOLLGATE_MIN_BODY_BYTES_PER_SECOND: setting(
    'Limits of the gateway',
    '100',
    whole(0, 1_000_000_000),
    'Slowest request body that is put up with once 20 seconds are over. 0: no limit.',
  ),
  TOLLGATE_EXCHANGE_TIMEOUT_MS: setting(
    'Limits of the gateway',
    '0',
    whole(0, 86_400_000),
    'Longest time of a whole exchange, from the head of the request to the end of the reply, milliseconds. 0: no limit.',
  ),
  TOLLGATE_MAX_HEADER_BYTES: setting(
    'Limits of the gateway',
    '32768',
    whole(1024, 1_048_576),
    'Largest head of a request or of an upstream’s reply, bytes.',
  ),
  TOLLGATE_MAX_HEADER_COUNT: setting(
    'Limits of the gateway',
    '128',
    whole(8, 10_000),
    'Most header lines of a request or of an upstream’s reply.',
  ),
  TOLLGATE_MAX_BODY_BYTES: setting(
    'Limits of the gateway',
    '1073741824',
    whole(1, Number.MAX_SAFE_INTEGER),
    'Largest request body that the gateway forwards, bytes. Bodies are streamed: they take no memory.',
  ),
  TOLLGATE_MAX_BUFFERED_BODY_BYTES: setting(
    'Limits of the gateway',
    '67108864',
    whole(0, Number.MAX_SAFE_INTEGER),
    'Memory that each worker has for bodies of requests and replies that are read whole, bytes. Bodies that nobody reads are streamed and take none.',
  ),

  TOLLGATE_LOG_LEVEL: setting(
    'Log',
    'info',
    z.enum(['debug', 'info', 'warn', 'error', 'silent']),
    'Least level that is written: `debug`, `info`, `warn`, `error` or `silent`.',
  ),
  TOLLGATE_LOG_REQUESTS: setting(
    'Log',
    'refused',
    z.enum(['all', 'refused', 'none']),
    'Which requests of the gateway are logged: `all`, those that were `refused` or failed, or `none`.',
  ),
  TOLLGATE_LOG_FORMAT: setting(
    'Log',
    'auto',
    z.enum(['auto', 'json', 'text']),
    '`json`: one JSON object a line. `text`: one readable line. `auto`: text on a terminal, JSON otherwise. The log goes to standard error.',
  ),

  TOLLGATE_DEMO: setting(
    'Demo',
    'on',
    on,
    'Whether a first start on an empty database adds the API “Demo” with an upstream inside the program.',
  ),
  TOLLGATE_DEMO_PORT: setting(
    'Demo',
    '8081',
    port,
    'Loopback port of that upstream. If it is taken, any free port is used and the API is pointed at it. It runs as long as the API exists.',
  ),
} satisfies Record<string, Setting<unknown>>

export type SettingName = keyof typeof settings

/** What each setting's text becomes; undefined where it has no default and was not given. */
export type SettingValues = {
  readonly [Name in SettingName]: z.infer<(typeof settings)[Name]['schema']> | AbsentWithoutFallback<Name>
}

type AbsentWithoutFallback<Name extends SettingName> = (typeof settings)[Name]['fallback'] extends string
  ? never
  : undefined

function setting<T, F extends string | undefined>(
  group: Group,
  fallback: F,
  schema: z.ZodType<T, string>,
  about: string,
) {
  return { group, fallback, schema, about }
}

function secret<T>(schema: z.ZodType<T, string>, about: string) {
  return {
    ...setting('Secrets', undefined, schema, about),
    fallbackShown: 'generated at first start, kept in the data folder',
    secret: true as const,
  }
}

function text(least: number) {
  return z.string().min(least, `expected at least ${least} character${least === 1 ? '' : 's'}`)
}

/** A whole number in decimal digits, both ends included. */
function whole(least: number, most: number) {
  const expected = `expected a whole number from ${least} to ${most}`
  return z
    .string()
    .regex(/^\d{1,16}$/, expected)
    .transform(Number)
    .refine((number) => number >= least && number <= most, expected)
}

/** Paths, separated by commas. */
function files() {
  return z
    .string()
    .transform((list) => list.split(',').map((file) => file.trim()))
    .refine((list) => list.every((file) => file !== ''), 'expected paths of files, separated by commas')
}

/** Host names, separated by commas; `*` stands for any, and before a dot for whatever is below it. */
function hosts() {
  return z
    .string()
    .transform((list) => list.split(',').map((name) => name.trim()))
    .transform((names) => names.filter((name) => name !== ''))
    .refine(
      (names) => names.every((name) => /^(?:\*|(?:\*\.)?[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)$/.test(name)),
      'expected host names without ports, separated by commas',
    )
}

/** Names that this OpenSSL knows, and no others: of a list it passes over what it does not know, without a word. */
function cipherNames() {
  const known = new Set(getCiphers())
  return z
    .string()
    .transform((list) => list.split(/[,:]/).map((name) => name.trim()))
    .refine(
      (list) => list.every((name) => known.has(name.toLowerCase())),
      'expected names of cipher suites such as ECDHE-RSA-AES128-GCM-SHA256, separated by commas or colons',
    )
    .transform((list) => list.join(':').toUpperCase())
}

function networks() {
  return z
    .string()
    .transform((list) => (list === 'none' ? [] : list.split(',').map((network) => network.trim())))
    .refine(
      (list) => list.every(isNetwork),
      'expected addresses or networks such as 10.0.0.0/8, separated by commas, or none',
    )
}

function isNetwork(network: string): boolean {
  const [address = '', bits, ...rest] = network.split('/')
  if (rest.length > 0) return false
  const version = isIP(address)
  if (version === 0) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128))
}

function isHttpUrl(url: string): boolean {
  return /^https?:\/\/[^/]/.test(url) && URL.canParse(url)
}

function isPostgresUrl(url: string): boolean {
  return /^postgres(ql)?:\/\/[^/]/.test(url) && URL.canParse(url)
}
