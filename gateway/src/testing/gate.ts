import { randomBytes, X509Certificate } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RefusedRecord } from '@tollgate/analytics/request-record'
import { createCounterTable, openCounters } from '@tollgate/limits/counter-table'
import type { Leases } from '@tollgate/limits/leases'
import type { Policy } from '@tollgate/model/access/policy'
import type { Session } from '@tollgate/model/access/session'
import { type ApiDefinition, withApiDefaults } from '@tollgate/model/definition/api-definition'
import { hex32, objectId } from '@tollgate/model/ids'
import type { KeyRecord } from '@tollgate/storage/keys/keys'
import { openStorage } from '@tollgate/storage/open'
import type { ApiRecord } from '@tollgate/storage/records/apis'
import type { CertificateRecord } from '@tollgate/storage/records/certificates'
import type { PolicyRecord } from '@tollgate/storage/records/policies'
import { seal, secretHash } from '@tollgate/storage/secrets'
import type { Storage } from '@tollgate/storage/storage'
import type { Gateway } from '../gateway.ts'
import type { GatewaySettings } from '../settings.ts'
import { type LeaseManager, openLeaseManager } from '../supervisor/lease-manager.ts'
import { startGateway } from '../supervisor/start.ts'
import type { LogLine } from '../worker-protocol.ts'

/** The settings that tests start from. */
export const testSettings: GatewaySettings = {
  keyCacheEntries: 1_000,
  upstreamTimeoutMs: 5_000,
  upstreamConnectTimeoutMs: 2_000,
  upstreamIdleTimeoutMs: 2_000,
  upstreamConnections: 64,
  upstreamConnectionAgeMs: 300_000,
  upstreamBodyIdleTimeoutMs: 60_000,
  upstreamAuthorities: [],
  clientHeaderTimeoutMs: 5_000,
  clientIdleTimeoutMs: 5_000,
  clientBodyTimeoutMs: 5_000,
  maxConnections: 20_000,
  maxConnectionsPerAddress: 0,
  maxRequestsPerConnection: 0,
  minBodyBytesPerSecond: 100,
  exchangeTimeoutMs: 0,
  tunnelIdleTimeoutMs: 300_000,
  maxHeaderBytes: 32_768,
  maxHeaderCount: 100,
  maxBodyBytes: 10_000_000,
  maxBufferedBodyBytes: 67_108_864,
  proxyProtocol: false,
  controlApart: false,
  strictRoutes: false,
  ownCalls: undefined,
  trustedProxies: ['127.0.0.0/8', '::1'],
  rateLimitHeaders: 'quotas',
  maxThrottledRequests: 1_000,
  quotaWaitMs: 5_000,
  maxQuotaWaiting: 10_000,
  generator: '',
  looseEndpointMatching: false,
  http2: true,
  drainMs: 500,
  explainedPerSecond: 1_000,
  logRequests: 'all',
}

/** An answer of the gateway, read whole. */
export type Reply = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** A request of a test; GET unless said otherwise. */
export type CallOptions = {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** A gateway over a real SQLite file, with everything a test needs to change its records and to call it. */
export type TestGate = {
  readonly gateway: Gateway
  readonly storage: Storage
  readonly orgId: string
  readonly log: LogLine[]
  /** Records of refused requests, as the main thread gets them. */
  readonly refused: RefusedRecord[]
  readonly pepper: string
  /** The lease manager, where the workers get units of quotas from. */
  readonly leaseManager: LeaseManager
  readonly folder: string
  call(path: string, options?: CallOptions): Promise<Reply>
  /** The first log line that fits; waits for it, since workers send theirs in batches. */
  logged(fits: (line: LogLine) => boolean): Promise<LogLine>
  addApi(definition: ApiDefinition, orgId?: string): Promise<ApiRecord>
  changeApi(record: ApiRecord, change: Partial<ApiDefinition>): Promise<ApiRecord>
  removeApi(record: ApiRecord): Promise<void>
  /** The secret of a new key with that session. */
  addKey(session: Session, secret?: string): Promise<{ readonly secret: string; readonly record: KeyRecord }>
  changeKey(record: KeyRecord, session: Session): Promise<void>
  removeKey(record: KeyRecord): Promise<void>
  addPolicy(policy: Policy): Promise<PolicyRecord>
  changePolicy(record: PolicyRecord, change: Partial<Policy>): Promise<void>
  /** Puts a certificate into the store, with its key or without. */
  addCertificate(pem: string, key?: string): Promise<CertificateRecord>
  removeCertificate(record: CertificateRecord): Promise<void>
  close(): Promise<void>
}

const ACTOR = { kind: 'system', id: 'test' } as const
const PEPPER = randomBytes(32).toString('hex')

/** For worker pools whose requests are held to no quota. */
export const noLeases: Leases = { more: async () => 'unavailable', ahead() {} }

/** Times of a lease manager in tests. */
export const testLeaseTimes = { idleMs: 10_000, heartbeatMs: 10_000, retryMs: 1_000, maxLeases: 10_000 }

/** Starts storage and gateway. */
export async function startGate(
  options: { workers?: number; settings?: Partial<GatewaySettings>; controlSocket?: string } = {},
): Promise<TestGate> {
  const folder = await mkdtemp(join(tmpdir(), 'tollgate-gateway-'))
  const databaseSource = { kind: 'sqlite', file: join(folder, 'records.db') } as const
  const storage = await openStorage(databaseSource)
  const orgId = objectId()
  await addOrganisation(storage, orgId)
  const log: LogLine[] = []
  const refused: RefusedRecord[] = []
  const counterTable = createCounterTable({ cells: 65_536 })
  const leaseManager = openLeaseManager({
    ledger: storage.quotaLedger({ node: 'gate', life: hex32() }),
    cells: openCounters(counterTable, 0),
    times: testLeaseTimes,
    log: (line) => log.push(line),
    now: Date.now,
  })
  const gateway = await startGateway({
    workers: options.workers ?? 1,
    host: '127.0.0.1',
    port: 0,
    counterTable,
    leases: leaseManager,
    databaseSource,
    pepper: PEPPER,
    controlSocket: options.controlSocket ?? join(folder, 'control.sock'),
    apis: [],
    policies: [],
    revision: 0,
    settings: { ...testSettings, ...options.settings },
    log: (line) => log.push(line),
    onRefused: (records) => refused.push(...records),
  })
  storage.subscribe((changes) => gateway.apply(changes))
  const agent = new Agent({ keepAlive: true, maxSockets: 16 })
  const records = recordsOf(storage, orgId)
  return {
    gateway,
    storage,
    orgId,
    log,
    refused,
    pepper: PEPPER,
    leaseManager,
    folder,
    ...records,
    async logged(fits) {
      for (;;) {
        const line = log.find(fits)
        if (line !== undefined) return line
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
    },
    call: (path, call) => callPort(gateway.port, path, call, agent),
    async close() {
      agent.destroy()
      await gateway.close(1_000)
      await leaseManager.close()
      await storage.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Organisations that own nothing yet. */
export async function addOrganisation(storage: Storage, id: string): Promise<void> {
  const organisation = { id, organisation: { id, owner_name: id }, createdAt: new Date().toISOString() }
  await storage.write(ACTOR, ({ organisations }) => organisations.insert(organisation))
}

/** One request; `host` may be set like any header. */
export function callPort(
  port: number,
  path: string,
  { method = 'GET', headers = {}, body }: CallOptions = {},
  agent?: Agent,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port, path, method, headers, ...(agent && { agent }) })
    outgoing.on('error', reject)
    outgoing.on('response', (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const received: Record<string, string> = {}
        for (const [name, value] of Object.entries(response.headers)) received[name] = String(value)
        resolve({
          status: response.statusCode ?? 0,
          headers: received,
          body: Buffer.concat(chunks).toString(),
        })
      })
    })
    outgoing.end(body)
  })
}

