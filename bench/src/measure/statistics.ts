/** A source of numbers in [0, 1) that a seed repeats (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** The same values in an order of chance. */
export function shuffled<T>(values: readonly T[], random: () => number): T[] {
  return values
    .map((value) => ({ value, place: random() }))
    .sort((one, other) => one.place - other.place)
    .map(({ value }) => value)
}

/** The middle value; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other)
  const middle = sorted.length / 2
  const upper = sorted[Math.floor(middle)] ?? Number.NaN
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? Number.NaN) + upper) / 2 : upper
}

/** A median with the bounds between which 95 % of its bootstrap samples lie. */
export type Estimate = {
  readonly median: number
  readonly low: number
  readonly high: number
  readonly count: number
}

const resamples = 2_000

/** The median of the values and its 95 % interval, by drawing as many again with replacement. */
export function estimate(values: readonly number[], random: () => number): Estimate {
  const medians: number[] = []
  for (let sample = 0; sample < resamples; sample++) {
    medians.push(median(values.map(() => values[Math.floor(random() * values.length)] ?? Number.NaN)))
  }
  medians.sort((one, other) => one - other)
  return {
    median: median(values),
    low: medians[Math.floor(resamples * 0.025)] ?? Number.NaN,
    high: medians[Math.floor(resamples * 0.975)] ?? Number.NaN,
    count: values.length,
  }
}
