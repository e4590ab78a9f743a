import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { holderOf, openDataFolder } from './data-folder.ts'
import { StartFailure } from './start-failure.ts'

function emptyFolder(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-folder-'))
  context.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

test('the folder is made for its owner alone', (context) => {
  const path = join(emptyFolder(context), 'a', 'b')

  const folder = openDataFolder(path)
  context.after(() => folder.release())

  assert.equal(statSync(path).mode & 0o777, 0o700)
})

test('a folder that is held is not given again, until it is released', (context) => {
  const path = emptyFolder(context)
  const first = openDataFolder(path)

  assert.throws(() => openDataFolder(path), {
    name: 'StartFailure',
    message: new RegExp(`process ${process.pid}`),
  })
  assert.equal(holderOf(path), String(process.pid))
  first.release()

  assert.equal(holderOf(path), undefined)
  openDataFolder(path).release()
})

test('a folder whose holder was killed is free again', async (context) => {
  const path = emptyFolder(context)
  const module = JSON.stringify(new URL('./data-folder.ts', import.meta.url).href)
  const script = `const { openDataFolder } = await import(${module}); globalThis.held = openDataFolder(${JSON.stringify(path)}); console.log('held'); setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  context.after(() => child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  assert.equal(holderOf(path), String(child.pid))

  child.kill('SIGKILL')
  await once(child, 'exit')

  openDataFolder(path).release()
})

test('a path through a file is refused in one line', (context) => {
  const file = join(emptyFolder(context), 'file')
  writeFileSync(file, '')

  for (const path of [file, join(file, 'data')]) {
    assert.throws(
      () => openDataFolder(path),
      (error) => error instanceof StartFailure && !error.message.includes('\n'),
    )
  }
})
