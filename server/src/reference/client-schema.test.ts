import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { clientSchema, clientSchemaFile } from './client-schema.ts'

test('the types of the dashboard’s client are current; `npm run docs` writes them', async () => {
  assert.equal(readFileSync(clientSchemaFile, 'utf8'), await clientSchema())
})
