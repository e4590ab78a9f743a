import { readFileSync } from 'node:fs'
import { isIPv6 } from 'node:net'
import { resolve } from 'node:path'
import type { GatewaySettings } from '@tollgate/gateway/settings'
import type { LeaseTimes } from '@tollgate/gateway/supervisor/lease-manager'
import { type SettingName, type SettingValues, settings } from './settings.ts'
import type { TlsFiles } from './tls-files.ts'

/** What the program was told, checked and frozen. Times in milliseconds, sizes in bytes. */
export type Config = {
  readonly dataDir: string
  readonly host: string
  readonly dashboardPort: number
  readonly gatewayPort: number
  /** Of the control API alone; undefined = it is on the gateway's port. */
  readonly controlPort: number | undefined
  readonly controlHost: string
  /** undefined = embedded SQLite. */
  readonly databaseUrl: string | undefined
  readonly unsafeSecondNode: boolean
  readonly unverifiedNode: boolean
  readonly workers: number
  readonly stopGraceMs: number
  readonly adminSecret: string | undefined
  readonly gatewaySecret: string | undefined
  readonly pepper: string | undefined
  readonly wrongSecrets: number
  readonly dashboard: boolean
  /** Names that the dashboard's port answers to; empty = not said. */
  readonly dashboardHosts: readonly string[]
  readonly dashboardConnections: number
  readonly dashboardConnectionsPerAddress: number
  readonly pageSize: number
  readonly managementBodyBytes: number
  readonly managementBodyValues: number
  readonly managementAnswerBytes: number
  readonly duplicateSlugs: boolean
  /** Empty: the installation's first. */
  readonly defaultOrganisation: string
  /** What is stored at every start; undefined = nothing. */
  readonly files: RecordFiles
  readonly explainEntries: number
  readonly webhookTimeoutMs: number
  readonly gatewayUrl: string | undefined
  readonly claimRule: 'first-come' | 'by-organisation' | 'assigned'
  readonly dashboardUrl: string | undefined
  readonly minPasswordLength: number
  readonly counterCells: number
  readonly quotas: QuotaSettings
  /** Without what is read from files. */
  readonly gateway: Omit<GatewaySettings, 'tls' | 'upstreamAuthorities' | 'ownCalls'>
  readonly tls: TlsFiles
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent'
  readonly logFormat: 'auto' | 'json' | 'text'
  readonly demo: boolean
  readonly demoPort: number
}

/** Files that records are read from. */
export type RecordFiles = { readonly apps: string | undefined; readonly policies: string | undefined }

/** How units of quotas are leased from their ledger. */
export type QuotaSettings = { readonly share: number; readonly times: LeaseTimes }

/** Everything that is wrong with the settings, one sentence each. */
export class ConfigMistakes extends Error {
  readonly mistakes: readonly string[]

  constructor(mistakes: readonly string[]) {
    super(`${mistakes.length === 1 ? 'a setting is' : `${mistakes.length} settings are`} wrong`)
    this.name = 'ConfigMistakes'
    this.mistakes = mistakes
  }
}

type Texts = Readonly<Record<string, string | undefined>>

/** Reads the settings of this process. Nothing else in the program looks at the environment. */
export function configFromEnvironment(): Config {
  return readConfig(process.env)
}

/**
 * Settings from an environment and, below it, the JSON file that `TOLLGATE_CONFIG` names.
 * @throws {ConfigMistakes} with every mistake at once.
 */
export function readConfig(environment: Texts): Config {
  const mistakes: string[] = []
  const given = {
    ...fileTexts(environment.TOLLGATE_CONFIG, mistakes),
    ...tollgateTexts(environment, mistakes),
  }
  const values = parse(given, mistakes)
  checkPorts(values, mistakes)
  checkSecrets(values, mistakes)
  checkTls(values, mistakes)
  checkProxies(values, mistakes)
  if (mistakes.length > 0) throw new ConfigMistakes(mistakes)
  return Object.freeze(toConfig(values))
}

/** An address as it stands in a URL: IPv6 in brackets, "all addresses" as the one that reaches this machine. */
export function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return isIPv6(host) ? `[${host}]` : host
}

/** The given settings of the environment. An empty text counts as not given: compose files write that. */
function tollgateTexts(environment: Texts, mistakes: string[]): Record<string, string> {
  const texts: Record<string, string> = {}
  for (const [name, text] of Object.entries(environment)) {
    // TOLLGATE_TEST_… belongs to the project's own tests, which start this program in their environment.
    if (!name.startsWith('TOLLGATE_') || name.startsWith('TOLLGATE_TEST_') || name === 'TOLLGATE_CONFIG')
      continue
    if (!isSettingName(name)) mistakes.push(unknownName(name, 'the environment'))
    else if (text) texts[name] = text
  }
  return texts
}

