import type { Report } from './problem.ts'
import { hasControl } from './target-url.ts'

const MAX_NAME_LENGTH = 256
const MAX_ID_LENGTH = 255

type Identity = {
  readonly api_id?: string | undefined
  readonly name?: string | undefined
  readonly slug?: string | undefined
}

/**
 * Whether a text can be the id of an API: it is a segment of paths, in routes of the management API and as listen path, and
 * must mean the same in each without being escaped.
 */
export function isApiId(text: string): boolean {
  if (text.length > MAX_ID_LENGTH || /^\.{1,2}$/.test(text)) return false
  return /^[A-Za-z0-9_\-.~:@!$&'()*+,=]+$/.test(text)
}

/** Problems of what says which API it is. */
export function identityProblems({ api_id, name, slug }: Identity, report: Report): void {
  if (api_id !== undefined && !isApiId(api_id)) {
    const message = `must be 1 to ${MAX_ID_LENGTH} letters, digits or characters of "-_.~:@!$&'()*+,="`
    report.problem(['api_id'], 'characters', message)
  }
  if (name === undefined || name.trim() === '') report.problem(['name'], 'missing', 'must not be empty')
  for (const [field, value] of Object.entries({ name, slug })) {
    if (value === undefined) continue
    if (value.length > MAX_NAME_LENGTH)
      report.problem([field], 'too_long', `must not be longer than ${MAX_NAME_LENGTH} characters`)
    if (hasControl(value)) report.problem([field], 'characters', 'must not contain control characters')
  }
}
