import { labelAsTitle } from '@tollgate/model/features/feature'
import { keptOperations, type OperationLevel, operationFeatures } from '@tollgate/model/features/index'
import { isRecord, listOf, recordOf, text } from '../../lib/json-values.ts'

/** The rules of a version's paths (`extended_paths`): what the gate obeys, and how each is called here. */

/** A kind of rule that the gate obeys, by its name in the document. */
export type RuleKind = OperationLevel['list']

type Fields = Readonly<Record<string, unknown>>

/** Every kind that the gate obeys, in the order in which it judges them. */
export const ruleKinds = operationFeatures.map(({ list, label, about, ...feature }) => ({
  kind: list,
  label: labelAsTitle(label),
  about,
  ...feature,
}))

/** One rule, where it stands in `extended_paths`. */
export type Rule = {
  readonly kind: string
  readonly index: number
  readonly entry: Fields
  readonly isSupported: boolean
}

/** A path with all its rules. */
export type Endpoint = { readonly path: string; readonly rules: readonly Rule[] }

/** The paths of `extended_paths` in the order in which they first stand there; rules that are not supported are among them. */
export function endpointsOf(extended: unknown): readonly Endpoint[] {
  const byPath = new Map<string, Rule[]>()
  const supported: readonly string[] = ruleKinds.map(({ kind }) => kind)
  const kinds = [...supported, ...Object.keys(recordOf(extended)).filter((kind) => !supported.includes(kind))]
  for (const kind of kinds) {
    for (const [index, entry] of listOf(recordOf(extended)[kind]).entries()) {
      // Of the older kind `cache` an entry is the path itself.
      const fields = isRecord(entry) ? entry : { path: entry }
      const path = text(fields.path)
      const rule = { kind, index, entry: fields, isSupported: supported.includes(kind) }
      byPath.set(path, [...(byPath.get(path) ?? []), rule])
    }
  }
  return [...byPath].map(([path, rules]) => ({ path, rules }))
}

/** What a kind of rule is called here. */
export function labelOf(kind: string): string {
  const known = ruleKinds.find((one) => one.kind === kind) ?? keptOperations.find((one) => one.list === kind)
  return known === undefined ? kind : labelAsTitle(known.label)
}

/** A rule in a few words, for the table: "Block GET", "Rate limit: 10 requests each second". */
export function ruleInWords({ kind, entry, isSupported }: Rule): string {
  const methods = methodsOf(entry).join(', ')
  const label = `${labelOf(kind)}${methods === '' ? '' : ` ${methods}`}`
  const value = isSupported ? (ruleKinds.find((one) => one.kind === kind)?.words(entry) ?? '') : ''
  return value === '' ? label : `${label}: ${value}`
}

/** The methods that a rule holds for; none = any. */
function methodsOf(entry: Fields): readonly string[] {
  const named = Object.keys(recordOf(entry.method_actions))
  if (named.length > 0) return named
  return text(entry.method) === '' ? [] : [text(entry.method)]
}

/** What a new rule of a kind begins with; it holds for any method. */
export function newRule(kind: RuleKind, path: string): Fields {
  return { path, method: '', ...ruleKinds.find((one) => one.kind === kind)?.fresh }
}

/** The three lists of a version whose paths have no rules of their own. */
export const plainLists = [
  { name: 'ignored', label: 'Ignored paths', about: 'No key is asked for, and no limit holds' },
  { name: 'white_list', label: 'Allowed paths', about: 'As soon as there is one, all others are refused' },
  { name: 'black_list', label: 'Blocked paths', about: 'Refused with 403, whoever calls' },
] as const

/** Whether a version goes by plain lists that hold something. */
export function usesPlainLists(version: unknown): boolean {
  const { use_extended_paths: isExtended, paths } = recordOf(version)
  return isExtended !== true && plainLists.some(({ name }) => listOf(recordOf(paths)[name]).length > 0)
}

/**
 * `extended_paths` that say of each path what the plain lists said, for a version that is to go by rules from now on:
 * without them every path that was blocked would be open.
 */
export function rulesFromPlainLists(version: unknown): Fields {
  const { paths, extended_paths: extended } = recordOf(version)
  const lists = plainLists.map(({ name }) => {
    const there = listOf(recordOf(extended)[name])
    const known = new Set(there.map((entry) => text(recordOf(entry).path)))
    const added = listOf(recordOf(paths)[name])
      .map(text)
      .filter((path) => path !== '' && !known.has(path))
      .map((path) => ({ path, method: '' }))
    return [name, [...there, ...added]] as const
  })
  return { ...recordOf(extended), ...Object.fromEntries(lists.filter(([, list]) => list.length > 0)) }
}
