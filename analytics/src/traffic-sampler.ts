/** Takes a sample just after each second begins, of the second that is over; ends when the returned function is called. */
export function sampleEachSecond(sample: (at: number) => void, now: () => number = Date.now): () => void {
  let timer: NodeJS.Timeout | undefined
  const next = (): void => {
    timer = setTimeout(
      () => {
        // A timer that comes late, but not by more than half a second, still speaks of the second before.
        sample((now() - HALF_A_SECOND_MS) / 1000)
        next()
      },
      1000 - (now() % 1000) + LEEWAY_MS,
    )
    timer.unref()
  }
  next()
  return () => clearTimeout(timer)
}

const HALF_A_SECOND_MS = 500
/** What ended at the very end of the second is counted by then. */
const LEEWAY_MS = 5
