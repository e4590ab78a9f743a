import assert from 'node:assert/strict'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { buildDashboard } from './build.ts'
import { builtStamp, distFolder, sourceStamp } from './stamp.ts'

/** Most compressed script that the first page may load, bytes. */
const budgetBytes = 300 * 1024

/** A chunk, as Vite's manifest tells it. */
type Chunk = { readonly file: string; readonly isEntry?: boolean; readonly imports?: readonly string[] }

before(async () => {
  if (builtStamp() !== sourceStamp()) await buildDashboard(() => undefined)
})

test('the first load is at most 300 KB of compressed script, without editor and charts', () => {
  // Vite writes it in this form.
  const chunks: Readonly<Record<string, Chunk>> = JSON.parse(
    readFileSync(join(distFolder, 'manifest.json'), 'utf8'),
  )
  const first = new Set<string>()
  const gather = (name: string) => {
    const chunk = chunks[name]
    if (chunk === undefined || first.has(chunk.file)) return
    first.add(chunk.file)
    for (const imported of chunk.imports ?? []) gather(imported)
  }
  for (const [name, chunk] of Object.entries(chunks)) if (chunk.isEntry) gather(name)
  const files = [...first].filter((file) => file.endsWith('.js'))
  const bytes = files.reduce((sum, file) => sum + statSync(join(distFolder, `${file}.gz`)).size, 0)

  assert.ok(files.length > 0)
  assert.ok(bytes <= budgetBytes, `${bytes} bytes in ${files.join(', ')}`)
  for (const file of files) {
    const text = readFileSync(join(distFolder, file), 'utf8')
    assert.ok(!text.includes('cm-editor') && !text.includes('recharts'), file)
  }
})

test('the page holds no script and no style of its own, which its policy forbids', () => {
  const page = readFileSync(join(distFolder, 'index.html'), 'utf8')

  assert.doesNotMatch(page, /<script(?![^>]*\bsrc=)[^>]*>|<style|\son\w+=/)
  for (const [, file = ''] of page.matchAll(/(?:src|href)="\/([^"]+)"/g))
    assert.ok(existsSync(join(distFolder, file)), file)
})
