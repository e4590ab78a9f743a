import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { apiChoice } from '../../access/choices.ts'
import { rightsOf } from '../../access/rights.ts'
import { looksSecret, newKey, notYet, policiesOf } from './key-document.ts'

const generated = { kind: 'generated' } as const

suite('a new key', () => {
  test('cannot be created before it opens something, and says what to do', () => {
    assert.equal(notYet(newKey, generated, undefined), 'Add an access rule first, or apply a policy')
    assert.equal(notYet(newKey, generated, 'Demo: Default'), 'Click Add to give access to Demo: Default')
    assert.equal(notYet({ ...newKey, access_rights: { a1: {} } }, generated, undefined), undefined)
    assert.equal(notYet({ ...newKey, apply_policies: ['p1'] }, generated, undefined), undefined)
  })

  test('says what its own value or its user lacks', () => {
    const opens = { ...newKey, apply_policies: ['p1'] }
    const custom = (secret: string) => notYet(opens, { kind: 'custom', secret }, undefined)
    const basic = (user: string, password: string) =>
      notYet({ ...opens, basic_auth_data: { user, password } }, { kind: 'basic' }, undefined)

    assert.equal(custom('orders-service'), undefined)
    assert.match(String(custom('ab')), /3 characters/)
    assert.match(String(custom('with space')), /no spaces/)
    assert.equal(basic('ann', 'secret1'), undefined)
    assert.equal(basic('', 'secret1'), 'Choose a user name')
    assert.match(String(basic('ann', 'short')), /6 characters/)
  })
})

suite('a stored key', () => {
  test('shows its rights and policies, whatever stands in their place', () => {
    assert.deepEqual(rightsOf({ access_rights: null }), [])
    assert.deepEqual(rightsOf({ access_rights: { a1: { versions: null }, a2: null } }), [
      { apiId: 'a1', name: 'a1', versions: [] },
      { apiId: 'a2', name: 'a2', versions: [] },
    ])
    assert.deepEqual(policiesOf({ apply_policy_id: 'p0', apply_policies: ['p1'] }), ['p0', 'p1'])
    assert.deepEqual(policiesOf({ apply_policies: null }), [])
  })
})

test('a text of the form of a secret is known by it', () => {
  assert.equal(looksSecret('5f2a8c0de7b94a1f6c3d2e10'.padEnd(56, '0')), true)
  assert.equal(looksSecret('orders of the second shop, north'), false)
  assert.equal(looksSecret('acme-tail'), false)
})

suite('an API as a choice', () => {
  test('that is not versioned has the version Default', () => {
    const definition = {
      api_id: 'a1',
      name: 'Demo',
      version_data: { not_versioned: true, versions: { v9: {} } },
    }

    assert.deepEqual(apiChoice(definition).versions, ['Default'])
    assert.deepEqual(apiChoice({}).versions, ['Default'])
  })

  test('that is versioned has each of its versions', () => {
    const version_data = { not_versioned: false, versions: { v1: {}, v2: {} } }

    assert.deepEqual(apiChoice({ version_data }).versions, ['v1', 'v2'])
  })

  test('says where it looks for its key', () => {
    const place = (auth: object) => apiChoice({ auth }).place

    assert.deepEqual(place({}), { in: 'header', name: 'Authorization' })
    assert.deepEqual(place({ auth_header_name: 'X-Key', use_param: true }), { in: 'header', name: 'X-Key' })
    assert.deepEqual(place({ disable_header: true, use_param: true, param_name: 'k' }), {
      in: 'query',
      name: 'k',
    })
  })
})
