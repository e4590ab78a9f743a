import { Worker } from 'node:worker_threads'
import type { KeyUses } from '@tollgate/analytics/key-uses'
import type { RefusedRecord } from '@tollgate/analytics/request-record'
import { releaseLocks } from '@tollgate/limits/counter-table'
import type { Leases } from '@tollgate/limits/leases'
import type { ApiEvent } from '@tollgate/model/definition/api-events'
import type { Change } from '@tollgate/storage/changes/changes'
import type { ApiRecord } from '@tollgate/storage/records/apis'
import type { CertificateRecord } from '@tollgate/storage/records/certificates'
import type { OrganisationSessionRecord } from '@tollgate/storage/records/organisation-sessions'
import type { PolicyRecord } from '@tollgate/storage/records/policies'
import type { TlsSettings } from '../settings.ts'
import type {
  FromWorker,
  LeaseAnswer,
  LeaseWish,
  LogLine,
  ToWorker,
  WorkerSetup,
} from '../worker-protocol.ts'

/** What the worker pool is started with; `port` is that of the first worker to listen when it is 0. */
export type WorkerPoolOptions = Omit<WorkerSetup, 'worker'> & {
  readonly workers: number
  readonly log: (line: LogLine) => void
  /** Where units of quotas come from. */
  readonly leases: Leases
  /** Gets, about once a second, which keys a worker recognised. */
  readonly keysUsed?: (uses: KeyUses) => void
  readonly onRefused?: (records: readonly RefusedRecord[], dropped: number) => void
  readonly onEvents?: (events: readonly ApiEvent[], dropped: number) => void
}

/** Young generation of a worker's heap, megabytes: what one request leaves behind dies here, not in the old generation. */
const YOUNG_GENERATION_MB = 64

/** A dead worker is replaced after this pause, doubled with each death in a row up to the longest. */
const SHORTEST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 5_000

/** A worker that lived so long died of something new: the pause starts over. */
const HEALTHY_AFTER_MS = 10_000

/**
 * A worker that has not put a change in force by then hangs: it is ended, so that it can neither hold up every write nor
 * judge by what was true before. One that is still starting is given the same time.
 */
const ACKNOWLEDGE_MS = 5_000

/** Time on top of the grace for a worker to end by itself, milliseconds. */
const END_LEEWAY_MS = 1_000

/** One place in the pool; its thread may be replaced. */
type WorkerSlot = {
  readonly worker: number
  thread: Worker | undefined
  startedAt: number
  consecutiveCrashes: number
  replacement: NodeJS.Timeout | undefined
  /** Messages that the thread has not acknowledged yet. */
  readonly unacknowledged: Map<number, () => void>
}

/** The worker threads of the data plane: starts them, hands them changes, replaces the dead. */
export class WorkerPool {
  readonly #options: WorkerPoolOptions
  readonly #apis: Map<string, ApiRecord>
  readonly #policies: Map<string, PolicyRecord>
  readonly #certificates: Map<string, CertificateRecord>
  readonly #organisationSessions: Map<string, OrganisationSessionRecord>
  readonly #slots: WorkerSlot[] = []
  #port: number
  #revision: number
  #lastMessage = 0
  #tls: TlsSettings | undefined
  #closing = false

  constructor(options: WorkerPoolOptions) {
    this.#options = options
    this.#port = options.port
    this.#revision = options.revision
    this.#tls = options.settings.tls
    this.#apis = new Map(options.apis.map((record) => [record.id, record]))
    this.#policies = new Map(options.policies.map((record) => [record.id, record]))
    this.#certificates = new Map((options.certificates ?? []).map((record) => [record.id, record]))
    const sessions = options.organisationSessions ?? []
    this.#organisationSessions = new Map(sessions.map((record) => [record.orgId, record]))
  }

  get port(): number {
    return this.#port
  }

