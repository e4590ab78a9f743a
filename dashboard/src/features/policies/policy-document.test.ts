import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { changeInWords, copyOf, fieldsOfState, governs, reachOf, stateOf } from './policy-document.ts'

suite('a policy', () => {
  test('has its state by whichever fields its age has given it', () => {
    assert.equal(stateOf({}), 'active')
    assert.equal(stateOf({ active: false }), 'draft')
    assert.equal(stateOf({ active: true, is_inactive: true }), 'deny')
    assert.equal(stateOf({ state: 'draft', active: true }), 'draft')
  })

  test('is to the letter what it was when its state is set back', () => {
    const stored = { active: true }

    assert.deepEqual(fieldsOfState('deny', stored), { state: 'deny', active: true, is_inactive: true })
    assert.deepEqual(fieldsOfState('active', stored), {
      state: undefined,
      active: true,
      is_inactive: undefined,
    })
  })

  test('governs everything unless it is partitioned', () => {
    assert.equal(reachOf({ partitions: null }), 'everything')
    assert.equal(reachOf({ partitions: { per_api: true } }), 'per_api')
    assert.equal(governs({ partitions: { acl: true } }, 'quota'), false)
    assert.equal(governs({ partitions: { acl: true } }, 'acl'), true)
    assert.equal(governs({}, 'quota'), true)
  })

  test('is copied without what makes it this one, unknown fields included', () => {
    const copy = copyOf({ _id: 'a', id: 'gold', name: 'Gold', rate: 5, 'x-own': [1] })

    assert.deepEqual(copy, { name: 'Gold (copy)', rate: 5, 'x-own': [1] })
  })

  test('tells a change in a line', () => {
    assert.equal(changeInWords({ path: ['rate'], before: 1000, after: 60 }), 'rate: 1000 → 60')
    assert.equal(
      changeInWords({ path: ['partitions', 'acl'], before: undefined, after: true }),
      'partitions › acl: nothing → true',
    )
  })
})
