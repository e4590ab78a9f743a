import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { referenceFolder, referencePages } from './pages.ts'

suite('the generated reference', () => {
  test('names every code of every table of problems', () => {
    const folder = new URL('../../../management/src/', import.meta.url)
    const page = referencePages()['errors.md'] ?? ''
    const codes = globSync('**/*.ts', { cwd: folder, exclude: ['**/*.test.ts'] }).flatMap((file) => {
      const tables = readFileSync(new URL(file, folder), 'utf8').matchAll(
        /= defineProblems\(\{\n([\s\S]*?)^\}\)/gm,
      )
      return [...tables].flatMap(([, table = '']) =>
        [...table.matchAll(/^ {2}(\w+): \{/gm)].map(([, code]) => code),
      )
    })

    assert.ok(codes.length > 50)
    assert.deepEqual(
      codes.filter((code) => !page.includes(`| \`${code}\` |`)),
      [],
    )
  })

  for (const [name, text] of Object.entries(referencePages())) {
    test(`has a current ${name}; \`npm run docs\` writes it`, () => {
      assert.equal(readFileSync(new URL(name, referenceFolder), 'utf8'), text)
    })
  }
})
