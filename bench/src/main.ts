import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'

/** `npm run bench [name [arguments]]`: runs one bench; without a name, the gate beside others. */

const benches: Readonly<Record<string, string>> = {
  gateway: 'the gate beside nginx, HAProxy and others; writes bench/RESULTS.md',
  compare: 'this checkout beside an older one; writes bench/results/compare.md',
  profile: 'where a worker spends its time in the whole chain',
  limits: 'what counting a request costs, for each algorithm; writes bench/results/limits.md',
  'quota-ledger': 'how many leases of quotas the ledger grants; writes bench/results/quota-ledger.md',
  'key-creation': 'creating keys and looking them up',
  'strictness-scores': "the strictness suite's scores of others; writes docs/reference/http.md",
}

const [name = 'gateway', ...rest] = process.argv.slice(2)
const file = path.join(import.meta.dirname, `${name}.ts`)

if (!Object.hasOwn(benches, name) || !existsSync(file)) {
  const lines = Object.entries(benches).map(([bench, what]) => `  ${bench}: ${what}\n`)
  process.stderr.write(`no bench named ${name}; there are:\n${lines.join('')}`)
  process.exitCode = 2
} else {
  const child = spawn(process.execPath, [file, ...rest], { stdio: 'inherit' })
  child.on('close', (code) => {
    process.exitCode = code ?? 1
  })
}
