import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StartFailure } from './start-failure.ts'

/** What fits into `sun_path` on every system. */
const maxSocketPathBytes = 100

/**
 * Path for a unix socket of that name, where only this user's processes can reach it: in the data folder, which is ours
 * alone while we run, so a socket that a killed program left is removed. A folder with too long a name for a socket gives
 * way to a private one for temporary files.
 */
export function socketPath(dataDir: string, name: string, parts: AsyncDisposableStack): string {
  const usual = join(dataDir, `${name}.sock`)
  if (Buffer.byteLength(usual) <= maxSocketPathBytes) {
    rmSync(usual, { force: true })
    return usual
  }
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-'))
  parts.defer(() => rmSync(folder, { recursive: true, force: true }))
  const socket = join(folder, name)
  if (Buffer.byteLength(socket) <= maxSocketPathBytes) return socket
  throw new StartFailure(
    `the data folder and the folder for temporary files (TMPDIR) have too long names for a socket: ${folder}`,
  )
}
