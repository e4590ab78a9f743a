import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { referenceFolder, referencePages } from './pages.ts'

suite('the generated reference', () => {
  for (const [name, text] of Object.entries(referencePages())) {
    test(`has a current ${name}; \`npm run docs\` writes it`, () => {
      assert.equal(readFileSync(new URL(name, referenceFolder), 'utf8'), text)
    })
  }
})
