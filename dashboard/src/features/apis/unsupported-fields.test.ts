import assert from 'node:assert/strict'
import { test } from 'node:test'
import { unsupportedFields } from './unsupported-fields.ts'

test('what is switched on and not done is named, what is off or empty is not', () => {
  const asked = {
    CORS: { enable: true },
    cache_options: { enable_cache: false },
    custom_middleware: { pre: [], driver: '', id_extractor: {} },
    proxy: { service_discovery: { use_discovery_service: true } },
    tags: ['edge'],
    uptime_tests: { check_list: null },
  }
  assert.deepEqual(
    unsupportedFields(asked).map(({ field }) => field),
    ['CORS', 'proxy.service_discovery', 'tags'],
  )
  assert.deepEqual(unsupportedFields({ CORS: null, tags: ['a'], tags_disabled: true }), [])
})
