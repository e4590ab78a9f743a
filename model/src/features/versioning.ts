import { z } from 'zod'
import { type GoRegExp, goRegExp } from '../definition/go-regexp.ts'
import { isHeaderName } from '../definition/header-lines.ts'
import type { Report } from '../definition/problem.ts'
import { apiFeature } from './feature.ts'
import { flag, text } from './field-types.ts'

/** Where a request names the version it wants. */
export type VersionLocation = 'header' | 'url-param' | 'url'

/** How a version is chosen. */
export type Versioning = {
  readonly location: VersionLocation
  /** Header name (lower case) or name of the query parameter. */
  readonly key: string
  /** Whether the version is removed before the request is sent on. */
  readonly strip: boolean
  /** Taken when the request names no version; empty = such a request is refused. */
  readonly defaultVersion: string
  /** Whether a version that does not exist counts as none named. */
  readonly fallbackToDefault: boolean
  /** With location `url`: only a first segment that matches this is a version. */
  readonly urlPattern: GoRegExp | undefined
}

/** Versions that are APIs of their own (`definition.enabled`). */
export type SubApis = Versioning & {
  /** Version name of this API itself. */
  readonly ownName: string
  /** api_id by version name. */
  readonly apis: ReadonlyMap<string, string>
}

const fields = {
  api: {
    definition: z
      .looseObject({
        enabled: flag,
        name: text.optional(),
        default: text.optional(),
        location: text.optional(),
        key: text.optional(),
        strip_path: flag,
        strip_versioning_data: flag,
        fallback_to_default: flag,
        url_versioning_pattern: text.optional(),
        versions: z.record(text, text).nullish(),
      })
      .nullish(),
  },
} as const
type Fields = z.infer<typeof fields.api.definition>

/** The versions of the document; their own fields are those of the features of a version. */
export type VersionData =
  | {
      readonly not_versioned?: boolean | undefined
      readonly default_version?: string | undefined
      readonly versions?: Readonly<Record<string, object>> | null | undefined
    }
  | null
  | undefined

const LOCATIONS = ['', 'header', 'url-param', 'url']

/** How versions within the definition are chosen; undefined = it is not versioned. */
export const versioning = apiFeature({
  name: 'versioning',
  label: 'versions',
  slot: 'versioning',
  fields,
  compile(document, { report }): Versioning | undefined {
    const data = versionDataOf(document)
    checkChoice(document.definition, data, report)
    if (data?.not_versioned !== false) return undefined
    return versioningOf(document.definition, data.default_version ?? '')
  },
})

/** Versions that are APIs of their own; undefined = there are none. */
export const subApis = apiFeature({
  name: 'versions-as-apis',
  label: 'versions that are APIs of their own',
  slot: 'subApis',
  fields: {},
  compile(document): SubApis | undefined {
    const by = versionsOf(document)
    const apis = Object.entries(by?.versions ?? {})
    if (by?.enabled !== true || apis.length === 0) return undefined
    return { ...versioningOf(by, by.default ?? ''), ownName: by.name ?? '', apis: new Map(apis) }
  },
})

/** `version_data` is put together of the features of a version, and therefore no field of this one. */
function versionDataOf(document: object): VersionData {
  return 'version_data' in document ? (document.version_data as VersionData) : undefined
}

/** The fields are those of `versioning`. */
function versionsOf(document: object): Fields {
  return 'definition' in document ? (document.definition as Fields) : undefined
}

function versioningOf(by: Fields, defaultVersion: string): Versioning {
  const { location: asked, key = '', url_versioning_pattern: pattern, ...flags } = by ?? {}
  const location = asked === 'url' || asked === 'url-param' ? asked : 'header'
  return {
    location,
    key: location === 'header' ? key.toLowerCase() : key,
    strip: flags.strip_path === true || flags.strip_versioning_data === true,
    defaultVersion,
    fallbackToDefault: flags.fallback_to_default === true,
    urlPattern: pattern ? (goRegExp(pattern).regexp ?? NEVER) : undefined,
  }
}

const NEVER: GoRegExp = { test: () => false }

function checkChoice(by: Fields, data: VersionData, report: Report): void {
  const { location = '', key = '', url_versioning_pattern: pattern } = by ?? {}
  if (!LOCATIONS.includes(location))
    report.problem(['definition', 'location'], 'unknown', 'must be "header", "url-param" or "url"')
  if (location === 'header' && key !== '' && !isHeaderName(key))
    report.problem(['definition', 'key'], 'characters', 'is not a valid header name')
  if (pattern) {
    const { problem } = goRegExp(pattern)
    if (problem !== undefined) report.problem(['definition', 'url_versioning_pattern'], 'malformed', problem)
  }
  const names = Object.keys(data?.versions ?? {})
  if (data?.not_versioned === false) checkDefault(location, key, data, names, report)
  else checkSingle(names, report)
}

function checkDefault(
  location: string,
  key: string,
  data: NonNullable<VersionData>,
  names: readonly string[],
  report: Report,
): void {
  const fallback = data.default_version ?? ''
  if (fallback !== '' && !names.includes(fallback)) {
    const message = `names "${fallback.slice(0, 80)}", which is not among the versions`
    report.problem(['version_data', 'default_version'], 'unknown', message)
  }
  if (location === 'url' || key !== '' || fallback !== '') return
  const message = 'must name where the version is found, or version_data.default_version one to take'
  report.problem(['definition', 'key'], 'missing', message)
}

/** Names of the version that an API has which is not versioned. */
export const DEFAULT_NAMES: readonly string[] = ['Default', 'default', '']

function checkSingle(names: readonly string[], report: Report): void {
  if (names.length < 2 || names.filter((name) => DEFAULT_NAMES.includes(name)).length === 1) return
  const message = 'has several versions, none of which is the one "Default", although not_versioned is true'
  report.problem(['version_data', 'versions'], 'conflict', message)
}
