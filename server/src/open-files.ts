import { readFileSync } from 'node:fs'

/** Files that this process may have open, where the system tells; connections are files. */
export function openFilesLimit(): number {
  try {
    const limits = readFileSync('/proc/self/limits', 'utf8')
    const soft = /^Max open files\s+(\d+)/m.exec(limits)?.[1]
    return soft === undefined ? Number.POSITIVE_INFINITY : Number(soft)
  } catch {
    // Not Linux: the setting alone counts.
    return Number.POSITIVE_INFINITY
  }
}
