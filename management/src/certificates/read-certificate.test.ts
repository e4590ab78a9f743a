import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readCertificate } from './read-certificate.ts'

test('a block without an end is refused, however often one begins', () => {
  // A look at the rest of the upload from each beginning would hold up everyone for seconds.
  const upload = Buffer.from('-----BEGIN A-----\n'.repeat(14_000))
  assert.throws(() => readCertificate(upload), /it holds a block A without an end/)
})

test('text around the blocks is left aside, and what is no certificate is named', () => {
  const upload = Buffer.from(
    'Bag Attributes\n-----BEGIN DH PARAMETERS-----\nAA==\n-----END DH PARAMETERS-----\n',
  )
  assert.throws(() => readCertificate(upload), /it holds no certificate/)
  assert.throws(() => readCertificate(Buffer.from('hello')), /it holds no PEM/)
})
