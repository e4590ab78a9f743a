import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HeadEdits } from './head-edits.ts'

const names = (edits: HeadEdits) => [...edits.dropped].sort()

test('a later change of a name wins over an earlier one', () => {
  const edits = new HeadEdits()
  edits.set('a', 'A: 1\r\n')
  edits.set('a', 'A: 2\r\n')
  edits.set('b', 'B: 1\r\n')
  edits.remove('b')
  assert.deepEqual([edits.lines(), names(edits)], ['A: 2\r\n', ['a', 'b']])
})

test('what is appended stands beside the lines that are there, those of the head included', () => {
  const edits = new HeadEdits()
  edits.append('vary', 'Vary: Origin\r\n')
  edits.append('vary', 'Vary: Accept\r\n')
  assert.deepEqual([edits.lines(), names(edits)], ['Vary: Origin\r\nVary: Accept\r\n', []])
  edits.remove('vary')
  assert.deepEqual([edits.lines(), names(edits)], ['', ['vary']])
  edits.set('x', 'X: 1\r\n')
  edits.append('x', 'X: 2\r\n')
  assert.deepEqual([edits.lines(), names(edits)], ['X: 1\r\nX: 2\r\n', ['vary', 'x']])
})

test('a block takes the place of its names, and a second block that of the first', () => {
  const edits = new HeadEdits()
  edits.block(new Set(['limit']), 'Limit: 1\r\n')
  edits.block(new Set(['limit']), 'Limit: 2\r\n')
  assert.deepEqual([edits.lines(), names(edits)], ['Limit: 2\r\n', ['limit']])
  edits.set('a', 'A: 1\r\n')
  assert.deepEqual([edits.lines(), names(edits)], ['A: 1\r\nLimit: 2\r\n', ['a', 'limit']])
})
