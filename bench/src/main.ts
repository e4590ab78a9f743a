import { spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'

/**
 * `npm run bench [name] [arguments]`: runs one bench, or lists what there is. Parts that benches share, and the bare
 * proxy that is measured from outside, are no benches.
 */

const folder = import.meta.dirname
const parts = new Set(['main', 'program', 'keep-alive-client', 'report', 'http1-proxy'])
const benches = readdirSync(folder)
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  .map((file) => path.basename(file, '.ts'))
  .filter((name) => !parts.has(name))

const [name, ...rest] = process.argv.slice(2)

if (name === undefined) {
  process.stdout.write(
    `npm run bench <name>, where name is one of:\n${benches.map((bench) => `  ${bench}\n`).join('')}`,
  )
} else if (!benches.includes(name) || !existsSync(path.join(folder, `${name}.ts`))) {
  process.stderr.write(`no bench named ${name}; there are: ${benches.join(', ')}\n`)
  process.exitCode = 2
} else {
  const child = spawn(process.execPath, [path.join(folder, `${name}.ts`), ...rest], { stdio: 'inherit' })
  child.on('close', (code) => {
    process.exitCode = code ?? 1
  })
}
