import assert from 'node:assert/strict'
import { test } from 'node:test'
import { browserInWords } from './browser-words.ts'

test('a browser is told by its own name, whatever else it names', () => {
  const chrome =
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36'
  const safari =
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15'

  assert.equal(browserInWords(chrome), 'Chrome on Linux')
  assert.equal(browserInWords(`${chrome} Edg/140.0`), 'Edge on Linux')
  assert.equal(browserInWords(safari), 'Safari on macOS')
  assert.equal(
    browserInWords('Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0'),
    'Firefox on Windows',
  )
})

test('a program that is no browser is shown as it names itself', () => {
  assert.equal(browserInWords('deploy-script/2'), 'deploy-script/2')
  assert.equal(browserInWords(''), 'Unknown browser')
})
