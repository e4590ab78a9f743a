import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { trustedPeers } from '@tollgate/gateway/edge/client-address'
import type { Gateway } from '@tollgate/gateway/gateway'
import { openLeaseManager } from '@tollgate/gateway/supervisor/lease-manager'
import { startGateway } from '@tollgate/gateway/supervisor/start'
import type { Leases } from '@tollgate/gateway/worker/leases'
import { createCounterTable, openSteadyCounters } from '@tollgate/limits/counter-table'
import { buildControlApi } from '@tollgate/management/control-api'
import { buildDashboardApi } from '@tollgate/management/dashboard-api'
import type { Dependencies } from '@tollgate/management/dependencies'
import { type EventDispatcher, eventDispatcher } from '@tollgate/management/webhooks/event-dispatcher'
import { hex32 } from '@tollgate/model/ids'
import type { DatabaseSource } from '@tollgate/storage/drivers/connections'
import type { Storage } from '@tollgate/storage/storage'
import { type Activity, openActivity } from './activity.ts'
import { dashboardClientAddress } from './client-address.ts'
import { type Config, urlHost } from './config.ts'
import { openDashboard } from './dashboard-build.ts'
import { openDataFolder } from './data-folder.ts'
import { databaseSource, openDatabase } from './database.ts'
import { type Demo, followDemo, startDemo } from './demo-api.ts'
import { startDemoUpstream } from './demo-upstream.ts'
import { type FirstStart, isEmpty, makeFirstRecords } from './first-start.ts'
import { instanceSecrets } from './instance-secrets.ts'
import { keptRequests } from './kept-requests.ts'
import type { Log } from './log.ts'
import { listening, portProblem, wantedPorts } from './ports.ts'
import type { Secrets } from './secrets-file.ts'
import { StartFailure } from './start-failure.ts'
import { readTls, readUpstreamAuthorities } from './tls-files.ts'
import { version } from './version.ts'
import type { Addresses } from './welcome.ts'

/** The running program. */
export type Running = {
  readonly addresses: Addresses
  readonly secrets: Secrets
  /** Set when the store was empty: what was made, its secrets in the clear. */
  readonly firstStart: FirstStart | undefined
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
  const folder = openDataFolder(config.dataDir)
  parts.defer(() => folder.release())
  for (const port of [ports.dashboard, ports.gateway]) {
    const problem = await portProblem(port)
    if (problem) throw new StartFailure(problem)
  }
  const source = databaseSource(config.databaseUrl, folder.databaseFile)
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
  const requests = keptRequests(config.explainEntries, () => Date.now())
  const dependencies = managementDependencies({
    config,
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

  const controlSocket = await openControlApi(config.dataDir, dependencies(config.gatewayPort), parts)
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
      events,
      log: (line) => {
        requests.note(line)
        log.line(line)
      },
    }),
  )
  parts.defer(() => gateway.close(config.stopGraceMs))
  const dashboardPort = await listening(ports.dashboard, () =>
    openDashboardApi(config, dependencies(gateway.port), parts),
  )

  // Only now, with every port and part at hand: a start that fails leaves the next one a first start, secrets shown.
  const firstStart = empty ? await makeFirstRecords(storage, secrets.pepper, demo?.port) : undefined
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
    async rereadCertificates() {
      const tls = readTls(config.tls)
      if (tls !== undefined) await gateway.replaceCertificates(tls)
    },
    stop: () => parts.disposeAsync(),
  }
}

/** Why the node is not ready; undefined when it is. */
type Readiness = { problem: string | undefined }

type ManagementParts = Pick<Dependencies, 'storage' | 'counters' | 'quotas' | 'findRequest' | 'dashboard'> & {
  readonly activity: Activity
  readonly config: Config
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
    dashboardUrl: dashboardUrl(config),
    minPasswordLength: config.minPasswordLength,
    clientAddress: dashboardClientAddress(config.gateway.trustedProxies),
    traffic: activity.traffic,
    lastUse: activity.lastUse,
    ownGateway: {
      host: ownHost(config.host),
      port: gatewayPort,
      tls: config.tls.certificates.length > 0,
      introduced:
        config.gateway.proxyProtocol === true &&
        trustedPeers(config.gateway.trustedProxies).has(ownHost(config.host)),
    },
    pageSize: config.pageSize,
    maxBodyBytes: config.managementBodyBytes,
    findRequest,
    dashboard,
    notReady: () => readiness.problem,
    now: () => Date.now(),
    logError: (message, detail) => log.error(message, detail),
  })
}

/** An address of this machine under which what listens on `host` is reached from here. */
function ownHost(host: string): string {
  if (host === '0.0.0.0' || host === '') return '127.0.0.1'
  return host === '::' ? '::1' : host
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

/** The control API listens where only this user's processes, that is the gateway's workers, can reach it. */
async function openControlApi(
  dataDir: string,
  dependencies: Dependencies,
  parts: AsyncDisposableStack,
): Promise<string> {
  const socket = controlSocketPath(dataDir, parts)
  const app = buildControlApi(dependencies)
  parts.defer(() => app.close())
  await app.listen({ path: socket })
  return socket
}

/**
 * In the data folder, which is ours alone while we run: a socket that a killed program left is removed. A folder with too
 * long a name for a socket gives way to a private one for temporary files.
 */
function controlSocketPath(dataDir: string, parts: AsyncDisposableStack): string {
  const usual = join(dataDir, 'control.sock')
  if (Buffer.byteLength(usual) <= maxSocketPathBytes) {
    rmSync(usual, { force: true })
    return usual
  }
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-'))
  parts.defer(() => rmSync(folder, { recursive: true, force: true }))
  const socket = join(folder, 'control')
  if (Buffer.byteLength(socket) <= maxSocketPathBytes) return socket
  throw new StartFailure(
    `the data folder and the folder for temporary files (TMPDIR) have too long names for a socket: ${folder}`,
  )
}

/** What fits into `sun_path` on every system. */
const maxSocketPathBytes = 100

async function openDashboardApi(
  config: Config,
  dependencies: Dependencies,
  parts: AsyncDisposableStack,
): Promise<number> {
  const app = buildDashboardApi(dependencies)
  parts.defer(() => closeWithin(config.stopGraceMs, app))
  await app.listen({ host: config.host, port: config.dashboardPort })
  // A server that listens on TCP has an address of this form.
  return (app.server.address() as AddressInfo).port
}

/** Closes the app; what still runs after `graceMs` is cut off. */
async function closeWithin(graceMs: number, app: ReturnType<typeof buildDashboardApi>): Promise<void> {
  const cutOff = setTimeout(() => app.server.closeAllConnections(), graceMs)
  await app.close()
  clearTimeout(cutOff)
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
  readonly events: EventDispatcher
  /** Takes each line of the gateway. */
  readonly log: (line: Readonly<Record<string, unknown>>) => void
}

async function openGateway(parts: GatewayParts): Promise<Gateway> {
  const { config, storage } = parts
  // Subscribed before the records are read: a change in between is applied twice rather than not at all. Through the
  // control API it may come while the workers are starting; then it waits for them.
  const tls = readTls(config.tls)
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
      upstreamAuthorities: readUpstreamAuthorities(config.tls),
    },
    log: parts.log,
    onEvents(events, dropped) {
      for (const event of events) parts.events.fire(event)
      if (dropped > 0) parts.log({ level: 'warn', msg: 'events dropped', events: dropped })
    },
  })
  resolve(gateway)
  return gateway
}
