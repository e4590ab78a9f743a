/** Buckets to each doubling: what is read from them is at most 3 % too high. */
const bucketsPerDoubling = 32
/** From 1 us to 2^27 us, over two minutes. */
const doublings = 27

/** Counts times in buckets that grow with the time, so that memory is bounded and the relative error is the same everywhere. */
export type Histogram = {
  add(micros: number): void
  /** The time below which a share of those counted lies, microseconds: the upper end of its bucket. */
  percentile(share: number): number
  readonly count: number
}

/** An empty histogram. */
export function createHistogram(): Histogram {
  const counts = new Float64Array(bucketsPerDoubling * doublings)
  let count = 0
  return {
    add(micros) {
      const bucket = Math.floor(Math.log2(Math.max(1, micros)) * bucketsPerDoubling)
      const place = Math.min(counts.length - 1, bucket)
      counts[place] = (counts[place] ?? 0) + 1
      count += 1
    },
    percentile(share) {
      let rest = share * count
      for (let bucket = 0; bucket < counts.length; bucket++) {
        rest -= counts[bucket] ?? 0
        if (rest <= 0) return 2 ** ((bucket + 1) / bucketsPerDoubling)
      }
      return Number.NaN
    },
    get count() {
      return count
    },
  }
}
