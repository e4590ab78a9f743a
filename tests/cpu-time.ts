import { readdirSync, readFileSync } from 'node:fs'
import { cpus } from 'node:os'

/** Of Linux' interface, whatever the kernel counts in. */
const ticksPerSecond = 100

/** The times of a process, as `man 5 proc_pid_stat` numbers them, in ticks. */
type Times = { readonly parent: number; readonly own: number; readonly ended: number }

/** CPU seconds that this machine has spent on anything: what a step took is in the difference, with all else that ran. */
export function machineCpuSeconds(): number {
  return cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0) / 1000
}

/**
 * CPU seconds, user and system, of everything that this process has started: of the children that have ended, and of those
 * that live with all below them. undefined where there is no /proc. Not counted is what ended without its parent waiting
 * for it, as most processes of a browser do.
 */
export function startedCpuSeconds(): number | undefined {
  const all = new Map<number, Times>()
  try {
    for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
      const times = timesOf(Number(name))
      if (times !== undefined) all.set(Number(name), times)
    }
  } catch {
    return undefined
  }
  const isBelow = (pid: number): boolean => {
    const parent = all.get(pid)?.parent
    return parent !== undefined && (parent === process.pid || isBelow(parent))
  }
  let ticks = all.get(process.pid)?.ended ?? 0
  for (const [pid, { own, ended }] of all) if (isBelow(pid)) ticks += own + ended
  return ticks / ticksPerSecond
}

function timesOf(pid: number): Times | undefined {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name before it, in parentheses, may hold spaces.
    const fields = line.slice(line.lastIndexOf(')') + 2).split(' ')
    const field = (number: number) => Number(fields[number - 3])
    return { parent: field(4), own: field(14) + field(15), ended: field(16) + field(17) }
  } catch {
    // It has ended since the folder was read.
    return undefined
  }
}
