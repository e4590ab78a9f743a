import { type RefusalCode, refusals } from '@tollgate/model/judge/refusals'
import { bucketOf } from './latency-buckets.ts'
import type { RequestRecord } from './request-record.ts'
import {
  appendLine,
  FIELD,
  FIELDS,
  FIRST_API_SLOT,
  listedSlots,
  MAX_SLOTS,
  NO_API_SLOT,
  OTHER_SLOT,
  readLine,
  regionOf,
} from './traffic-table.ts'

/** The part of a record that tells how a request ended; the engine's `FinishResult` is one, so none is made to be counted. */
export type Ending = Pick<RequestRecord, 'status' | 'bytesIn' | 'bytesOut' | 'upstreamMs'>

/** Counts the requests of one worker. */
export interface TrafficRecorder {
  /**
   * @param apiId undefined when no API was found
   * @param code of the gate's own answer
   * @param ms from the head to the last byte of the answer
   */
  record(
    apiId: string | undefined,
    orgId: string,
    code: RefusalCode | undefined,
    ms: number,
    ending: Ending,
  ): void
}

const REFUSED_FIELD = {
  auth: FIELD.refusedAuth,
  rate: FIELD.refusedRate,
  quota: FIELD.refusedQuota,
  upstream: FIELD.upstreamErrors,
  other: FIELD.refusedOther,
} as const

/** Field of a status class; 0 and 1xx are `other`. */
const STATUS_FIELD = [FIELD.other, FIELD.other, FIELD.s2xx, FIELD.s3xx, FIELD.s4xx, FIELD.s5xx] as const

/** @param worker counts from 1; one that takes another's place goes on with its slots */
export function trafficRecorder(table: SharedArrayBuffer, worker: number): TrafficRecorder {
  const region = regionOf(table, worker)
  const { counters } = region
  const slots = new Map<string, number>()
  for (let line = 0; line < listedSlots(region); line++) {
    slots.set(readLine(region, FIRST_API_SLOT + line).apiId, FIRST_API_SLOT + line)
  }

  function newSlot(apiId: string, orgId: string): number {
    const slot = appendLine(region, { apiId, orgId })
    // Bounded: ids beyond the slots are not remembered.
    if (slot !== OTHER_SLOT && slots.size < MAX_SLOTS) slots.set(apiId, slot)
    return slot
  }

  function add(index: number, amount: number): void {
    counters[index] = (counters[index] ?? 0) + amount
  }

  return {
    record(apiId, orgId, code, ms, { status, bytesIn, bytesOut, upstreamMs }) {
      const slot = apiId === undefined ? NO_API_SLOT : (slots.get(apiId) ?? newSlot(apiId, orgId))
      const at = slot * FIELDS
      add(at + (STATUS_FIELD[(status / 100) | 0] ?? FIELD.other), 1)
      if (code !== undefined) add(at + REFUSED_FIELD[refusals[code].counted], 1)
      add(at + FIELD.histogram + bucketOf(ms), 1)
      add(at + FIELD.latencyMs, ms)
      if (upstreamMs >= 0) {
        add(at + FIELD.upstreamAnswers, 1)
        add(at + FIELD.upstreamMs, upstreamMs)
      }
      add(at + FIELD.bytesIn, bytesIn)
      add(at + FIELD.bytesOut, bytesOut)
      // Last: whoever sees it grow may read the rest.
      add(at + FIELD.requests, 1)
    },
  }
}
