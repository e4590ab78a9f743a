import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

const root = join(import.meta.dirname, '..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')
const dockerfile = read('Dockerfile')
const compose = read('compose.yaml')

/** A package of ours and all that it depends on. */
function needed(name: string, found = new Set<string>()): Set<string> {
  if (found.has(name)) return found
  found.add(name)
  const { dependencies = {} } = JSON.parse(read(`${name}/package.json`))
  for (const dependency of Object.keys(dependencies))
    if (dependency.startsWith('@tollgate/')) needed(dependency.slice('@tollgate/'.length), found)
  return found
}

test('the image has every package that the server needs', () => {
  for (const name of needed('server')) {
    assert.match(dockerfile, new RegExp(`^COPY ${name}/package.json ${name}/`, 'm'), name)
    if (name !== 'dashboard') assert.match(dockerfile, new RegExp(`^COPY ${name} ${name}$`, 'm'), name)
  }
})

test('finding 26: containers run with as little as they can', () => {
  assert.match(dockerfile, /^USER node$/m)
  assert.match(dockerfile, /^ {2}CMD \["node", "server\/src\/main\.ts", "health"\]$/m)
  assert.equal(compose.match(/^ {4}read_only: true$/gm)?.length, 2)
  assert.equal(compose.match(/^ {4}cap_drop: \[ALL\]$/gm)?.length, 2)
  assert.equal(compose.match(/no-new-privileges:true/g)?.length, 2)
  assert.match(compose, /POSTGRES_PASSWORD: \$\{POSTGRES_PASSWORD:-\}$/m, 'no password by default')
})
