import type { Tone } from '../../ui/status-badge.tsx'
import type { Access, ApiAccess, KeyRow } from './queries.ts'

type Said = { readonly tone: Tone; readonly word: string }

/** A key's status in one word, as lists show it. */
export const statusWords: Readonly<Record<KeyRow['status'], Said>> = {
  active: { tone: 'good', word: 'Active' },
  expiring: { tone: 'warn', word: 'Expiring' },
  expired: { tone: 'bad', word: 'Expired' },
  inactive: { tone: 'off', word: 'Disabled' },
  quota_exhausted: { tone: 'warn', word: 'Exhausted' },
}

/** What becomes of requests with a key, in a word or two. */
export const accessWords: Readonly<Record<Access['status'] | ApiAccess['status'], Said>> = {
  open: { tone: 'good', word: 'Open' },
  organisation_inactive: { tone: 'off', word: 'Organisation off' },
  unusable: { tone: 'bad', word: 'Unusable' },
  inactive: { tone: 'off', word: 'Disabled' },
  expired: { tone: 'bad', word: 'Expired' },
  not_granted: { tone: 'bad', word: 'Not granted' },
  no_api: { tone: 'bad', word: 'No such API' },
  api_inactive: { tone: 'off', word: 'API is off' },
  api_expired: { tone: 'bad', word: 'API expired' },
  not_judged: { tone: 'warn', word: 'Not judged' },
  no_version: { tone: 'bad', word: 'No version' },
  used_up: { tone: 'warn', word: 'Used up' },
}
