import type { Limit } from './counters.ts'

/** A limit as people say it: "60 requests each minute", "1,000 requests in 90 seconds", "5 requests in all". */
export function limitInWords({ max, windowMs }: Pick<Limit, 'max' | 'windowMs'>): string {
  const requests = `${grouped(max)} ${max === 1 ? 'request' : 'requests'}`
  if (windowMs === 0) return `${requests} in all`
  const whole = UNITS.find(({ ms }) => ms === windowMs)
  return whole ? `${requests} each ${whole.name}` : `${requests} in ${durationInWords(windowMs)}`
}

/** A time span in the largest unit that measures it without a rest: "2 hours", "90 seconds". */
export function durationInWords(ms: number): string {
  const unit = UNITS.find((candidate) => ms >= candidate.ms && ms % candidate.ms === 0)
  if (unit === undefined) return `${grouped(ms)} milliseconds`
  const count = ms / unit.ms
  return `${grouped(count)} ${count === 1 ? unit.name : `${unit.name}s`}`
}

const UNITS = [
  { name: 'week', ms: 604_800_000 },
  { name: 'day', ms: 86_400_000 },
  { name: 'hour', ms: 3_600_000 },
  { name: 'minute', ms: 60_000 },
  { name: 'second', ms: 1000 },
] as const

/** Digits in groups of three. */
function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',')
}
