import type { RefusedRecord } from '@tollgate/analytics/request-record'
import type { Gateway } from '@tollgate/gateway/gateway'
import { trustedPeers, UNTRUSTED_FORWARDER } from '@tollgate/gateway/pipeline/client-address'
import type { OwnCalls } from '@tollgate/gateway/settings'
import { openLeaseManager } from '@tollgate/gateway/supervisor/lease-manager'
import { startGateway } from '@tollgate/gateway/supervisor/start'
import { normalisePath } from '@tollgate/http1/syntax/path'
import { createCounterTable, openSteadyCounters } from '@tollgate/limits/counter-table'
import type { Leases } from '@tollgate/limits/leases'
import type { Dependencies } from '@tollgate/management/dependencies'
import { adoptOrganisation } from '@tollgate/management/organisation/adopt-organisation'
import { type EventDispatcher, eventDispatcher } from '@tollgate/management/webhooks/event-dispatcher'
import { hex32, objectId } from '@tollgate/model/ids'
import type { DatabaseSource } from '@tollgate/storage/drivers/connections'
import type { Storage } from '@tollgate/storage/storage'
import { type Activity, openActivity } from './activity.ts'
import { type Config, urlHost } from './config.ts'
import { openDashboard } from './dashboard-build.ts'
import { openDataFolder } from './data-folder.ts'
import { databaseSource, openDatabase } from './database.ts'
import { type Demo, followDemo, startDemo } from './demo-api.ts'
import { startDemoUpstream } from './demo-upstream.ts'
import { type FirstStart, isEmpty, makeFirstRecords } from './first-start.ts'
import { ownGateway, ownHost } from './health.ts'
import { instanceSecrets } from './instance-secrets.ts'
import { keptRequests } from './kept-requests.ts'
import type { Log } from './log.ts'
import { lineInWords } from './log-line.ts'
import { openControlApi, openDashboardApi } from './management-ports.ts'
import { checksumCache, judgeNode, thisNode } from './node-binary.ts'
import { holdDatabase } from './node-lock.ts'
import { listening, portProblem, wantedPorts } from './ports.ts'
import { recordFiles, refuseUnreadableFiles } from './record-files.ts'
import type { Secrets } from './secrets-file.ts'
import { StartFailure } from './start-failure.ts'
import { expiredLists, readTls, readUpstreamAuthorities } from './tls-files.ts'
import { type UntrustedForwarders, untrustedForwarders } from './untrusted-forwarders.ts'
import { version } from './version.ts'
import type { Addresses } from './welcome.ts'

/** The running program. */
export type Running = {
  readonly addresses: Addresses
  readonly secrets: Secrets
  /** Set when the store was empty: what was made, its secrets in the clear. */
  readonly firstStart: FirstStart | undefined
  /** Resolves with the reason when the program cannot go on. */
  readonly hasToStop: Promise<StartFailure>
  /** Reads the files of TLS again; new handshakes use them. Throws when they cannot be used: then nothing changes. */
  rereadCertificates(): Promise<void>
  /** Lets running requests finish for at most the configured time, then ends everything. */
  stop(): Promise<void>
}

/**
 * Puts the program together; the one place that does. Parts are opened in the order in which they need each other and
 * closed in the opposite one, also when a later part cannot be had.
 * @throws {StartFailure} for everything that the user can mend.
 */
export async function start(config: Config, log: Log): Promise<Running> {
  const parts = new AsyncDisposableStack()
  try {
    return await assemble(config, log, parts)
  } catch (error) {
    await parts.disposeAsync()
    throw error
  }
}