function recordsOf(storage: Storage, orgId: string) {
  const at = () => new Date().toISOString()
  return {
    async addApi(definition: ApiDefinition, owner = orgId): Promise<ApiRecord> {
      const id = objectId()
      const apiId = definition.api_id ?? hex32()
      const record: ApiRecord = {
        id,
        apiId,
        orgId: owner,
        definition: withApiDefaults(definition, { apiId, id, orgId: owner }),
        wrapper: {},
        createdAt: at(),
        updatedAt: at(),
      }
      await storage.write(ACTOR, ({ apis }) => apis.insert(record))
      return record
    },
    async changeApi(record: ApiRecord, change: Partial<ApiDefinition>): Promise<ApiRecord> {
      const changed: ApiRecord = { ...record, definition: { ...record.definition, ...change } }
      await storage.write(ACTOR, ({ apis }) => apis.update(changed))
      return changed
    },
    removeApi: (record: ApiRecord) => storage.write(ACTOR, ({ apis }) => apis.remove(record)),
    async addKey(session: Session, secret = orgId + hex32()) {
      const record: KeyRecord = {
        id: hex32(),
        orgId,
        session: { ...session, org_id: orgId },
        username: '',
        createdAt: at(),
        updatedAt: at(),
      }
      await storage.write(ACTOR, ({ keys }) => keys.insert(record, [secretHash(PEPPER, secret)]))
      return { secret, record }
    },
    changeKey: (record: KeyRecord, session: Session) =>
      storage.write(ACTOR, ({ keys }) => keys.update({ ...record, session: { ...session, org_id: orgId } })),
    removeKey: (record: KeyRecord) => storage.write(ACTOR, ({ keys }) => keys.remove(record)),
    async addPolicy(policy: Policy): Promise<PolicyRecord> {
      const id = objectId()
      const record: PolicyRecord = {
        id,
        explicitId: policy.id ?? '',
        orgId,
        policy: { ...policy, _id: id, org_id: orgId },
        createdAt: at(),
        updatedAt: at(),
      }
      await storage.write(ACTOR, ({ policies }) => policies.insert(record))
      return record
    },
    async addCertificate(pem: string, key = '') {
      const fingerprint = new X509Certificate(pem).fingerprint256.replaceAll(':', '').toLowerCase()
      const keySealed = key === '' ? '' : seal(PEPPER, key)
      const record = { id: orgId + fingerprint, orgId, pem, keySealed, createdAt: at() }
      await storage.write(ACTOR, ({ certificates }) => certificates.insert(record))
      return record
    },
    removeCertificate: (record: CertificateRecord) =>
      storage.write(ACTOR, ({ certificates }) => certificates.remove(record)),
    changePolicy: (record: PolicyRecord, change: Partial<Policy>) =>
      storage.write(ACTOR, ({ policies }) =>
        policies.update({ ...record, policy: { ...record.policy, ...change } }),
      ),
  }
}
