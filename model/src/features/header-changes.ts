import { headerChange } from '../definition/header-lines.ts'
import {
  type Document,
  type EndpointEntry,
  forItsMethod,
  operationFeature,
  versionFeature,
} from './feature.ts'
import { flag, headerMap, strings } from './field-types.ts'

/** Changes that a version makes in every request to the upstream. */
export const globalHeaders = versionFeature({
  name: 'global-headers',
  label: 'header changes of requests',
  slot: 'globalHeaders',
  fields: { global_headers: headerMap, global_headers_remove: strings, global_headers_disabled: flag },
  compile: (info, { report }) =>
    info.global_headers_disabled === true
      ? undefined
      : headerChange(info.global_headers_remove, info.global_headers, report.within('global_headers')),
})

const changes = { delete_headers: strings, add_headers: headerMap }
const fresh = { add_headers: {}, delete_headers: [] }
type Entry = EndpointEntry & {
  readonly delete_headers?: readonly string[] | null | undefined
  readonly add_headers?: Readonly<Record<string, string>> | null | undefined
}

/** Changes that a path makes in requests to the upstream. */
export const requestHeaders = operationFeature({
  name: 'request-headers',
  label: 'request headers',
  slot: 'requestHeaders',
  list: 'transform_headers',
  about: 'Added to and removed from what is sent to the target',
  fields: changes,
  compile: (entry, { report }) => forItsMethod(entry, changeOf(entry, report.within('add_headers'))),
  fresh,
  words: changesInWords,
})

/** Changes that a version makes in every reply of the upstream. */
export const globalReplyHeaders = versionFeature({
  name: 'global-reply-headers',
  label: 'header changes of replies',
  slot: 'globalReplyHeaders',
  fields: {
    global_response_headers: headerMap,
    global_response_headers_remove: strings,
    global_response_headers_disabled: flag,
  },
  compile: (info, { report }) =>
    info.global_response_headers_disabled === true
      ? undefined
      : headerChange(
          info.global_response_headers_remove,
          info.global_response_headers,
          report.within('global_response_headers'),
        ),
})

/** Changes that a path makes in the upstream's replies. */
export const replyHeaders = operationFeature({
  name: 'reply-headers',
  label: 'reply headers',
  slot: 'replyHeaders',
  list: 'transform_response_headers',
  about: 'Added to and removed from what the caller gets',
  fields: changes,
  compile: (entry, { report }) => forItsMethod(entry, changeOf(entry, report.within('add_headers'))),
  fresh,
  words: changesInWords,
})

/** An entry that changes nothing still is the first that matches its path. */
function changeOf(
  { delete_headers: removed, add_headers: added }: Entry,
  report: Parameters<typeof headerChange>[2],
) {
  return headerChange(removed, added, report) ?? { remove: [], set: [] }
}

function changesInWords({ add_headers: added, delete_headers: removed }: Document): string {
  const count = typeof added === 'object' && added !== null ? Object.keys(added).length : 0
  return `+${count} −${Array.isArray(removed) ? removed.length : 0}`
}
