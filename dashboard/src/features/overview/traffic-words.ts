import type { TrafficPoint } from './queries.ts'

type Numbers = Omit<TrafficPoint, 't'>

/** What became of requests: every request is counted in one of these. */
export type Outcomes = {
  readonly answered: number
  readonly refused: number
  readonly clientErrors: number
  readonly serverErrors: number
  readonly other: number
}

/** Their names, in the order in which a chart piles them up. */
export const outcomeLabels: Readonly<Record<keyof Outcomes, string>> = {
  answered: 'Answered',
  refused: 'Refused by the gate',
  clientErrors: 'Client errors (4xx)',
  serverErrors: 'Server errors (5xx)',
  other: 'Given up by the client',
}

/**
 * Requests by what became of them. The gate answers its refusals with 4xx, as a rule: what is left of those came from
 * upstreams. A refusal of another status stays with the errors of that status.
 */
export function outcomesOf(numbers: Numbers): Outcomes {
  const refused = Math.min(refusedIn(numbers), numbers.s4xx)
  return {
    answered: numbers.s2xx + numbers.s3xx,
    refused,
    clientErrors: numbers.s4xx - refused,
    serverErrors: numbers.s5xx,
    other: numbers.other,
  }
}

/** How many requests the gate refused. */
export function refusedIn({ refused }: Numbers): number {
  return refused.auth + refused.rate + refused.quota + refused.other
}

/** Why requests were refused, the most frequent reason first; only reasons that there were. */
export function refusalReasons({ refused }: Numbers): readonly { reason: string; count: number }[] {
  return [
    { reason: 'No valid key, or no right', count: refused.auth },
    { reason: 'Rate limit', count: refused.rate },
    { reason: 'Quota used up', count: refused.quota },
    { reason: 'Another rule', count: refused.other },
  ]
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count)
}

/** A share as a percentage: "0 %", "0.04 %", "12 %". */
export function percent(share: number): string {
  const value = share * 100
  const digits = value === 0 || value >= 10 ? 0 : value >= 0.1 ? 1 : 2
  return `${value.toFixed(digits)} %`
}

/** A time span in milliseconds: "0.4 ms", "12 ms", "1.5 s"; a dash where there was no request. */
export function latency(ms: number | null): string {
  if (ms === null) return '–'
  if (ms >= 1000) return `${(ms / 1000).toFixed(1)} s`
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`
}

/** Requests each second: "0", "0.4", "12", "2,400". */
export function perSecond(value: number): string {
  if (value === 0) return '0'
  if (value < 10) return value < 0.1 ? '< 0.1' : value.toFixed(1)
  return Math.round(value).toLocaleString('en')
}

/** The time of day of a step; with seconds where steps are shorter than a minute. */
export function clock(unixSeconds: number, step: number): string {
  return new Date(unixSeconds * 1000).toLocaleTimeString('en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    ...(step < 60 && { second: '2-digit' }),
  })
}
