/**
 * The clock by which a node counts. It looks like Unix time, but goes on steadily whatever is done to the clock of the
 * machine: no window ends earlier or later because somebody set the time. What is shown is translated to the wall clock.
 * The time in which the whole machine sleeps does not count.
 *
 * All threads agree on it: `createCounterTable` sets where it began, in the table's header, and all read the system's
 * monotonic clock.
 */

/** What counters ask of a clock. */
export interface CountingClock {
  /**
   * The time to count a request by, at whose start the wall clock showed `wallMs`: its start, or now when the two do not
   * fit together. Whole milliseconds. Allocates nothing.
   */
  nowMs(wallMs: number): number
  /** By how much the wall clock is ahead; the same in all threads. */
  readonly aheadMs: number
}

/** Places in the table's clock. */
const ORIGIN = 0
const AHEAD = 1

/** What of the clock stands in shared memory, in floats. */
export const CLOCK_FLOATS = 2

/**
 * A request counts by its start as long as that is no longer ago. What is off by more is a request that had to wait, or
 * a wall clock that was set; one that is set by less makes a window longer or shorter by no more than this.
 */
export const SLACK_MS = 100

/** Readings of two clocks at once are taken so often, and the closest one counts: the thread may be paused in between. */
const READINGS = 8

const NANOSECONDS = 1_000_000n

/** Begins the clock of a table: it shows what the wall clock shows now. */
export function beginClock(shared: Float64Array<SharedArrayBuffer>): void {
  // A millisecond ahead, so that no request has started later than now because of rounding.
  shared[ORIGIN] = Date.now() + 1 - monotonicMs()
  shared[AHEAD] = 0
}

/** The clocks of the machine; a test sets its own. */
export type Clocks = {
  /** Milliseconds since any moment, steadily. */
  readonly steady: () => number
  /** What has to be added to `steady` for the monotonic clock that all threads share, milliseconds. */
  readonly behindMs: number
  /** Milliseconds since 1970. */
  readonly wall: () => number
}

/** The clock of a table, as this thread reads it. */
export function steadyClock(
  shared: Float64Array<SharedArrayBuffer>,
  clocks: Clocks = machineClocks(),
): CountingClock {
  return new SteadyClock(shared, clocks)
}

class SteadyClock implements CountingClock {
  readonly #shared: Float64Array<SharedArrayBuffer>
  readonly #steady: () => number
  readonly #wall: () => number
  readonly #originMs: number

  constructor(shared: Float64Array<SharedArrayBuffer>, { steady, behindMs, wall }: Clocks) {
    this.#shared = shared
    this.#steady = steady
    this.#wall = wall
    this.#originMs = (shared[ORIGIN] ?? 0) + behindMs
  }

  get aheadMs(): number {
    return this.#shared[AHEAD] ?? 0
  }

  nowMs(wallMs: number): number {
    const nowMs = Math.floor(this.#originMs + this.#steady())
    const startMs = wallMs - this.aheadMs
    if (startMs <= nowMs && nowMs - startMs <= SLACK_MS) return startMs
    if (Math.abs(nowMs - startMs) > SLACK_MS) this.#lookAtWall(nowMs)
    return nowMs
  }

  /** The time that was given may just be old: its request had to wait. */
  #lookAtWall(nowMs: number): void {
    const aheadMs = this.#wall() - nowMs
    if (Math.abs(aheadMs - this.aheadMs) > SLACK_MS) this.#shared[AHEAD] = aheadMs
  }
}

/** Counts by the time that each call is given. */
export const CALLERS_CLOCK: CountingClock = { nowMs: (wallMs) => wallMs, aheadMs: 0 }

/** `performance.now()` is cheap, but begins with each thread; the system's monotonic clock is one for all. */
function machineClocks(): Clocks {
  let behindMs = 0
  let closest = Number.POSITIVE_INFINITY
  for (let reading = 0; reading < READINGS; reading++) {
    const before = monotonicMs()
    const own = performance.now()
    const after = monotonicMs()
    if (after - before >= closest) continue
    closest = after - before
    behindMs = (before + after) / 2 - own
  }
  return { steady: () => performance.now(), behindMs, wall: Date.now }
}

function monotonicMs(): number {
  const nanoseconds = process.hrtime.bigint()
  return Number(nanoseconds / NANOSECONDS) + Number(nanoseconds % NANOSECONDS) / 1e6
}
