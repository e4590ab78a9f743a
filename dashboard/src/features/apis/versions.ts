import { isRecord, recordOf, text } from '../../lib/json-values.ts'

/** Where a version stands in the definition. */
export type VersionPath = readonly ['version_data', 'versions', string]

/** The versions of an API by name, in their order. */
export type Versions = Readonly<Record<string, unknown>>

/** The versions that a definition holds. */
export function versionsOf(definition: Readonly<Record<string, unknown>>): Versions {
  return recordOf(recordOf(definition.version_data).versions)
}

/** Whether an API has several versions that callers choose from. */
export function isVersioned(definition: Readonly<Record<string, unknown>>): boolean {
  return recordOf(definition.version_data).not_versioned === false
}

/** The version of an API that is not versioned: the only one, or the one that goes by a name for "default". */
export function singleVersion(versions: Versions): string {
  const names = Object.keys(versions)
  return names.length === 1
    ? (names[0] ?? '')
    : (['Default', 'default', ''].find((name) => names.includes(name)) ?? names[0] ?? '')
}

/** The versions with one under another name, in its old place; its own `name` goes with it. */
export function renamed(versions: Versions, from: string, to: string): Versions {
  return Object.fromEntries(
    Object.entries(versions).map(([name, info]) => {
      if (name !== from) return [name, info]
      return [to, isRecord(info) && text(info.name) === from ? { ...info, name: to } : info]
    }),
  )
}

/** The versions without one. */
export function without(versions: Versions, name: string): Versions {
  return Object.fromEntries(Object.entries(versions).filter(([other]) => other !== name))
}

/** The versions with another one at their end: like `like` in all its rules, where that is given. */
export function withVersion(versions: Versions, name: string, like?: string): Versions {
  const model = like === undefined ? undefined : versions[like]
  return {
    ...versions,
    [name]: { ...(isRecord(model) ? model : { use_extended_paths: true }), name, expires: '' },
  }
}

/** A name for a version that none has: `v2` beside one, and so on. */
export function freeName(versions: Versions): string {
  for (let number = Object.keys(versions).length + 1; ; number++) {
    if (!Object.hasOwn(versions, `v${number}`)) return `v${number}`
  }
}

/** `2030-12-31 23:59` as a date input takes it (`2030-12-31T23:59`); '' for never, undefined for what is no such time. */
export function expiryInput(stored: unknown): string | undefined {
  if (stored === undefined || stored === null || stored === '' || stored === '-1') return ''
  return typeof stored === 'string' && /^\d{4}-\d\d-\d\d \d\d:\d\d$/.test(stored)
    ? stored.replace(' ', 'T')
    : undefined
}

/** What a date input says, as it is stored. */
export function expiryStored(input: string): string {
  return input.replace('T', ' ')
}
