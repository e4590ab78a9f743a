import assert from 'node:assert/strict'
import { test } from 'node:test'
import { covers } from './user-rights.ts'

test('one may give away what one has, and not more', () => {
  const cases = [
    [{}, {}, true],
    [{ IsAdmin: 'admin' }, {}, true],
    [{ IsAdmin: 'admin' }, { ResetPassword: 'admin', keys: 'write' }, true],
    [{ users: 'write' }, {}, false],
    [{ users: 'write' }, { IsAdmin: 'admin' }, false],
    [{ users: 'write' }, { ResetPassword: 'admin' }, false],
    [{ users: 'write', ResetPassword: 'admin' }, { ResetPassword: 'admin' }, true],
    [{ users: 'write' }, { users: 'read' }, true],
    [{ users: 'read' }, { users: 'write' }, false],
    [{ users: 'write' }, { keys: 'read' }, false],
    [{ users: 'write' }, { keys: 'deny', users: 'read' }, true],
    [{ users: 'write', keys: 'deny' }, { keys: 'read' }, false],
    [{ IsAdmin: 'admin', keys: 'deny' }, { keys: 'write' }, false],
    [{ IsAdmin: 'admin', keys: 'deny' }, { IsAdmin: 'admin' }, false],
    [{ users: 'write' }, { of_this_organisation: 'write' }, false],
    [{ users: 'write', of_this_organisation: 'write' }, { of_this_organisation: 'write' }, true],
  ] as const
  for (const [own, wanted, expected] of cases) {
    assert.equal(covers(own, wanted), expected, `${JSON.stringify(own)} gives ${JSON.stringify(wanted)}`)
  }
})
