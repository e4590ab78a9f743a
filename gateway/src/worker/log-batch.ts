/** A line for the log: plain data that survives a structured clone. */
export type LogLine = Readonly<Record<string, unknown>>

/** Lines that wait for the main thread; more are dropped and counted. */
export const MAX_WAITING_LINES = 2_000

/** A batch is sent at the latest after this time, milliseconds. */
const FLUSH_AFTER_MS = 50

/** Lines that make a batch full. */
const FULL_BATCH = 100

/** Lines per second that one worker may send; the rest is dropped and counted, so that a flood cannot fill the disk. */
const MAX_LINES_PER_SECOND = 2_000

/** Takes lines one by one. */
export interface LogBatch<T = LogLine> {
  add(line: T): void
  flush(): void
}

/** Collects log lines and hands them over in small batches. `send` also gets the number of lines dropped since. */
export function logBatch<T = LogLine>(send: (lines: readonly T[], dropped: number) => void): LogBatch<T> {
  let lines: T[] = []
  let dropped = 0
  let timer: NodeJS.Timeout | undefined
  let budget = MAX_LINES_PER_SECOND
  let budgetFrom = performance.now()

  function flush(): void {
    clearTimeout(timer)
    timer = undefined
    if (lines.length === 0 && dropped === 0) return
    const batch = lines
    const lost = dropped
    lines = []
    dropped = 0
    send(batch, lost)
  }

  return {
    flush,
    add(line) {
      const now = performance.now()
      if (now - budgetFrom >= 1_000) {
        budget = MAX_LINES_PER_SECOND
        budgetFrom = now
      }
      timer ??= setTimeout(flush, FLUSH_AFTER_MS)
      if (budget <= 0 || lines.length >= MAX_WAITING_LINES) {
        dropped += 1
        return
      }
      budget -= 1
      lines.push(line)
      if (lines.length >= FULL_BATCH) flush()
    },
  }
}
