import { goRegExp } from '../definition/go-regexp.ts'
import { templateExpression, templateText } from '../definition/path-template.ts'
import type { Report } from '../definition/problem.ts'
import { hasControl } from '../definition/target-url.ts'
import { apiFeature } from './feature.ts'
import { flag, strings, text } from './field-types.ts'

const MAX_PATH_LENGTH = 1024

/** Paths of the gateway itself: an API at the first is never reached, one at the others only below them. */
const RESERVED = /^\/tyk(?:\/|$)/
const PARTLY_RESERVED = /^\/(?:hello|ready)\/?$/

/** Where the API is offered. */
export const listenPath = apiFeature({
  name: 'listen-path',
  label: 'listen path',
  slot: 'listenPath',
  fields: { proxy: { listen_path: text.optional() } },
  compile({ proxy }, { report, apiId }) {
    const written = proxy?.listen_path ?? ''
    checkListenPath(written, report.within('proxy', 'listen_path'))
    return written === '' ? `/${apiId}/` : written
  },
})

/** Under which host name it is offered; empty = under any. */
export const domain = apiFeature({
  name: 'domain',
  label: 'domain',
  slot: 'domain',
  fields: { api: { domain: text.optional(), domain_disabled: flag, certificates: strings } },
  compile({ domain: name = '', domain_disabled: isOff }, { report }) {
    if (name !== '' && !/^[A-Za-z0-9._:{}*[\]\-|()+\\^$?]{1,255}$/.test(name))
      report.problem(['domain'], 'malformed', 'must be a host name without scheme and path')
    const { problem } = name.includes('{') ? goRegExp(`${templateExpression(name, '[^.]+')}$`) : {}
    if (problem !== undefined) report.problem(['domain'], 'malformed', problem)
    return isOff === true ? '' : name
  },
})

/** Passes `%2F` in a segment on as it was sent; elsewhere such a path is refused with 400. */
export const encodedSlashes = apiFeature({
  name: 'encoded-slashes',
  label: 'encoded slashes in paths',
  slot: 'allowsEncodedSlashes',
  fields: {
    proxy: {
      allow_encoded_slashes: flag.describe('Take paths with %2F in a segment, which are 400 elsewhere'),
    },
  },
  compile: ({ proxy }) => proxy?.allow_encoded_slashes === true,
})

function checkListenPath(written: string, report: Report): void {
  if (!written.startsWith('/')) report.problem([], 'malformed', 'must start with "/"')
  if (written.length > MAX_PATH_LENGTH)
    report.problem([], 'too_long', `must not be longer than ${MAX_PATH_LENGTH} characters`)
  if (hasControl(written) || /[\s?#\\]/.test(templateText(written))) {
    report.problem([], 'characters', 'must not contain white space, control characters, "?", "#" or "\\"')
  }
  if (/(?:^|\/)(?:\.|%2e){1,2}(?:\/|$)/i.test(written) || written.includes('//'))
    report.problem([], 'malformed', 'must not contain "//", "." or ".." segments')
  if (RESERVED.test(written))
    report.problem([], 'reserved', 'must not begin with /tyk, where the gateway answers itself')
  if (PARTLY_RESERVED.test(written))
    report.warning([], 'reserved', 'is reached only below this path, where the gateway answers itself')
  const { problem } = goRegExp(templateExpression(written, '[^/]+'))
  if (problem !== undefined) report.problem([], 'malformed', problem)
}
