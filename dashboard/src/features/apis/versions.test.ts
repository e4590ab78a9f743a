import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  expiryInput,
  expiryStored,
  freeName,
  renamed,
  singleVersion,
  without,
  withVersion,
} from './versions.ts'

const versions = { v1: { name: 'v1', odd: 1 }, Default: { name: 'other' }, v3: null }

test('a renamed version keeps its place and its fields', () => {
  assert.deepEqual(Object.entries(renamed(versions, 'v1', 'one')), [
    ['one', { name: 'one', odd: 1 }],
    ['Default', { name: 'other' }],
    ['v3', null],
  ])
  assert.deepEqual(renamed(versions, 'Default', 'two').two, { name: 'other' })
})

test('a new version is like another or begins empty, and gets a name that is free', () => {
  assert.deepEqual(withVersion(versions, 'v4', 'v1').v4, { name: 'v4', odd: 1, expires: '' })
  assert.deepEqual(withVersion({}, 'v1').v1, { use_extended_paths: true, name: 'v1', expires: '' })
  assert.equal(freeName(versions), 'v4')
  assert.equal(freeName({ a: {}, v3: {} }), 'v4')
  assert.deepEqual(Object.keys(without(versions, 'v1')), ['Default', 'v3'])
})

test('the version of an API that is not versioned is the one that the gate takes', () => {
  assert.equal(singleVersion({ x: {} }), 'x')
  assert.equal(singleVersion(versions), 'Default')
})

test('an expiry goes to the date input and back as it was', () => {
  assert.equal(expiryStored(expiryInput('2030-12-31 23:59') ?? ''), '2030-12-31 23:59')
  assert.equal(expiryInput('-1'), '')
  assert.equal(expiryInput('soon'), undefined)
})