async function assemble(config: Config, log: Log, parts: AsyncDisposableStack): Promise<Running> {
  const ports = wantedPorts(config)
  await refuseUnreadableFiles(config.files)
  const folder = openDataFolder(config.dataDir)
  parts.defer(() => folder.release())
  for (const port of [ports.dashboard, ports.gateway, ports.control]) {
    const problem = port && (await portProblem(port))
    if (problem) throw new StartFailure(problem)
  }
  if (!config.unverifiedNode) await checkNode(config.dataDir, log)
  const source = databaseSource(config.databaseUrl, folder.databaseFile)
  const held = await holdDatabase(source, config.unsafeSecondNode, log)
  parts.defer(() => held.release())
  const storage = await openDatabase(source)
  parts.defer(() => storage.close())
  const secrets = await instanceSecrets(config, folder.secretsFile, storage)
  const empty = await isEmpty(storage)

  const dashboard = config.dashboard ? openDashboard(log) : undefined
  if (dashboard) parts.defer(() => dashboard.close())
  const counterTable = createCounterTable({ cells: config.counterCells })
  const readiness: Readiness = { problem: 'starting' }
  const counters = openSteadyCounters(counterTable, 0)
  // Closed after the gateway, whose requests spend what it leases, and before the storage, which takes back the rest.
  const quotas = openLeaseManager({
    ledger: storage.quotaLedger({ node: folder.nodeId, life: hex32() }, { share: config.quotas.share }),
    cells: counters,
    times: config.quotas.times,
    log: (line) => log.line(line),
    now: () => Date.now(),
  })
  parts.defer(() => quotas.close())
  const activity = openActivity(storage, config.workers, log)
  parts.defer(() => activity.close())
  const requests = keptRequests(config.explainEntries)
  const forwarders = untrustedForwarders((peer) =>
    log.warn(UNTRUSTED_FORWARDER, { peer, setting: 'TOLLGATE_TRUSTED_PROXIES' }),
  )
  const ownCalls = ownCallsOf(config)
  const reload = recordFiles(
    {
      storage,
      now: () => Date.now(),
      duplicateSlugs: config.duplicateSlugs,
      defaultOrganisation: config.defaultOrganisation,
      maxBodyBytes: config.managementBodyBytes,
      ...claimsOf(config),
    },
    config.files,
    log,
  )
  const dependencies = managementDependencies({
    config,
    forwarders,
    ownCalls,
    reload,
    secrets,
    storage,
    counters,
    quotas,
    activity,
    findRequest: requests.find,
    readiness,
    log,
    dashboard: dashboard?.state,
  })

  const controlSocket = await openControlApi(
    config,
    ports.control,
    dependencies(config.gatewayPort),
    forwarders.note,
    parts,
  )
  // Before the gateway, so that it is there until the gateway's last request is done.
  const demo = empty ? await firstDemo(config) : await startDemo(storage, config.demoPort)
  if (demo) parts.defer(() => demo.close())
  const events = eventDispatcher({
    storage,
    log: (line) => log.line(line),
    now: () => Date.now(),
    timeoutMs: config.webhookTimeoutMs,
  })
  parts.defer(() => events.close())
  const gateway = await listening(ports.gateway, () =>
    openGateway({
      config,
      storage,
      source,
      counterTable,
      leases: quotas,
      activity,
      pepper: secrets.pepper,
      controlSocket,
      ownCalls,
      events,
      onRefused: requests.keep,
      log: (line) => {
        if (line.msg === UNTRUSTED_FORWARDER) forwarders.note(String(line.remoteAddress))
        else log.line(lineInWords(line))
      },
    }),
  )
  parts.defer(() => gateway.close(config.stopGraceMs))
  const dashboardPort = await openDashboardApi(
    config,
    ports.dashboard,
    dependencies(gateway.port),
    forwarders.note,
    parts,
  )

  // Only now, with every port and part at hand: a start that fails leaves the next one a first start, secrets shown.
  const firstId = config.defaultOrganisation || objectId()
  const firstStart = empty ? await makeFirstRecords(storage, secrets.pepper, demo?.port, firstId) : undefined
  if (config.defaultOrganisation !== '')
    await adoptOrganisation(
      { storage, now: () => Date.now() },
      { kind: 'system', id: 'start' },
      config.defaultOrganisation,
    )
  await reload()
  if (demo) await followDemo(storage, demo)
  readiness.problem = undefined
  parts.defer(() => {
    readiness.problem = 'stopping'
  })
  const dashboardUrl = `http://${urlHost(config.host)}:${dashboardPort}`
  return {
    addresses: { gatewayUrl: gatewayUrl(config, gateway.port), dashboardUrl, demoPort: demo?.port },
    secrets,
    firstStart,
    hasToStop: held.taken,
    async rereadCertificates() {
      const tls = readTls(config.tls)
      if (tls !== undefined) await gateway.replaceCertificates(tls)
      for (const msg of expiredLists(tls, Date.now())) log.line({ level: 'error', msg })
    },
    stop: () => parts.disposeAsync(),
  }
}

async function checkNode(dataDir: string, log: Log): Promise<void> {
  const verdict = await judgeNode(thisNode, checksumCache(dataDir))
  if (verdict.kind === 'wrong')
    throw new StartFailure(`${verdict.why}. Install it anew (npm ci), or set TOLLGATE_UNVERIFIED_NODE=1`)
  if (verdict.kind === 'unknown')
    log.info('the Node.js that runs this was not verified', { why: verdict.why })
}

/** Why the node is not ready; undefined when it is. */
type Readiness = { problem: string | undefined }

type ManagementParts = Pick<
  Dependencies,
  'storage' | 'counters' | 'quotas' | 'findRequest' | 'dashboard' | 'reload'
> & {
  readonly activity: Activity
  readonly config: Config
  readonly forwarders: UntrustedForwarders
  readonly ownCalls: OwnCalls | undefined
  readonly secrets: Secrets
  readonly readiness: Readiness
  readonly log: Log
}

