import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Accepted, type Audit, judgeAdvisories } from './support/advisories.ts'

/**
 * `npm run advisories`: asks the registry for known faults of what the program depends on, and compares them with those that
 * `advisories.json` accepts with a reason. Ends with 1 when one is not accepted, and with 0 when nobody could be asked.
 */

const root = join(import.meta.dirname, '..')
const { stdout, error } = spawnSync('npm', ['audit', '--json', '--omit=dev'], { cwd: root, encoding: 'utf8' })
if (error) throw error
// npm's own report, whose parts are looked at one by one; and a file of this folder.
const audit = JSON.parse(stdout) as Audit
const accepted = JSON.parse(
  readFileSync(join(import.meta.dirname, 'advisories.json'), 'utf8'),
) as readonly Accepted[]
const { lines, exitCode } = judgeAdvisories(audit, accepted)
process.stdout.write(lines.map((line) => `${line}\n`).join(''))
process.exitCode = exitCode
