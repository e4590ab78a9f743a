import { stripVTControlCharacters } from 'node:util'
import { buildDashboard } from './build.ts'
import { builtStamp, sourceStamp } from './stamp.ts'

// `node dashboard/build/main.ts [--if-stale]`: builds the dashboard; with --if-stale only when what is built is not current.
const isCurrent = process.argv.includes('--if-stale') && builtStamp() === sourceStamp()
try {
  if (!isCurrent) await buildDashboard((line) => process.stdout.write(`${line}\n`))
} catch (error) {
  // What the bundler says is written for people; where in it that happened is not for them.
  const text = error instanceof Error ? error.message : String(error)
  process.stderr.write(`${stripVTControlCharacters(text).trim()}\n`)
  process.exitCode = 1
}
