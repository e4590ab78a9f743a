import assert from 'node:assert/strict'
import test from 'node:test'
import * as fc from 'fast-check'
import { isAdmin, knownPermissions, mayAccess, mayResetPasswords, type Permissions } from './permissions.ts'

const cases: [permissions: Permissions | null | undefined, read: boolean, write: boolean][] = [
  [undefined, true, true],
  [null, true, true],
  [{}, true, true],
  [{ keys: 'read' }, true, false],
  [{ keys: 'write' }, true, true],
  [{ keys: 'admin' }, true, true],
  [{ keys: 'deny' }, false, false],
  [{ keys: '' }, false, false],
  [{ apis: 'write' }, false, false],
  [{ IsAdmin: 'admin' }, true, true],
  [{ IsAdmin: 'admin', keys: 'read' }, true, true],
  [{ IsAdmin: 'admin', keys: 'deny' }, false, false],
  [{ IsAdmin: 'no' }, false, false],
  [{ ResetPassword: 'admin' }, false, false],
]
for (const [permissions, read, write] of cases) {
  test(`with ${JSON.stringify(permissions)} keys may${read ? '' : ' not'} be read and may${write ? '' : ' not'} be written`, () => {
    assert.equal(mayAccess(permissions, 'keys', 'read'), read)
    assert.equal(mayAccess(permissions, 'keys', 'write'), write)
  })
}

test('a permission that is only for reading is never enough to write', () => {
  assert.equal(mayAccess({ log: 'write' }, 'log', 'read'), true)
  assert.equal(mayAccess({ log: 'write' }, 'log', 'write'), false)
})

test('resetting the passwords of others has a permission of its own', () => {
  assert.equal(mayResetPasswords({ IsAdmin: 'admin' }), false)
  assert.equal(mayResetPasswords({ ResetPassword: 'admin' }), true)
})

test('names of the language grant nothing', () => {
  const permissions = JSON.parse('{"__proto__":{"keys":"write"},"constructor":"write"}')
  assert.equal(mayAccess(permissions, 'keys', 'read'), false)
  assert.equal(isAdmin(permissions), false)
})

test('whoever may write may read', () => {
  const names = fc.constantFrom(...knownPermissions.map(({ name }) => name))
  const value = fc.constantFrom('read', 'write', 'admin', 'deny', '')
  const key = fc.oneof(names, fc.constant('IsAdmin'))
  fc.assert(
    fc.property(fc.dictionary(key, value), names, (permissions, name) => {
      if (mayAccess(permissions, name, 'write')) assert.ok(mayAccess(permissions, name, 'read'))
    }),
  )
})
