import { type RefusalCode, refusals } from '@tollgate/model/judge/refusals'

/** Kinds of refusals that are counted apart; `upstream` is no refusal of the gate but a failure behind it. */
export type RefusalClass = 'auth' | 'rate' | 'quota' | 'upstream' | 'other'

/** Codes that say that the caller is unknown, shut out, or without the right. */
const AUTH: ReadonlySet<string> = new Set([
  'ip_not_allowed',
  'credential_missing',
  'api_not_granted',
  'version_not_granted',
  'url_not_granted',
])

const CLASSES: ReadonlyMap<string, RefusalClass> = new Map(
  Object.keys(refusals).map((code) => [code, classFor(code)]),
)

/** The class that a code is counted under. */
export function refusalClass(code: RefusalCode): RefusalClass {
  return CLASSES.get(code) ?? 'other'
}

/** By the words of the code, so that a new code of a known kind is counted rightly. */
function classFor(code: string): RefusalClass {
  if (/quota/.test(code)) return 'quota'
  if (/rate_limit|concurren/.test(code)) return 'rate'
  if (/^upstream_/.test(code)) return 'upstream'
  if (AUTH.has(code) || /^key_|^certificate_|^client_cert/.test(code)) return 'auth'
  return 'other'
}