/** What both REST surfaces are given; the gateway's port is known only when it listens. */
function managementDependencies(parts: ManagementParts): (gatewayPort: number) => Dependencies {
  const { activity, config, secrets, storage, counters, quotas, findRequest, readiness, log, dashboard } =
    parts
  return (gatewayPort) => ({
    storage,
    counters,
    quotas,
    pepper: secrets.pepper,
    adminSecret: secrets.adminSecret,
    controlSecret: secrets.gatewaySecret,
    version,
    gatewayUrl: gatewayUrl(config, gatewayPort),
    ...claimsOf(config),
    controlUrl:
      config.controlPort === undefined
        ? undefined
        : `http://${urlHost(config.controlHost)}:${config.controlPort}`,
    dashboardUrl: dashboardUrl(config),
    minPasswordLength: config.minPasswordLength,
    traffic: activity.traffic,
    lastUse: activity.lastUse,
    ownGateway: { ...ownGateway(config, gatewayPort), callSecret: parts.ownCalls?.secret },
    matching: { loose: config.gateway.looseEndpointMatching },
    strictRoutes: config.gateway.strictRoutes,
    normalisePath,
    reload: parts.reload,
    duplicateSlugs: config.duplicateSlugs,
    defaultOrganisation: config.defaultOrganisation,
    pageSize: config.pageSize,
    maxBodyBytes: config.managementBodyBytes,
    maxBodyValues: config.managementBodyValues,
    maxAnswerBytes: config.managementAnswerBytes,
    wrongSecrets: config.wrongSecrets,
    untrustedForwarders: parts.forwarders.list,
    findRequest,
    dashboard,
    notReady: () => readiness.problem,
    now: () => Date.now(),
    logError: (message, detail) => log.error(message, detail),
  })
}

/** Where this machine is trusted as a proxy, its calls need nothing else. */
function ownCallsOf(config: Config): OwnCalls | undefined {
  const peer = ownHost(config.host)
  if (trustedPeers(config.gateway.trustedProxies).has(peer)) return undefined
  return { peer, secret: hex32() + hex32() }
}

/** What organisations may take of the names that they share. */
function claimsOf({ claimRule, gatewayUrl }: Config): Pick<Dependencies, 'claimRule' | 'gatewayHosts'> {
  const gatewayHosts = gatewayUrl === undefined ? undefined : ['localhost', new URL(gatewayUrl).host]
  return { claimRule, gatewayHosts }
}

function gatewayUrl(config: Config, port: number): string {
  const scheme = config.tls.certificates.length > 0 ? 'https' : 'http'
  return config.gatewayUrl ?? `${scheme}://${urlHost(config.host)}:${port}`
}

/** Browsers take `localhost` for secure, which passkeys need; an address is no name that they could be made for. */
function dashboardUrl({ dashboardUrl: given, host, dashboardPort }: Config): string {
  const name = urlHost(host) === '127.0.0.1' || host === '::1' ? 'localhost' : urlHost(host)
  return given ?? `http://${name}:${dashboardPort}`
}

async function firstDemo(config: Config): Promise<Demo | undefined> {
  return config.demo ? { ...(await startDemoUpstream([config.demoPort])), formerPort: undefined } : undefined
}

type GatewayParts = {
  readonly config: Config
  readonly storage: Storage
  readonly source: DatabaseSource
  readonly counterTable: SharedArrayBuffer
  readonly leases: Leases
  readonly activity: Activity
  readonly pepper: string
  readonly controlSocket: string
  readonly ownCalls: OwnCalls | undefined
  readonly events: EventDispatcher
  /** Takes the records of refused and failed requests. */
  readonly onRefused: (records: readonly RefusedRecord[]) => void
  /** Takes each line of the gateway. */
  readonly log: (line: Readonly<Record<string, unknown>>) => void
}

async function openGateway(parts: GatewayParts): Promise<Gateway> {
  const { config, storage } = parts
  // Subscribed before the records are read: a change in between is applied twice rather than not at all. Through the
  // control API it may come while the workers are starting; then it waits for them.
  const tls = readTls(config.tls)
  for (const msg of expiredLists(tls, Date.now())) parts.log({ level: 'error', msg })
  const { promise: started, resolve } = Promise.withResolvers<Gateway>()
  storage.subscribe(async (changes) => (await started).apply(changes))
  const revision = await storage.revision()
  const everything = { page: 0, size: config.pageSize }
  const { rows: apis } = await storage.apis.list(undefined, {}, everything)
  const { rows: policies } = await storage.policies.list(undefined, {}, everything)
  const { rows: certificates } = await storage.certificates.list(undefined, {}, everything)
  const { rows: organisationSessions } = await storage.organisationSessions.list(everything)
  const gateway = await startGateway({
    host: config.host,
    port: config.gatewayPort,
    workers: config.workers,
    counterTable: parts.counterTable,
    leases: parts.leases,
    trafficTable: parts.activity.table,
    keysUsed: parts.activity.keysUsed,
    databaseSource: parts.source,
    pepper: parts.pepper,
    controlSocket: parts.controlSocket,
    apis,
    policies,
    certificates,
    organisationSessions,
    revision,
    settings: {
      ...config.gateway,
      ...(tls && { tls }),
      ownCalls: parts.ownCalls,
      upstreamAuthorities: readUpstreamAuthorities(config.tls),
    },
    log: parts.log,
    onRefused(records, dropped) {
      parts.onRefused(records)
      if (dropped > 0) parts.log({ level: 'warn', msg: 'refused requests not kept', requests: dropped })
    },
    onEvents(events, dropped) {
      for (const event of events) parts.events.fire(event)
      if (dropped > 0) parts.log({ level: 'warn', msg: 'events dropped', events: dropped })
    },
  })
  resolve(gateway)
  return gateway
}
