import { type SourceRef, sourcesWords } from '../source-ref.ts'

/**
 * The closed table of what a step of a trace may say. The code is the data that others read; the words are for people,
 * and are made where a step is shown. `{name}` stands for an argument, `{source}` for the step's sources.
 */
const texts = {
  api: '{name}',
  api_inactive: '{name} is not active',
  api_expired: '{name} expired',
  api_internal: '{name} is internal: only other APIs reach it',
  api_unusable: '{reason}',
  no_route: 'no API has this host and path',
  path_ambiguous: 'ambiguous path: two programs could read it differently',
  malformed: '{reason}',
  unforeseen: 'unforeseen: see the error of this line',
  organisation_inactive: 'the organisation is switched off',

  version: '{name}',
  version_none: 'not versioned',
  version_expired: '{name} expired',
  version_unknown: '"{name}" does not exist',
  version_unnamed: 'none named, and there is no default',
  version_default_unknown: 'the default "{name}" does not exist',
  version_api_missing: '{name}',
  versions_ambiguous: 'not versioned, but several versions are defined',
  version_unchosen: 'no version was chosen',

  path_ignored: 'on the ignored list: no key asked for',
  path_answered: 'answered by the definition itself',
  path_listed: 'on the {list} list: {pattern}',
  path_not_white_listed: 'not on the white list',
  length_missing: 'a size limit is set and the request states no length',
  too_large: '{bytes} bytes, {max} allowed',

  address_not_allowed: '{address} is not on the allow list',
  address_blocked: '{address} is on the block list',

  credential_not_asked: 'none asked for',
  api_keyless: 'none asked for: the API is keyless',
  credential_missing: 'none in {places}',
  auth_unsupported: 'not supported: {methods}',
  key_found: 'key {key} found',
  key_unknown: 'no such key in this organisation',
  key_not_looked_for: 'no key was looked for',
  key_lookup_failed: 'the key could not be looked up',
  tls_missing: 'the connection is not secured',
  certificate_missing: 'the client has shown no certificate',
  certificate_not_asked: 'the connection was made to a host whose clients are asked for no certificate',
  certificate_not_listed: "{fingerprint} is not on the API's list",
  certificate_expired: '{fingerprint} has expired',
  certificate_not_valid_yet: '{fingerprint} is not valid yet',
  certificate_revoked: '{fingerprint} is revoked',
  certificate_not_checkable: '{fingerprint} may be revoked: the list of its authority has expired',
  certificate_deleted: '{fingerprint} is not in the store any more',
  key_bound_to_none: 'the key is bound to no certificate',
  key_bound_to_other: 'the key is not bound to {fingerprint}',

  policies_unusable: '{problem}',
  key_inactive: 'inactive, {source}',
  key_expired: 'expired at {unix} (Unix time)',

  right: '{api}, {source}',
  right_on_every_api: 'every API of the organisation, {source}',
  api_not_granted: 'no right on API {api}',
  version_not_granted: 'version {version} is not granted, {source}',
  url_not_granted: 'no allowed URL matches, {source}',
  url_not_granted_some_unusable: 'no allowed URL matches, {source}; grants nothing: {patterns}',

  limit_reached: '{used} of {max} used, {scope}, set by {source}',
  units_not_granted: 'no units were granted, {scope}, set by {source}',
  counters_full: 'no counter is free',
  grant_unclaimed: 'no quota waits for a grant',
  ledger_late: 'the ledger of quotas could not grant units in time',

  target_unusable: 'there is no target that requests can be sent to yet',
  upstream_failed: '{failure}: {origin}',
  control_failed: 'control API: {failure}',
} as const

/** What a step says; `texts` has the words. */
export type TraceCode = keyof typeof texts

/** Names of the arguments that the words of a code need. */
export type TraceArg<Code extends TraceCode> = Exclude<NamesIn<(typeof texts)[Code]>, 'source'>

type NamesIn<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | NamesIn<Rest>
  : never

/** A step as its words are made from it. */
type Told = {
  readonly code: TraceCode
  readonly sources?: readonly SourceRef[] | undefined
  readonly args?: Readonly<Record<string, string | number>> | undefined
}

/** The words of a step, as people read them. An argument that is missing is left out: old records may lack it. */
export function traceWords({ code, sources = [], args = {} }: Told): string {
  return texts[code].replace(/\{(\w+)\}/g, (_whole, name: string) =>
    name === 'source' ? sourcesWords(sources) : Object.hasOwn(args, name) ? String(args[name]) : '',
  )
}

/** Whether a text is a code of the table. */
export function isTraceCode(code: unknown): code is TraceCode {
  return typeof code === 'string' && Object.hasOwn(texts, code)
}
