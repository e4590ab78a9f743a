import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { isAdmin, mayAccess } from '@tollgate/model/people/permissions'
import {
  grantsNothing,
  mayGive,
  permissionRows,
  permissionsInWords,
  withAdmin,
  withLevel,
} from './permission-levels.ts'

suite('a table of permissions', () => {
  test('has a row for each known permission, then those of somebody’s own', () => {
    const rows = permissionRows({ keys: 'write', billing: 'read', analytics: 'read' })

    assert.deepEqual(rows.slice(0, 1), [
      { name: 'analytics', label: 'Analytics', isReadOnly: true, level: 'read' },
    ])
    assert.equal(rows.find(({ name }) => name === 'keys')?.level, 'write')
    assert.deepEqual(rows.at(-1), { name: 'billing', label: 'billing', isReadOnly: false, level: 'read' })
  })

  test('never makes an administrator by taking the last permission away', () => {
    const none = withLevel({ keys: 'read' }, 'keys', 'deny')

    assert.equal(isAdmin(none), false)
    assert.equal(grantsNothing(none), true)
    assert.equal(isAdmin(withAdmin({ IsAdmin: 'admin' }, false)), false)
    assert.equal(isAdmin(withAdmin({}, false)), false)
  })

  test('comes back to what was stored when a click is taken back', () => {
    const stored = { keys: 'write', apis: 'read' }

    assert.deepEqual(withLevel(withLevel(stored, 'apis', 'deny'), 'apis', 'read'), stored)
    assert.deepEqual(withLevel(withLevel(stored, 'users', 'read'), 'users', 'deny'), stored)
    assert.deepEqual(withAdmin(withAdmin(stored, true), false), stored)
  })

  test('denies an administrator by name, and grants by taking the name away', () => {
    const without = withLevel({}, 'keys', 'deny')

    assert.equal(mayAccess(without, 'keys', 'read'), false)
    assert.equal(mayAccess(without, 'apis', 'write'), true)
    assert.equal(isAdmin(withLevel(without, 'keys', 'write')), true)
    assert.equal(permissionsInWords(without), 'Administrator, without Keys / Tokens')
  })

  test('says who may give what away', () => {
    const may = (name: string, level: string) => name === 'keys' || level === 'read'
    const giver = Object.assign(may, { isAdmin: false, resetPasswords: false })

    assert.equal(mayGive(giver, { keys: 'write', apis: 'read' }), true)
    assert.equal(mayGive(giver, { apis: 'write' }), false)
    assert.equal(mayGive(giver, {}), false)
    assert.equal(mayGive(giver, { keys: 'read', ResetPassword: 'admin' }), false)
  })
})
