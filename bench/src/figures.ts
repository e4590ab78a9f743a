import type { Sample } from './measure/rounds.ts'
import type { Estimate } from './measure/statistics.ts'

/** Of two contenders in one round. */
export const cpuRatio = (sample: Sample, base: Sample) => sample.cpu / base.cpu
/** The same of requests a second. */
export const speedRatio = (sample: Sample, base: Sample) => sample.perSecond / base.perSecond

/** A number as it is printed. */
export const near = (value: number, digits: number) => (Number.isFinite(value) ? value.toFixed(digits) : '-')
/** An estimate as it is printed. */
export const ranged = ({ median, low, high }: Estimate, digits: number) =>
  `${near(median, digits)} (${near(low, digits)}-${near(high, digits)})`
