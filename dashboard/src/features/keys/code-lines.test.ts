import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { suite, test } from 'node:test'
import { callUrl, codeLines } from './code-lines.ts'

const url = 'http://127.0.0.1:8080/demo/get'

suite('a call as it is shown', () => {
  test('puts the key where the API looks for it', () => {
    const call = (place: 'header' | 'query' | 'cookie') =>
      codeLines({ url, place: { in: place, name: 'X-Key' }, secret: 'abc' }, 'curl')

    assert.equal(call('header'), `curl '${url}' -H 'X-Key: abc'`)
    assert.equal(call('query'), `curl '${url}?X-Key=abc'`)
    assert.equal(call('cookie'), `curl '${url}' -H 'Cookie: X-Key=abc'`)
  })

  test('gives a shell the key to the letter, quotes and all', () => {
    const secret = `a'b"c$(id)\`d\\`
    const line = codeLines({ url, place: { in: 'header', name: 'Authorization' }, secret }, 'curl')
    const [, , header] = execFileSync('sh', ['-c', line.replace('curl', `printf '%s\\n'`)], {
      encoding: 'utf8',
    }).split('\n')

    assert.equal(header, `Authorization: ${secret}`)
  })

  test('has a user and password as Basic in every language', () => {
    const call = {
      url,
      place: { in: 'header', name: 'Authorization' },
      secret: 'pässword',
      username: 'ann',
    } as const

    assert.equal(codeLines(call, 'curl'), `curl '${url}' -u 'ann:pässword'`)
    assert.match(codeLines(call, 'JavaScript'), /"Authorization": "Basic YW5uOnDDpHNzd29yZA=="/)
    assert.match(codeLines(call, 'Python'), /"Authorization": "Basic YW5uOnDDpHNzd29yZA=="/)
  })

  test('joins gateway, listen path and path with one slash each', () => {
    assert.equal(callUrl('http://g/', '/demo/', '/get?x=1'), 'http://g/demo/get?x=1')
    assert.equal(callUrl('http://g', 'demo', ''), 'http://g/demo')
    assert.equal(callUrl('http://g', '/', '/'), 'http://g/')
  })
})
