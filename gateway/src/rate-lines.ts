import type { KeyPassed } from '@tollgate/model/judge-key'

/** The `X-RateLimit-*` lines of an answer: they tell of the quota (gateway contract, section 4.5). */
export function rateLines(passed: KeyPassed): string {
  return (
    `X-RateLimit-Limit: ${passed.quotaMax}\r\n` +
    `X-RateLimit-Remaining: ${passed.quotaRemaining}\r\n` +
    `X-RateLimit-Reset: ${passed.quotaRenews}\r\n`
  )
}
