import { quantile } from '@tollgate/analytics/latency-buckets'
import { FIELD } from '@tollgate/analytics/traffic-table'
import { z } from 'zod'

/** What happened in a stretch of time. */
export const TrafficNumbers = {
  requests: z.int(),
  s2xx: z.int(),
  s3xx: z.int(),
  s4xx: z.int(),
  s5xx: z.int(),
  /** Given up by the client before there was a status, and tunnels. */
  other: z.int(),
  refused: z.object({ auth: z.int(), rate: z.int(), quota: z.int(), other: z.int() }),
  upstream_errors: z.int(),
  bytes_in: z.number(),
  bytes_out: z.number(),
  /** From the head of the request to the last byte of the answer; null without requests. */
  mean_ms: z.number().nullable(),
  p50_ms: z.number().nullable(),
  p95_ms: z.number().nullable(),
}
type TrafficNumbers = z.output<z.ZodObject<typeof TrafficNumbers>>

/** The numbers of a row of history. */
export function trafficNumbers(row: Float64Array): TrafficNumbers {
  const requests = field(row, 'requests')
  return {
    requests,
    s2xx: field(row, 's2xx'),
    s3xx: field(row, 's3xx'),
    s4xx: field(row, 's4xx'),
    s5xx: field(row, 's5xx'),
    other: field(row, 'other'),
    refused: {
      auth: field(row, 'refusedAuth'),
      rate: field(row, 'refusedRate'),
      quota: field(row, 'refusedQuota'),
      other: field(row, 'refusedOther'),
    },
    upstream_errors: field(row, 'upstreamErrors'),
    bytes_in: field(row, 'bytesIn'),
    bytes_out: field(row, 'bytesOut'),
    mean_ms: requests === 0 ? null : rounded(field(row, 'latencyMs') / requests),
    p50_ms: rounded(quantile(row, FIELD.histogram, 0.5)),
    p95_ms: rounded(quantile(row, FIELD.histogram, 0.95)),
  }
}

/** The 99th percentile of a row of history, milliseconds. */
export function p99Of(row: Float64Array): number | null {
  return rounded(quantile(row, FIELD.histogram, 0.99))
}

/** The share of requests, four digits; 0 of none. */
export function shareOf(part: number, requests: number): number {
  return requests === 0 ? 0 : Math.round((part / requests) * 10_000) / 10_000
}

function field(row: Float64Array, name: keyof typeof FIELD): number {
  return row[FIELD[name]] ?? 0
}

function rounded(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms * 100) / 100
}
