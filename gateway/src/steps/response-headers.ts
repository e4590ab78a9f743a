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
    return function responseHeaders(context, next) {
      const change = context.version && changes.get(context.version.version)
      if (change === undefined) return next(context)
      return touch(context, change, next)
    }
  },
})

async function touch(context: RequestContext, change: Compiled, next: Next): Promise<Outcome> {
  const reply = await next(context)
  if (reply.kind !== 'upstream' || context.version === undefined) return reply
  if (change.global !== undefined) reply.edits.apply(change.global)
  const path = pathAfterVersion(context, context.version)
  const rule = pathSetting(change.paths, context.method, path, context.fullPath)
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
