import type { Report } from '../definition/problem.ts'
import { hasScheme, type TargetUrl, targetUrl } from '../definition/target-url.ts'
import type { Why } from '../judge/refused.ts'
import { apiFeature, versionFeature } from './feature.ts'
import { flag, strings, text } from './field-types.ts'

/** Where requests go, in turn; none = nothing can be sent yet, and every request is refused with 503. */
export const targets = apiFeature({
  name: 'targets',
  label: 'targets',
  slot: 'targets',
  fields: {
    proxy: {
      target_url: text.optional(),
      enable_load_balancing: flag,
      target_list: strings,
      preserve_host_header: flag,
      disable_strip_slash: flag,
      strip_listen_path: flag,
    },
    api: { protocol: text.optional() },
  },
  compile(document, { report }): readonly TargetUrl[] {
    const { proxy } = document
    const { target_url: single = '', target_list: listed, enable_load_balancing: isBalanced } = proxy ?? {}
    const list = isBalanced === true ? (listed ?? []) : []
    if (list.length === 0) return singleTarget(single, { ...document }, report)
    // Beside a list the single target is nothing but a note.
    if (single !== '' && !hasScheme(single))
      report.warning(
        ['proxy', 'target_url'],
        'assumed',
        'is not absolute; the list of targets is used instead',
      )
    return list.flatMap((target, index) => listedTarget(target, index, report) ?? [])
  },
  notJudged: (found) => (found.length === 0 ? undefined : 'whether the target answers'),
})

/** Where requests of a version go: its own target, else the API's. */
export const versionTarget = versionFeature({
  name: 'version-target',
  label: 'target of a version',
  slot: 'targets',
  fields: { override_target: text.optional() },
  compile({ override_target: own = '' }, { report, api }): readonly TargetUrl[] {
    // Features of the API are compiled before those of its versions: this is what `targets` came to.
    if (own === '') return api.targets as readonly TargetUrl[]
    const found = targetUrl(own, ['override_target'], report)
    return found === undefined ? [] : [found]
  },
  judge: (found) => (found.length === 0 ? NO_TARGET : undefined),
})

export const NO_TARGET: Why = {
  code: 'target_unusable',
  decided: { step: 'upstream', code: 'target_unusable' },
}

function singleTarget(
  single: string,
  definition: Readonly<Record<string, unknown>>,
  report: Report,
): readonly TargetUrl[] {
  const path = ['proxy', 'target_url']
  if (single !== '') {
    const found = targetUrl(single, path, report)
    return found === undefined ? [] : [found]
  }
  if (!hasOtherSource(definition)) report.problem(path, 'missing', 'must not be empty')
  else
    report.warning(
      path,
      'not_obeyed',
      'is empty, and what would take its place is not done yet: requests get 503',
    )
  return []
}

/** Definitions whose answers come from elsewhere: a discovery service, a GraphQL engine, other APIs that are versions. */
function hasOtherSource(definition: Readonly<Record<string, unknown>>): boolean {
  const isSet = (part: unknown, field: string) =>
    typeof part === 'object' && part !== null && Boolean(Reflect.get(part, field))
  const { proxy, graphql, definition: versions } = definition
  const discovery = isSet(proxy, 'service_discovery')
    ? Reflect.get(Object(proxy), 'service_discovery')
    : undefined
  return isSet(discovery, 'use_discovery_service') || isSet(graphql, 'enabled') || isSet(versions, 'enabled')
}

function listedTarget(target: string, index: number, report: Report): TargetUrl | undefined {
  const path = ['proxy', 'target_list', index]
  if (hasScheme(target)) return targetUrl(target, path, report)
  const found = targetUrl(`http://${target}`, path, report)
  if (found !== undefined) report.warning(path, 'assumed', 'has no scheme and is reached with http://')
  return found
}