function fileTexts(path: string | undefined, mistakes: string[]): Record<string, string> {
  if (!path) return {}
  let content: unknown
  try {
    content = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    mistakes.push(
      `TOLLGATE_CONFIG: cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`,
    )
    return {}
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    mistakes.push(`TOLLGATE_CONFIG: ${path} must hold one JSON object of settings`)
    return {}
  }
  const texts: Record<string, string> = {}
  for (const [name, value] of Object.entries(content)) {
    if (!isSettingName(name)) mistakes.push(unknownName(name, path))
    else if (typeof value === 'boolean') texts[name] = value ? 'on' : 'off'
    else if (typeof value === 'string' || typeof value === 'number') texts[name] = String(value)
    else if (Array.isArray(value) && value.every((item) => typeof item === 'string'))
      texts[name] = value.join(',')
    else mistakes.push(`${name}: in ${path}, expected a text, a number, true or false, or a list of texts`)
  }
  return texts
}

function parse(given: Readonly<Record<string, string>>, mistakes: string[]): SettingValues {
  const values: Record<string, unknown> = {}
  for (const name of settingNames) {
    const { schema, fallback, secret }: (typeof settings)[SettingName] & { secret?: true } = settings[name]
    const text = given[name] ?? fallback
    if (text === undefined) continue
    const result = schema.safeParse(text)
    if (result.success) values[name] = result.data
    else {
      const why = result.error.issues[0]?.message.replace('Invalid option: ', '') ?? 'not understood'
      mistakes.push(secret ? `${name}: ${why}` : `${name}: ${why}, got ${JSON.stringify(text.slice(0, 100))}`)
    }
  }
  // Each value came out of the schema of its own name.
  return values as SettingValues
}

/** Shortest secret of the admin and control APIs, characters, unless the settings allow any. */
const minSecretLength = 16

function checkSecrets(values: SettingValues, mistakes: string[]): void {
  if (values.TOLLGATE_ALLOW_SHORT_SECRETS) return
  for (const name of ['TOLLGATE_ADMIN_SECRET', 'TOLLGATE_GATEWAY_SECRET'] as const) {
    if ((values[name]?.length ?? minSecretLength) < minSecretLength)
      mistakes.push(
        `${name}: expected at least ${minSecretLength} characters (TOLLGATE_ALLOW_SHORT_SECRETS=1 takes fewer)`,
      )
  }
}

function checkPorts(values: SettingValues, mistakes: string[]): void {
  const owners = new Map<number, SettingName>()
  for (const name of ['TOLLGATE_DASHBOARD_PORT', 'TOLLGATE_GATEWAY_PORT', 'TOLLGATE_CONTROL_PORT'] as const) {
    const port = values[name] ?? 0
    const other = owners.get(port)
    if (port && other)
      mistakes.push(`${name}: ${port} is already the value of ${other}; the two need ports of their own`)
    owners.set(port, name)
  }
}

function checkProxies(values: SettingValues, mistakes: string[]): void {
  if (values.TOLLGATE_PROXY_PROTOCOL && values.TOLLGATE_TRUSTED_PROXIES?.length === 0)
    mistakes.push('TOLLGATE_PROXY_PROTOCOL: there is nobody to speak it without TOLLGATE_TRUSTED_PROXIES')
}

function checkTls(values: SettingValues, mistakes: string[]): void {
  const certificates = values.TOLLGATE_TLS_CERT_FILE?.length ?? 0
  const keys = values.TOLLGATE_TLS_KEY_FILE?.length ?? 0
  if (certificates !== keys)
    mistakes.push(
      `TOLLGATE_TLS_KEY_FILE: ${keys} files for the ${certificates} of TOLLGATE_TLS_CERT_FILE; each certificate needs its key`,
    )
  if (values.TOLLGATE_TLS_CRL_FILE !== undefined && values.TOLLGATE_TLS_CLIENT_CA_FILE === undefined)
    mistakes.push('TOLLGATE_TLS_CRL_FILE: whose lists these are is told by TOLLGATE_TLS_CLIENT_CA_FILE')
  const asked = values.TOLLGATE_TLS_CLIENT_CERTIFICATES
  if (asked === undefined || asked === 'none') return
  if (certificates === 0)
    mistakes.push('TOLLGATE_TLS_CLIENT_CERTIFICATES: there is no TLS without TOLLGATE_TLS_CERT_FILE')
  if (values.TOLLGATE_TLS_CLIENT_CA_FILE === undefined)
    mistakes.push(`TOLLGATE_TLS_CLIENT_CERTIFICATES: ${asked} needs TOLLGATE_TLS_CLIENT_CA_FILE`)
}

