import type { Cell, Counters, Limit, Usage } from './counters.ts'

/** Counters in a Map, for one thread: for trying things out, in a browser or a test. `cells` bounds how many it holds. */
export function memoryCounters(options: { readonly cells: number } = { cells: 10_000 }): Counters {
  const windows = new Map<string, Usage>()
  const last: Usage[] = []

  function current(cell: Cell, nowMs: number): Usage | undefined {
    const usage = windows.get(nameOf(cell))
    // A window without an end (0) stays open for ever.
    return usage && (usage.resetsAtMs === 0 || nowMs < usage.resetsAtMs) ? usage : undefined
  }

  return {
    take(limits, nowMs) {
      last.length = 0
      for (const limit of limits) last.push({ ...(current(limit.cell, nowMs) ?? { used: 0, resetsAtMs: 0 }) })
      const refusing = limits.findIndex((limit, index) => (last[index]?.used ?? 0) >= limit.max)
      if (refusing !== -1) return refusing
      const fresh = limits.filter((limit) => !windows.has(nameOf(limit.cell)))
      if (windows.size + fresh.length > options.cells) return -2
      for (const [index, limit] of limits.entries()) last[index] = count(limit, nowMs)
      return -1
    },
    usage: (index) => last[index] ?? { used: 0, resetsAtMs: 0 },
    peek: (cell, nowMs) => ({ ...(current(cell, nowMs) ?? { used: 0, resetsAtMs: 0 }) }),
    reset(cell) {
      windows.delete(nameOf(cell))
    },
  }

  function count(limit: Limit, nowMs: number): Usage {
    const open = current(limit.cell, nowMs)
    const usage = open ?? { used: 0, resetsAtMs: limit.windowMs === 0 ? 0 : nowMs + limit.windowMs }
    usage.used += 1
    windows.set(nameOf(limit.cell), usage)
    return { ...usage }
  }
}

function nameOf(cell: Cell): string {
  return `${cell.hi}:${cell.lo}`
}
