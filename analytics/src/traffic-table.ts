import { BUCKETS } from './latency-buckets.ts'

/**
 * Traffic as the workers count it: in shared memory, one region per worker, in which only that worker writes, so that
 * counting is a handful of additions. A region has slots, one per API; each holds numbers that only ever grow. The main
 * thread reads them once a second and keeps what was added. There is no message per request, and no clock is read.
 *
 * Numbers are doubles: a 64-bit machine reads and writes each at once.
 */

/** APIs that a worker counts apart; further ones are counted together. */
export const MAX_SLOTS = 4096
/** Requests for which no API was found: they reach no organisation. */
export const NO_API_SLOT = 0
/** Requests to APIs beyond `MAX_SLOTS`, or whose ids do not fit the directory. */
export const OTHER_SLOT = 1
/** The first slot that has a line in the directory. */
export const FIRST_API_SLOT = 2

/** Fields of a slot, and of a row of history: first counts, then the histogram, then sums. */
export const FIELD = {
  requests: 0,
  s2xx: 1,
  s3xx: 2,
  s4xx: 3,
  s5xx: 4,
  /** Neither: given up by the client before there was a status, or 1xx (a tunnel). */
  other: 5,
  refusedAuth: 6,
  refusedRate: 7,
  refusedQuota: 8,
  refusedOther: 9,
  upstreamErrors: 10,
  /** Requests that an upstream answered: what `upstreamMs` is the sum over. */
  upstreamAnswers: 11,
  histogram: 12,
  latencyMs: 12 + BUCKETS,
  upstreamMs: 13 + BUCKETS,
  bytesIn: 14 + BUCKETS,
  bytesOut: 15 + BUCKETS,
} as const
/** Fields that are counts, histogram included. */
export const COUNTS = 12 + BUCKETS
/** Fields that are sums. */
export const SUMS = 4
export const FIELDS = COUNTS + SUMS

/** Longest id of an API and of an organisation in the directory, bytes. */
export const MAX_API_ID = 64
export const MAX_ORG_ID = 30
/** A line of the directory: two lengths, two ids. */
export const DIRECTORY_LINE = 2 + MAX_API_ID + MAX_ORG_ID

const HEADER_BYTES = 8
const COUNTER_BYTES = MAX_SLOTS * FIELDS * Float64Array.BYTES_PER_ELEMENT
const DIRECTORY_BYTES = MAX_SLOTS * DIRECTORY_LINE
const REGION_BYTES = HEADER_BYTES + COUNTER_BYTES + DIRECTORY_BYTES

/** The region of one worker. */
export type Region = {
  /** One word: how many lines of the directory are written. */
  readonly header: Int32Array
  readonly counters: Float64Array
  readonly directory: Uint8Array
}

/** Shared memory for so many workers; pages that no API uses cost nothing. */
export function createTrafficTable(workers: number): SharedArrayBuffer {
  return new SharedArrayBuffer(workers * REGION_BYTES)
}

/** Workers that a table has room for. */
export function workersOf(table: SharedArrayBuffer): number {
  return Math.floor(table.byteLength / REGION_BYTES)
}

/** @param worker counts from 1 */
export function regionOf(table: SharedArrayBuffer, worker: number): Region {
  const start = (worker - 1) * REGION_BYTES
  return {
    header: new Int32Array(table, start, HEADER_BYTES / 4),
    counters: new Float64Array(table, start + HEADER_BYTES, MAX_SLOTS * FIELDS),
    directory: new Uint8Array(table, start + HEADER_BYTES + COUNTER_BYTES, DIRECTORY_BYTES),
  }
}

/** An API that has a slot. */
export type Listed = { readonly apiId: string; readonly orgId: string }

/** Slots that have a line in the directory. */
export function listedSlots({ header }: Region): number {
  return Atomics.load(header, 0)
}

/** What a line of the directory says. */
export function readLine({ directory }: Region, slot: number): Listed {
  const start = slot * DIRECTORY_LINE
  const text = (from: number, length: number) =>
    String.fromCharCode(...directory.subarray(start + from, start + from + length))
  return {
    apiId: text(2, directory[start] ?? 0),
    orgId: text(2 + MAX_API_ID, directory[start + 1] ?? 0),
  }
}

/** Whether both ids fit a line: they are ASCII and short, as all that the product makes or accepts are. */
export function fitsLine({ apiId, orgId }: Listed): boolean {
  return (
    apiId.length <= MAX_API_ID &&
    orgId.length <= MAX_ORG_ID &&
    /^[\x21-\x7e]+$/.test(apiId) &&
    /^[\x21-\x7e]*$/.test(orgId)
  )
}

/** Writes the next line and publishes it; the slot, or OTHER_SLOT when there is none left. */
export function appendLine(region: Region, listed: Listed): number {
  const written = listedSlots(region)
  const slot = FIRST_API_SLOT + written
  if (slot >= MAX_SLOTS || !fitsLine(listed)) return OTHER_SLOT
  const { directory, header } = region
  const start = slot * DIRECTORY_LINE
  directory[start] = listed.apiId.length
  directory[start + 1] = listed.orgId.length
  for (let i = 0; i < listed.apiId.length; i++) directory[start + 2 + i] = listed.apiId.charCodeAt(i)
  for (let i = 0; i < listed.orgId.length; i++)
    directory[start + 2 + MAX_API_ID + i] = listed.orgId.charCodeAt(i)
  Atomics.store(header, 0, written + 1)
  return slot
}
