import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeAdvisories } from './support/advisories.ts'

const audit = {
  vulnerabilities: {
    leaf: { via: [{ url: 'https://github.com/advisories/GHSA-aaaa', title: 'Bad', severity: 'high' }] },
    user: { via: ['leaf'] },
  },
}

test('an advisory that nobody has looked at fails the check, one that is accepted does not', () => {
  assert.deepEqual(judgeAdvisories(audit, []), {
    lines: ['OPEN      GHSA-aaaa leaf, high: Bad'],
    exitCode: 1,
  })
  const accepted = [
    { id: 'GHSA-aaaa', reason: 'not reached' },
    { id: 'GHSA-old', reason: 'was' },
  ]
  assert.deepEqual(judgeAdvisories(audit, accepted), {
    lines: ['accepted  GHSA-aaaa leaf, high: Bad (not reached)', 'gone      GHSA-old: remove it'],
    exitCode: 0,
  })
  assert.deepEqual(judgeAdvisories({ vulnerabilities: {} }, []), {
    lines: ['no known advisories'],
    exitCode: 0,
  })
})

test('a registry that cannot be asked is said, and fails nothing', () => {
  const { lines, exitCode } = judgeAdvisories(
    { message: 'getaddrinfo ENOTFOUND', error: { summary: '' } },
    [],
  )
  assert.equal(exitCode, 0)
  assert.match(lines.join(), /^NOT CHECKED.*ENOTFOUND/)
})
