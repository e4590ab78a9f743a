import type { IdleResult } from './sections/idle.ts'
import type { LatencyResult } from './sections/latency.ts'
import type { PlainResult } from './sections/plain.ts'
import type { ScalingResult } from './sections/scaling.ts'
import type { WorkloadResult } from './sections/workloads.ts'

/** Everything that a run has measured. */
export type Results = {
  readonly plain: PlainResult
  readonly latency: LatencyResult
  readonly workloads: readonly WorkloadResult[]
  readonly idle: readonly IdleResult[]
  readonly scaling: ScalingResult
  readonly minutes: number
  /** Of the usual time. */
  readonly share: number
}