  /** Resolves when all workers listen; rejects with the first one's reason (`code` as of the system) if it cannot. */
  async start(): Promise<void> {
    for (let worker = 1; worker <= this.#options.workers; worker++) {
      const slot: WorkerSlot = {
        worker,
        thread: undefined,
        startedAt: 0,
        consecutiveCrashes: 0,
        replacement: undefined,
        unacknowledged: new Map(),
      }
      this.#slots.push(slot)
    }
    try {
      const [first, ...others] = this.#slots
      // The first one decides the port when any will do.
      if (first !== undefined) this.#port = await this.#startThread(first)
      await Promise.all(others.map((slot) => this.#startThread(slot)))
    } catch (error) {
      await this.close(0)
      throw error
    }
  }

  /** Resolves when every living worker enforces the changes; one that dies meanwhile does not block, one that hangs is ended. */
  async apply(changes: readonly Change[]): Promise<void> {
    for (const change of changes) this.#record(change)
    await this.#tellAll((id) => ({ kind: 'apply', id, changes }))
  }

  /** Resolves when every living worker uses the certificates; those that start later begin with them. */
  async replaceCertificates(tls: TlsSettings): Promise<void> {
    this.#tls = tls
    await this.#tellAll((id) => ({ kind: 'certificates', id, tls }))
  }

  async #tellAll(message: (id: number) => ToWorker): Promise<void> {
    const id = ++this.#lastMessage
    const deadline = setTimeout(() => this.#endHanging(id), ACKNOWLEDGE_MS)
    const acknowledged = this.#slots.flatMap((slot) => {
      const thread = slot.thread
      if (thread === undefined) return []
      const { promise, resolve } = Promise.withResolvers<void>()
      slot.unacknowledged.set(id, resolve)
      tell(thread, message(id))
      return [promise]
    })
    await Promise.all(acknowledged)
    clearTimeout(deadline)
  }

