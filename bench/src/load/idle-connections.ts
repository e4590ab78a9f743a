import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { pinned } from '../pin.ts'

/** Connections that are held open until let go. */
export type IdleConnections = { letGo(): Promise<void> }

/**
 * Opens connections from a process of its own; each has had one reply and then says nothing.
 * @throws when one cannot be had
 */
export async function holdConnections(
  port: number,
  count: number,
  request: string,
  cpus: string,
): Promise<IdleConnections> {
  const holder = path.join(import.meta.dirname, 'idle-connections-holder.ts')
  const command = [process.execPath, holder, `${port}`, `${count}`, request]
  const child = spawn(...pinned(cpus, command), { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(child, 'close')
  const first = await Promise.race([once(child.stdout, 'data'), ended])
  if (!String(first[0]).startsWith('ready')) throw new Error(`${count} connections cannot be held`)
  return {
    async letGo() {
      child.stdin.end()
      await ended
    },
  }
}
