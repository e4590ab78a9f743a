import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cameSignedIn, namedOrganisation, signInFailure } from './sign-in-words.ts'

test('only the codes of the server have words, and no text of the address is shown', () => {
  assert.match(signInFailure('?sign-in=no_access') ?? '', /groups/)
  for (const search of ['', '?sign-in=', '?sign-in=constructor', '?sign-in=Call+this+number']) {
    assert.equal(signInFailure(search), undefined, search)
  }
})

test('the address tells a sign-in that has just been done, and an organisation', () => {
  assert.deepEqual([cameSignedIn('?signed-in'), cameSignedIn('?x=1')], [true, false])
  assert.deepEqual([namedOrganisation('?organisation=abc'), namedOrganisation('')], ['abc', ''])
})