  /** Ends the threads that have not acknowledged a change; their end settles it. */
  #endHanging(id: number): void {
    for (const slot of this.#slots) {
      if (!slot.unacknowledged.has(id)) continue
      this.#options.log({ level: 'error', msg: 'gateway worker hangs, it is ended', worker: slot.worker })
      void slot.thread?.terminate()
    }
  }

  async close(graceMs: number): Promise<void> {
    this.#closing = true
    await Promise.all(
      this.#slots.map(async (slot) => {
        clearTimeout(slot.replacement)
        const thread = slot.thread
        if (thread === undefined) return
        const ended = new Promise<void>((resolve) => thread.once('exit', () => resolve()))
        tell(thread, { kind: 'close', graceMs })
        const leeway = setTimeout(() => void thread.terminate(), graceMs + END_LEEWAY_MS)
        await ended
        clearTimeout(leeway)
      }),
    )
  }

  /** Ends a worker's thread at once, as a fault would; it is replaced. */
  async kill(worker: number): Promise<void> {
    await this.#slots.find((slot) => slot.worker === worker)?.thread?.terminate()
  }

  /** Workers whose thread is alive. */
  alive(): number {
    return this.#slots.filter((slot) => slot.thread !== undefined).length
  }

  /** What a replaced worker has to start from. */
  #record(change: Change): void {
    this.#revision = Math.max(this.#revision, change.revision)
    if (change.kind === 'api') {
      if (change.after === undefined) this.#apis.delete(change.id)
      else this.#apis.set(change.id, change.after)
    } else if (change.kind === 'policy') {
      if (change.after === undefined) this.#policies.delete(change.id)
      else this.#policies.set(change.id, change.after)
    } else if (change.kind === 'certificate') {
      if (change.after === undefined) this.#certificates.delete(change.id)
      else this.#certificates.set(change.id, change.after)
    } else if (change.kind === 'organisation-session') {
      if (change.after === undefined) this.#organisationSessions.delete(change.id)
      else this.#organisationSessions.set(change.id, change.after)
    }
  }

  /** Gives the slot a thread; resolves with the port when it listens. */
  #startThread(slot: WorkerSlot): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>()
    const thread = new Worker(new URL('../worker/worker.ts', import.meta.url), {
      workerData: this.#setup(slot.worker),
      execArgv: ['--disable-warning=ExperimentalWarning'],
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
      name: `gateway-${slot.worker}`,
    })
    slot.thread = thread
    slot.startedAt = performance.now()
    let fault: unknown
    thread.on('message', (message: FromWorker) => {
      if (message.kind === 'listening') resolve(message.port)
      else if (message.kind === 'not-listening')
        reject(Object.assign(new Error(message.message), { code: message.code }))
      else if (message.kind === 'lease') this.#lease(thread, message.wishes)
      else this.#onMessage(slot, message)
    })
    thread.on('error', (error) => {
      fault = error
    })
    thread.on('exit', (code) => {
      this.#onExit(slot, fault, code)
      reject(fault instanceof Error ? fault : new Error(`gateway worker ${slot.worker} ended with ${code}`))
    })
    return promise
  }

  #setup(worker: number): WorkerSetup {
    const {
      workers: _workers,
      log: _log,
      leases: _leases,
      keysUsed: _keysUsed,
      onRefused: _onRefused,
      onEvents: _onEvents,
      ...setup
    } = this.#options
    return {
      ...setup,
      settings: this.#tls === undefined ? setup.settings : { ...setup.settings, tls: this.#tls },
      worker,
      port: this.#port,
      apis: [...this.#apis.values()],
      policies: [...this.#policies.values()],
      certificates: [...this.#certificates.values()],
      organisationSessions: [...this.#organisationSessions.values()],
      revision: this.#revision,
    }
  }

  #onMessage(slot: WorkerSlot, message: FromWorker): void {
    if (message.kind === 'applied') {
      slot.unacknowledged.get(message.id)?.()
      slot.unacknowledged.delete(message.id)
    } else if (message.kind === 'key-uses') {
      this.#options.keysUsed?.(message.uses)
    } else if (message.kind === 'refused') {
      this.#options.onRefused?.(message.records, message.dropped)
    } else if (message.kind === 'events') {
      this.#options.onEvents?.(message.events, message.dropped)
    } else if (message.kind === 'log') {
      for (const line of message.lines) this.#options.log(line)
      if (message.dropped > 0) {
        this.#options.log({
          level: 'warn',
          msg: 'log lines dropped',
          worker: slot.worker,
          lines: message.dropped,
        })
      }
    }
  }

  /** Answers each wish as soon as it is known what became of it; those known together in one message. */
  #lease(thread: Worker, wishes: readonly LeaseWish[]): void {
    const answers: LeaseAnswer[] = []
    const { leases } = this.#options
    // To a thread that died meanwhile this says nothing: the units are in the cell, for whoever comes.
    const answerSoon = (answer: LeaseAnswer) => {
      if (answers.push(answer) === 1)
        setImmediate(() => tell(thread, { kind: 'leased', answers: answers.splice(0) }))
    }
    for (const { id, limit, cost } of wishes) {
      if (id === 0) leases.ahead(limit)
      else void leases.more(limit, cost).then((outcome) => answerSoon({ id, outcome }))
    }
  }

  #onExit(slot: WorkerSlot, fault: unknown, code: number): void {
    slot.thread = undefined
    releaseLocks(this.#options.counterTable, slot.worker)
    for (const resolve of slot.unacknowledged.values()) resolve()
    slot.unacknowledged.clear()
    if (this.#closing) return
    if (performance.now() - slot.startedAt >= HEALTHY_AFTER_MS) slot.consecutiveCrashes = 0
    const pauseMs = Math.min(LONGEST_PAUSE_MS, SHORTEST_PAUSE_MS * 2 ** slot.consecutiveCrashes)
    slot.consecutiveCrashes += 1
    this.#options.log({
      level: 'error',
      msg: 'gateway worker died, it is replaced',
      worker: slot.worker,
      error: fault instanceof Error ? (fault.stack ?? fault.message) : `exit code ${code}`,
      pauseMs,
    })
    slot.replacement = setTimeout(() => this.#replace(slot), pauseMs)
  }

  #replace(slot: WorkerSlot): void {
    this.#startThread(slot).then(
      () => this.#options.log({ level: 'info', msg: 'gateway worker replaced', worker: slot.worker }),
      (error: unknown) => {
        // It may live on without listening; then its end brings the next attempt. When it is dead already, that is under way.
        this.#options.log({
          level: 'error',
          msg: 'gateway worker does not listen',
          worker: slot.worker,
          error: String(error),
        })
        void slot.thread?.terminate()
      },
    )
  }
}

function tell(thread: Worker, message: ToWorker): void {
  thread.postMessage(message)
}
