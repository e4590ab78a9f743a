import assert from 'node:assert/strict'
import test from 'node:test'
import * as fc from 'fast-check'
import { Policy } from './access/policy.ts'
import { Session } from './access/session.ts'
import { ApiDefinition } from './definition/api-definition.ts'
import { Organisation } from './people/organisation.ts'
import { User } from './people/user.ts'
import { UserGroup } from './people/user-group.ts'

const schemas = { ApiDefinition, Organisation, Policy, Session, User, UserGroup }

/** JSON as a client could send it, with the names that have a meaning in the language among the fields. */
const hostileName = fc.oneof(
  fc.string(),
  fc.constantFrom('constructor', 'prototype', 'toString', 'hasOwnProperty'),
)
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.jsonValue({ maxDepth: 0 }),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(hostileName, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value
const unknownFields = fc.dictionary(
  hostileName.map((name) => `x_${name}`),
  json,
  { noNullPrototype: true },
)

for (const [name, schema] of Object.entries(schemas)) {
  test(`${name} keeps every field it does not know`, () => {
    fc.assert(
      fc.property(unknownFields, (fields) => {
        // Compared as JSON is: -0 and 0 are one number on the wire.
        assert.deepEqual(JSON.parse(JSON.stringify(schema.parse(fields))), JSON.parse(JSON.stringify(fields)))
      }),
    )
  })

  test(`${name} never throws and pollutes nothing, whatever it is given`, () => {
    const hostile =
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"x":{"__proto__":{"polluted":1}}}'
    const parsed = schema.safeParse(JSON.parse(hostile))
    assert.ok(parsed.success)
    assert.equal(Object.getPrototypeOf(parsed.data), Object.prototype)
    assert.equal('polluted' in parsed.data, false)
    assert.equal('polluted' in {}, false)
    fc.assert(fc.property(json, (value) => void schema.safeParse(value)))
  })
}

test('a right whose API id is "__proto__" is dropped, and does not turn into rights of every object', () => {
  const parsed = Session.parse(
    JSON.parse('{"access_rights":{"__proto__":{"api_id":"x"},"constructor":{"api_id":"c"}}}'),
  )
  assert.deepEqual(Object.keys(parsed.access_rights ?? {}), ['constructor'])
})

const wrong: [schema: keyof typeof schemas, document: object, path: string][] = [
  ['ApiDefinition', { proxy: { listen_path: 1 } }, 'proxy.listen_path'],
  [
    'ApiDefinition',
    { version_data: { versions: { v1: { expires: {} } } } },
    'version_data.versions.v1.expires',
  ],
  ['ApiDefinition', { active: 'yes' }, 'active'],
  ['Policy', { access_rights: { a: { versions: 'v1' } } }, 'access_rights.a.versions'],
  ['Policy', { quota_max: 1.5 }, 'quota_max'],
  ['Session', { rate: '5' }, 'rate'],
  ['Session', { quota_max: 2 ** 63 }, 'quota_max'],
  ['Session', { rate: Number.POSITIVE_INFINITY }, 'rate'],
  ['User', { user_permissions: { keys: true } }, 'user_permissions.keys'],
]
for (const [name, document, path] of wrong) {
  test(`${name} refuses a wrong type and names ${path}`, () => {
    assert.equal(schemas[name].safeParse(document).error?.issues[0]?.path.join('.'), path)
  })
}

test('lists, maps and objects may be null, as clients written in Go send them', () => {
  const definition = {
    auth: null,
    auth_configs: null,
    proxy: { listen_path: '/x/', target_url: 'http://x', target_list: null, transport: null },
    version_data: {
      not_versioned: true,
      versions: { Default: { name: 'Default', paths: null, extended_paths: null, global_headers: null } },
    },
    tags: null,
    config_data: null,
  }
  assert.ok(ApiDefinition.safeParse(definition).success)
})