function toConfig(values: SettingValues): Config {
  return {
    dataDir: resolve(values.TOLLGATE_DATA_DIR),
    host: values.TOLLGATE_HOST,
    dashboardPort: values.TOLLGATE_DASHBOARD_PORT,
    gatewayPort: values.TOLLGATE_GATEWAY_PORT,
    controlPort: values.TOLLGATE_CONTROL_PORT,
    controlHost: values.TOLLGATE_CONTROL_HOST,
    databaseUrl: values.TOLLGATE_DATABASE_URL,
    unsafeSecondNode: values.TOLLGATE_UNSAFE_SECOND_NODE,
    unverifiedNode: values.TOLLGATE_UNVERIFIED_NODE,
    workers: values.TOLLGATE_WORKERS,
    stopGraceMs: values.TOLLGATE_STOP_GRACE_MS,
    adminSecret: values.TOLLGATE_ADMIN_SECRET,
    gatewaySecret: values.TOLLGATE_GATEWAY_SECRET,
    pepper: values.TOLLGATE_PEPPER,
    wrongSecrets: values.TOLLGATE_WRONG_SECRETS,
    dashboard: values.TOLLGATE_DASHBOARD,
    dashboardHosts: values.TOLLGATE_DASHBOARD_HOSTS,
    dashboardConnections: values.TOLLGATE_DASHBOARD_MAX_CONNECTIONS,
    dashboardConnectionsPerAddress: values.TOLLGATE_DASHBOARD_MAX_CONNECTIONS_PER_ADDRESS,
    pageSize: values.TOLLGATE_PAGE_SIZE,
    managementBodyBytes: values.TOLLGATE_MANAGEMENT_BODY_BYTES,
    managementBodyValues: values.TOLLGATE_MANAGEMENT_BODY_VALUES,
    managementAnswerBytes: values.TOLLGATE_MANAGEMENT_ANSWER_BYTES,
    duplicateSlugs: values.TOLLGATE_ENABLE_DUPLICATE_SLUGS,
    defaultOrganisation: values.TOLLGATE_DEFAULT_ORG ?? '',
    files: { apps: values.TOLLGATE_APPS_DIR, policies: values.TOLLGATE_POLICIES_FILE },
    explainEntries: values.TOLLGATE_EXPLAIN_ENTRIES,
    webhookTimeoutMs: values.TOLLGATE_WEBHOOK_TIMEOUT_MS,
    gatewayUrl: values.TOLLGATE_GATEWAY_URL,
    claimRule: values.TOLLGATE_CLAIMS,
    dashboardUrl: values.TOLLGATE_DASHBOARD_URL,
    minPasswordLength: values.TOLLGATE_MIN_PASSWORD_LENGTH,
    counterCells: values.TOLLGATE_COUNTER_CELLS,
    quotas: {
      share: values.TOLLGATE_QUOTA_LEASE_SHARE,
      times: {
        idleMs: values.TOLLGATE_QUOTA_IDLE_MS,
        heartbeatMs: values.TOLLGATE_QUOTA_HEARTBEAT_MS,
        retryMs: values.TOLLGATE_QUOTA_RETRY_MS,
        maxLeases: values.TOLLGATE_QUOTA_LEASES,
      },
    },
    gateway: Object.freeze(gatewaySettings(values)),
    tls: {
      certificates: values.TOLLGATE_TLS_CERT_FILE ?? [],
      keys: values.TOLLGATE_TLS_KEY_FILE ?? [],
      minVersion: values.TOLLGATE_TLS_MIN_VERSION,
      ciphers: values.TOLLGATE_TLS_CIPHERS,
      clientCertificates: values.TOLLGATE_TLS_CLIENT_CERTIFICATES,
      clientAuthorities: values.TOLLGATE_TLS_CLIENT_CA_FILE ?? [],
      revocationLists: values.TOLLGATE_TLS_CRL_FILE ?? [],
      upstreamAuthorities: values.TOLLGATE_UPSTREAM_CA_FILE ?? [],
    },
    logLevel: values.TOLLGATE_LOG_LEVEL,
    logFormat: values.TOLLGATE_LOG_FORMAT,
    demo: values.TOLLGATE_DEMO,
    demoPort: values.TOLLGATE_DEMO_PORT,
  }
}

