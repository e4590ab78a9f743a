import { createHash } from 'node:crypto'
import { createReadStream, readFileSync, type Stats, statSync, writeFileSync } from 'node:fs'
import { join, resolve, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { z } from 'zod'
import { nodeChecksums } from './node-checksums.ts'

/** What is known of the Node.js that runs this program. */
export type NodeVerdict =
  | { readonly kind: 'verified' }
  /** It is the system's own, or of a release or platform without a known checksum: for the operator to trust. */
  | { readonly kind: 'unknown'; readonly why: string }
  /** It came with this program, and is not what came with it. */
  | { readonly kind: 'wrong'; readonly why: string }

/** A Node.js program: where it is, which release it says it is, and for which platform. */
export type NodeProgram = { readonly path: string; readonly version: string; readonly platform: string }

/** The one that runs this. */
export const thisNode: NodeProgram = {
  path: process.execPath,
  version: process.versions.node,
  platform: `${process.platform}-${process.arch}`,
}

/** What npm installs with this program is below here. */
const installedFolder = resolve(import.meta.dirname, '../../node_modules') + sep

/**
 * Compares the program with its known checksum.
 * @param cacheFile remembers the sum for as long as the file stays the same, by size and times; undefined = nothing is kept
 */
export async function judgeNode(
  node: NodeProgram,
  cacheFile: string | undefined,
  installed = installedFolder,
): Promise<NodeVerdict> {
  const wanted = nodeChecksums[node.version]?.[node.platform]
  if (wanted === undefined)
    return { kind: 'unknown', why: `no checksum is known of Node ${node.version} for ${node.platform}` }
  const found = await checksumOf(node.path, cacheFile)
  if (found === wanted) return { kind: 'verified' }
  const why = `${node.path} is not the Node ${node.version} that is known: its SHA-256 is ${found}, not ${wanted}`
  return { kind: node.path.startsWith(installed) ? 'wrong' : 'unknown', why }
}

/** The cache of a data folder. */
export const checksumCache = (dataDir: string): string => join(dataDir, 'node-checksum.json')

const Cached = z.object({ key: z.string(), sum: z.string() })

async function checksumOf(path: string, cacheFile: string | undefined): Promise<string> {
  const key = keyOf(path, statSync(path))
  if (cacheFile !== undefined) {
    const cached = readCached(cacheFile)
    if (cached?.key === key) return cached.sum
  }
  const hash = createHash('sha256')
  await pipeline(createReadStream(path, { highWaterMark: 1_048_576 }), hash)
  const sum = hash.digest('hex')
  if (cacheFile !== undefined) writeFileSync(cacheFile, `${JSON.stringify({ key, sum })}\n`, { mode: 0o600 })
  return sum
}

/** A file that was written to has another time of change, which nobody can set back. */
function keyOf(path: string, { size, mtimeMs, ctimeMs, ino }: Stats): string {
  return [path, size, mtimeMs, ctimeMs, ino].join(' ')
}

function readCached(file: string): z.infer<typeof Cached> | undefined {
  try {
    return Cached.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    // Not there yet, or not readable: then it is made anew.
    return undefined
  }
}
