import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keptFeatures } from './kept.ts'

const namesOf = (definition: Readonly<Record<string, unknown>>) =>
  keptFeatures.filter(({ asked }) => asked(definition) !== undefined).map(({ name }) => name)

test('what is switched on and not done is named, what is off or empty is not', () => {
  const asked = {
    CORS: { enable: true },
    cache_options: { enable_cache: false },
    custom_middleware: { pre: [], driver: '', id_extractor: {} },
    proxy: { service_discovery: { use_discovery_service: true } },
    tags: ['edge'],
    uptime_tests: { check_list: null },
  }
  assert.deepEqual(namesOf(asked), ['cors', 'service-discovery', 'tags'])
  assert.deepEqual(namesOf({ CORS: null, tags: ['a'], tags_disabled: true }), [])
})
