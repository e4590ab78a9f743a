import type { KeyUses } from '@tollgate/analytics/key-uses'
import type { RefusedRecord } from '@tollgate/analytics/request-record'
import type { LeaseOutcome } from '@tollgate/limits/leases'
import type { ApiEvent } from '@tollgate/model/definition/api-events'
import type { Limit } from '@tollgate/model/limits/counters'
import type { Change } from '@tollgate/storage/changes/changes'
import type { ApiRecord } from '@tollgate/storage/records/apis'
import type { CertificateRecord } from '@tollgate/storage/records/certificates'
import type { OrganisationSessionRecord } from '@tollgate/storage/records/organisation-sessions'
import type { PolicyRecord } from '@tollgate/storage/records/policies'
import type { GatewaySettings, TlsSettings } from './settings.ts'

/** What a worker is started with; everything in it survives a structured clone. */
export type WorkerSetup = {
  /** 1 and up: 0 is the main thread, as far as the counter table is concerned. */
  readonly worker: number
  readonly host: string
  readonly port: number
  /** Whether several workers listen on the port; false where the system cannot share one. */
  readonly reusePort: boolean
  /** The counters that all workers and the main thread share. */
  readonly counterTable: SharedArrayBuffer
  /** Where the workers count their requests (analytics/); undefined = they do not. */
  readonly trafficTable?: SharedArrayBuffer | undefined
  /** Where keys are looked up: the path of an SQLite file, or a postgres:// URL. */
  readonly databaseSource:
    | { readonly kind: 'sqlite'; readonly file: string }
    | { readonly kind: 'postgres'; readonly url: string }
  readonly pepper: string
  /** Unix socket (or loopback port) of the control API in the main thread. */
  readonly controlSocket: string
  readonly apis: readonly ApiRecord[]
  readonly policies: readonly PolicyRecord[]
  readonly certificates?: readonly CertificateRecord[]
  /** Limits of organisations as a whole. */
  readonly organisationSessions?: readonly OrganisationSessionRecord[]
  readonly revision: number
  readonly settings: GatewaySettings
  /** Under which TLS sessions are resumed; the same in all workers. */
  readonly ticketKeys: Uint8Array
}

/** A line for the log: plain data that survives a structured clone. */
export type LogLine = Readonly<Record<string, unknown>>

/** Wishes of a worker for units of quotas, on their way to the main thread. `id` 0: nobody waits. */
export type LeaseWish = { readonly id: number; readonly limit: Limit; readonly cost: number }
/** What became of the wish of that id. */
export type LeaseAnswer = { readonly id: number; readonly outcome: LeaseOutcome }

/** What the main thread tells a worker. */
export type ToWorker =
  | { readonly kind: 'apply'; readonly id: number; readonly changes: readonly Change[] }
  | { readonly kind: 'certificates'; readonly id: number; readonly tls: TlsSettings }
  | { readonly kind: 'leased'; readonly answers: readonly LeaseAnswer[] }
  | { readonly kind: 'close'; readonly graceMs: number }

/** What a worker tells the main thread. */
export type FromWorker =
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'not-listening'; readonly code: string; readonly message: string }
  | { readonly kind: 'applied'; readonly id: number }
  | { readonly kind: 'events'; readonly events: readonly ApiEvent[]; readonly dropped: number }
  | { readonly kind: 'lease'; readonly wishes: readonly LeaseWish[] }
  | { readonly kind: 'log'; readonly lines: readonly LogLine[]; readonly dropped: number }
  /** Requests that were refused or failed. */
  | { readonly kind: 'refused'; readonly records: readonly RefusedRecord[]; readonly dropped: number }
  /** Keys that were recognised since the last time, and when. */
  | { readonly kind: 'key-uses'; readonly uses: KeyUses }
