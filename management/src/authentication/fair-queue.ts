/** Runs work, a few at a time; whoever asks often does not make others wait longer than a turn. */
export type FairQueue = { readonly run: <T>(key: string, work: () => Promise<T>) => Promise<T> }

/**
 * Keys take turns: of each, one piece of work runs before any runs its second. How much may wait is for the caller to
 * bound.
 * @param most pieces of work that run at once
 */
export function fairQueue(most: number): FairQueue {
  /** Keys in the order of their turns, each with what waits of it. */
  const waiting = new Map<string, (() => void)[]>()
  let running = 0
  const next = () => {
    const [first] = waiting
    if (first === undefined) {
      running -= 1
      return
    }
    const [key, [start, ...rest]] = first
    waiting.delete(key)
    if (rest.length > 0) waiting.set(key, rest)
    start?.()
  }
  return {
    async run(key, work) {
      if (running < most) running += 1
      else {
        await new Promise<void>((start) => {
          const queue = waiting.get(key)
          if (queue === undefined) waiting.set(key, [start])
          else queue.push(start)
        })
      }
      try {
        return await work()
      } finally {
        next()
      }
    },
  }
}
