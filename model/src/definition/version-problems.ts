import type { ApiDefinition, ExtendedPaths, VersionInfo } from './api-definition.ts'
import { isHeaderName, isHeaderValue, targetProblems } from './definition-problems.ts'
import { expiryMs } from './expiry.ts'
import { goRegExp } from './go-regexp.ts'
import { pathPattern } from './path-pattern.ts'

/** What may be wrong with the versions of an API definition. Each problem is a sentence that names the field. */
export function versionProblems(definition: ApiDefinition): string[] {
  const versions = Object.entries(definition.version_data?.versions ?? {})
  return [
    ...choiceProblems(definition, versions),
    ...versions.flatMap(([name, info]) => infoProblems(`version_data.versions.${name.slice(0, 80)}`, info)),
  ]
}

type Versions = readonly (readonly [string, VersionInfo])[]

const LOCATIONS = ['', 'header', 'url-param', 'url']

function choiceProblems(definition: ApiDefinition, versions: Versions): string[] {
  const problems: string[] = []
  const by = definition.definition ?? {}
  if (!LOCATIONS.includes(by.location ?? '')) {
    problems.push('definition.location must be "header", "url-param" or "url"')
  }
  if (by.location === 'header' && by.key && !isHeaderName(by.key)) {
    problems.push('definition.key is not a valid header name')
  }
  if (by.url_versioning_pattern) {
    const { problem } = goRegExp(by.url_versioning_pattern)
    if (problem !== undefined) problems.push(`definition.url_versioning_pattern ${problem}`)
  }
  if (definition.version_data?.not_versioned === false)
    problems.push(...versionedProblems(definition, versions))
  else problems.push(...singleProblems(versions))
  return problems
}

function versionedProblems(definition: ApiDefinition, versions: Versions): string[] {
  const problems: string[] = []
  const { location = '', key = '' } = definition.definition ?? {}
  const fallback = definition.version_data?.default_version ?? ''
  if (fallback !== '' && !versions.some(([name]) => name === fallback)) {
    problems.push(
      `version_data.default_version names "${fallback.slice(0, 80)}", which is not among the versions`,
    )
  }
  if (location !== 'url' && key === '' && fallback === '') {
    problems.push(
      'definition.key must name where the version is found, or version_data.default_version one to take',
    )
  }
  return problems
}

function singleProblems(versions: Versions): string[] {
  if (versions.length < 2) return []
  const defaults = versions.filter(([name]) => name === 'Default' || name === 'default' || name === '')
  if (defaults.length === 1) return []
  return [
    'version_data.versions has several versions, none of which is the one "Default", although not_versioned is true',
  ]
}

function infoProblems(field: string, info: VersionInfo): string[] {
  const problems: string[] = []
  if (expiryMs(info.expires) === undefined)
    problems.push(`${field}.expires must be a time such as "2030-12-31 23:59", or empty`)
  if (info.override_target) problems.push(...targetProblems(`${field}.override_target`, info.override_target))
  problems.push(
    ...headerProblems(`${field}.global_headers`, info.global_headers),
    ...headerProblems(`${field}.global_response_headers`, info.global_response_headers),
  )
  for (const [list, paths] of Object.entries({
    ignored: info.paths?.ignored,
    white_list: info.paths?.white_list,
    black_list: info.paths?.black_list,
  })) {
    for (const [index, path] of (paths ?? []).entries()) {
      problems.push(...patternProblems(`${field}.paths.${list}[${index}]`, path))
    }
  }
  // Paths that are not in use are kept, whatever is in them.
  if (info.use_extended_paths === true)
    problems.push(...extendedProblems(`${field}.extended_paths`, info.extended_paths ?? {}))
  return problems
}

const COMPILED = [
  'ignored',
  'white_list',
  'black_list',
  'mock_response',
  'transform_headers',
  'transform_response_headers',
  'hard_timeouts',
  'size_limits',
  'internal',
  'rate_limit',
  'request_costs',
] as const satisfies readonly (keyof ExtendedPaths)[]

type Entry = {
  readonly path: string
  readonly disabled?: boolean | undefined
  readonly headers?: HeaderMap
  readonly add_headers?: HeaderMap
  readonly method_actions?:
    | Readonly<Record<string, { readonly code?: number | undefined; readonly headers?: HeaderMap }>>
    | null
    | undefined
}

function extendedProblems(field: string, extended: ExtendedPaths): string[] {
  const problems: string[] = []
  for (const kind of COMPILED) {
    const entries: readonly Entry[] = extended[kind] ?? []
    for (const [index, entry] of entries.entries()) {
      if (entry.disabled !== true) problems.push(...entryProblems(`${field}.${kind}[${index}]`, entry))
    }
  }
  return problems
}

function entryProblems(field: string, entry: Entry): string[] {
  const problems = [
    ...patternProblems(`${field}.path`, entry.path),
    ...headerProblems(`${field}.headers`, entry.headers),
    ...headerProblems(`${field}.add_headers`, entry.add_headers),
  ]
  for (const [method, action] of Object.entries(entry.method_actions ?? {})) {
    problems.push(...headerProblems(`${field}.method_actions.${method.slice(0, 40)}.headers`, action.headers))
  }
  return problems
}

function patternProblems(field: string, path: string): string[] {
  const { problem } = pathPattern(path)
  return problem === undefined ? [] : [`${field} ${problem}`]
}

type HeaderMap = Readonly<Record<string, string>> | null | undefined

function headerProblems(field: string, headers: HeaderMap): string[] {
  return Object.entries(headers ?? {}).flatMap(([name, value]) => {
    if (!isHeaderName(name)) return [`${field} has "${name.slice(0, 80)}", which is not a valid header name`]
    return isHeaderValue(value)
      ? []
      : [`${field}.${name} has characters that a header value must not contain`]
  })
}
