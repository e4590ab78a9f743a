import { pathSetting, type VersionRules } from '@tollgate/model/definition/version-rules'
import { pathAfterVersion } from '@tollgate/model/judge/judge-version'
import { type HeaderLines, headerLines } from '../pipeline/header-edits.ts'
import { defineMiddleware, type Next, type Outcome } from '../pipeline/middleware.ts'
import type { RequestContext } from '../pipeline/request-context.ts'

/** Removes and adds the headers that a version changes in every answer, then those of certain paths. */
export const responseHeaders = defineMiddleware({
  name: 'response-headers',

  enabled: ({ rules }) => rules.versions.values().some(changesReply),

  touchesReply: true,

  create({ rules }) {
    const changes = new Map(
      rules.versions
        .values()
        .filter(changesReply)
        .map((version) => [version, compile(version)] as const),
    )
    return function responseHeaders(visit, next) {
      const change = visit.version && changes.get(visit.version.version)
      if (change === undefined) return next(visit)
      return touch(visit, change, next)
    }
  },
})

async function touch(visit: RequestContext, change: Compiled, next: Next): Promise<Outcome> {
  const reply = await next(visit)
  if (reply.kind !== 'upstream' || visit.version === undefined) return reply
  if (change.global !== undefined) reply.edits.apply(change.global)
  const path = pathAfterVersion(visit, visit.version)
  const rule = pathSetting(change.paths, visit.method, path, visit.fullPath)
  if (rule !== undefined) reply.edits.apply(rule.value)
  return reply
}

type Compiled = ReturnType<typeof compile>

function changesReply(version: VersionRules): boolean {
  return version.globalResponseHeaders !== undefined || version.transformResponseHeaders.length > 0
}

function compile(version: VersionRules) {
  const global: HeaderLines | undefined =
    version.globalResponseHeaders && headerLines(version.globalResponseHeaders)
  const paths = version.transformResponseHeaders.map((rule) => ({ ...rule, value: headerLines(rule.value) }))
  return { global, paths }
}
