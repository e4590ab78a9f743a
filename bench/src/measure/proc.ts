import { readdirSync, readFileSync } from 'node:fs'

/** Clock ticks per second of /proc, which Linux fixes at 100 for all user space. */
const ticksPerSecond = 100
const nanosPerTick = 1e9 / ticksPerSecond

/** Processor time used so far by some processes, all threads. */
export type CpuTimes = {
  /** Exact, from schedstat. */
  readonly nanos: number
  /** In whole ticks of 10 ms: good for the share of each, over long enough. */
  readonly userTicks: number
  readonly systemTicks: number
  /** `nanos` by the name of the thread. */
  readonly byThread: ReadonlyMap<string, number>
}

/** Processor time of processes and their living threads. */
export function cpuTimes(pids: readonly number[]): CpuTimes {
  const byThread = new Map<string, number>()
  let nanos = 0
  let userTicks = 0
  let systemTicks = 0
  for (const pid of pids) {
    const ticks = statTicks(`/proc/${pid}/stat`)
    userTicks += ticks.user
    systemTicks += ticks.system
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      const folder = `/proc/${pid}/task/${thread}`
      const used = Number(readFileSync(`${folder}/schedstat`, 'utf8').split(' ')[0])
      const name = readFileSync(`${folder}/comm`, 'utf8').trim()
      nanos += used
      byThread.set(name, (byThread.get(name) ?? 0) + used)
    }
  }
  return { nanos, userTicks, systemTicks, byThread }
}

/** User and system time of one process, seconds. */
export function cpuSeconds(pid: number): number {
  const { user, system } = statTicks(`/proc/${pid}/stat`)
  return (user + system) / ticksPerSecond
}

function statTicks(file: string): { user: number; system: number } {
  const text = readFileSync(file, 'utf8')
  // Fields 14 and 15, counted behind the name, which may hold blanks.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return { user: Number(fields[11]), system: Number(fields[12]) }
}

/** A process and its children (a master and its workers). */
export function family(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
  return [pid, ...(children === '' ? [] : children.split(' ').map(Number))]
}

/** Resident memory of processes, KiB. Pages that they share are counted for each. */
export function residentKiB(pids: readonly number[]): number {
  let sum = 0
  for (const pid of pids) {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    sum += Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0)
  }
  return sum
}

/** What the processors have done since the machine started, nanoseconds. */
export type MachineTimes = { readonly busy: readonly number[]; readonly stolen: number; readonly all: number }

/** Busy time of each processor, and what the hypervisor took from all of them together. */
export function machineTimes(): MachineTimes {
  const busy: number[] = []
  let stolen = 0
  let all = 0
  for (const line of readFileSync('/proc/stat', 'utf8').split('\n')) {
    if (!/^cpu\d/.test(line)) continue
    const [user = 0, nice = 0, system = 0, idle = 0, wait = 0, irq = 0, softirq = 0, steal = 0] = line
      .split(/\s+/)
      .slice(1)
      .map(Number)
    const used = user + nice + system + irq + softirq
    busy.push(used * nanosPerTick)
    stolen += steal * nanosPerTick
    all += (used + idle + wait + steal) * nanosPerTick
  }
  return { busy, stolen, all }
}
