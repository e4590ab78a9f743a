/**
 * A histogram of latencies with two buckets per doubling, from a quarter of a millisecond to 12 s: a quantile read from
 * it is off by less than half of its value, as a rule by less than a tenth.
 */

/** Buckets of a histogram. The first begins at 0, the last has no end. */
export const BUCKETS = 32

/** The bucket of a latency, milliseconds. */
export function bucketOf(ms: number): number {
  // In quarters of a millisecond, so that whole numbers tell the doublings apart.
  const quarters = (ms < 250_000 ? ms * 4 : 1_000_000) | 0
  if (quarters <= 1) return quarters < 0 ? 0 : quarters
  const doubling = 31 - Math.clz32(quarters)
  const bucket = 2 * doubling + ((quarters >> (doubling - 1)) & 1)
  return bucket < BUCKETS ? bucket : BUCKETS - 1
}

/** Where a bucket begins, milliseconds. */
export function bucketStart(bucket: number): number {
  if (bucket < 2) return bucket * 0.25
  return 0.25 * 2 ** (bucket >> 1) * (1 + (bucket & 1) / 2)
}

/**
 * The latency below which the share `q` of a histogram lies, milliseconds; null for an empty histogram.
 * @param counts of each bucket, from `offset` on
 */
export function quantile(counts: ArrayLike<number>, offset: number, q: number): number | null {
  let total = 0
  for (let bucket = 0; bucket < BUCKETS; bucket++) total += counts[offset + bucket] ?? 0
  if (total === 0) return null
  let rest = q * total
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    const count = counts[offset + bucket] ?? 0
    if (count > 0 && rest <= count) {
      const start = bucketStart(bucket)
      // Nothing is known of where in the last bucket they lie.
      const end = bucket === BUCKETS - 1 ? start : bucketStart(bucket + 1)
      return start + (end - start) * (rest / count)
    }
    rest -= count
  }
  return bucketStart(BUCKETS - 1)
}
