/** The command that runs another one on some processors only, as taskset takes them: file and arguments. */
export function pinned(cpus: string, command: readonly string[]): [file: string, args: string[]] {
  return ['/usr/bin/taskset', ['-c', cpus, ...command]]
}
