import { execFileSync } from 'node:child_process'

const taskset = '/usr/bin/taskset'

/** The command that runs another one on some processors only, as taskset takes them: file and arguments. */
export function pinned(cpus: string, command: readonly string[]): [file: string, args: string[]] {
  return [taskset, ['-c', cpus, ...command]]
}

/** Moves running processes, with all their threads, to other processors. */
export function movePinned(pids: readonly number[], cpus: string): void {
  for (const pid of pids) execFileSync(taskset, ['-a', '-p', '-c', cpus, String(pid)])
}