function gatewaySettings(values: SettingValues): Config['gateway'] {
  return {
    keyCacheEntries: values.TOLLGATE_KEY_CACHE_ENTRIES,
    upstreamTimeoutMs: values.TOLLGATE_UPSTREAM_TIMEOUT_MS,
    upstreamConnectTimeoutMs: values.TOLLGATE_UPSTREAM_CONNECT_TIMEOUT_MS,
    upstreamIdleTimeoutMs: values.TOLLGATE_UPSTREAM_IDLE_TIMEOUT_MS,
    upstreamConnectionAgeMs: values.TOLLGATE_UPSTREAM_CONNECTION_AGE_MS,
    upstreamConnections: values.TOLLGATE_UPSTREAM_CONNECTIONS,
    clientHeaderTimeoutMs: values.TOLLGATE_CLIENT_HEADER_TIMEOUT_MS,
    clientIdleTimeoutMs: values.TOLLGATE_CLIENT_IDLE_TIMEOUT_MS,
    clientBodyTimeoutMs: values.TOLLGATE_CLIENT_BODY_TIMEOUT_MS,
    maxHeaderBytes: values.TOLLGATE_MAX_HEADER_BYTES,
    maxHeaderCount: values.TOLLGATE_MAX_HEADER_COUNT,
    maxBodyBytes: values.TOLLGATE_MAX_BODY_BYTES,
    maxBufferedBodyBytes: values.TOLLGATE_MAX_BUFFERED_BODY_BYTES,
    proxyProtocol: values.TOLLGATE_PROXY_PROTOCOL,
    trustedProxies: values.TOLLGATE_TRUSTED_PROXIES,
    generator: values.TOLLGATE_GENERATOR,
    rateLimitHeaders: values.TOLLGATE_RATE_LIMIT_RESPONSE_HEADERS,
    maxThrottledRequests: values.TOLLGATE_MAX_THROTTLED_REQUESTS,
    quotaWaitMs: values.TOLLGATE_QUOTA_WAIT_MS,
    maxQuotaWaiting: values.TOLLGATE_MAX_QUOTA_WAITING,
    looseEndpointMatching: values.TOLLGATE_LOOSE_ENDPOINT_MATCHING,
    explainedPerSecond: values.TOLLGATE_EXPLAIN_ENTRIES === 0 ? 0 : values.TOLLGATE_EXPLAIN_PER_SECOND,
    strictRoutes: values.TOLLGATE_STRICT_ROUTES,
    logRequests: values.TOLLGATE_LOG_REQUESTS,
    http2: values.TOLLGATE_HTTP2,
    maxConnections: values.TOLLGATE_MAX_CONNECTIONS,
    maxConnectionsPerAddress: values.TOLLGATE_MAX_CONNECTIONS_PER_ADDRESS,
    maxRequestsPerConnection: values.TOLLGATE_MAX_REQUESTS_PER_CONNECTION,
    minBodyBytesPerSecond: values.TOLLGATE_MIN_BODY_BYTES_PER_SECOND,
    exchangeTimeoutMs: values.TOLLGATE_EXCHANGE_TIMEOUT_MS,
    tunnelIdleTimeoutMs: values.TOLLGATE_TUNNEL_IDLE_TIMEOUT_MS,
    upstreamBodyIdleTimeoutMs: values.TOLLGATE_UPSTREAM_BODY_TIMEOUT_MS,
    drainMs: values.TOLLGATE_STOP_DRAIN_MS,
    controlApart: values.TOLLGATE_CONTROL_PORT !== undefined,
  }
}

// The keys of a literal object, in its order.
const settingNames = Object.keys(settings) as SettingName[]

function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(settings, name)
}

function unknownName(name: string, place: string): string {
  const known = [...settingNames, 'TOLLGATE_CONFIG']
  const [nearest] = known
    .map((candidate) => ({ candidate, distance: editDistance(name, candidate) }))
    .filter(({ distance }) => distance <= 6)
    .sort((one, other) => one.distance - other.distance)
  const hint = nearest ? `; did you mean ${nearest.candidate}?` : ''
  return `${name}: there is no such setting (in ${place})${hint}`
}

/** Levenshtein's distance: letters to insert, remove or replace. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let line = 1; line <= from.length; line++) {
    const next = [line]
    for (let column = 1; column <= to.length; column++) {
      const replaced = (row[column - 1] ?? 0) + (from[line - 1] === to[column - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[to.length] ?? 0
}
