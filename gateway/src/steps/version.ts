import type { ApiRules, VersionRules } from '@tollgate/model/definition/api-rules'
import { judgeVersion, subVersionMissing } from '@tollgate/model/judge/judge-version'
import { defineMiddleware, judged, type Next, type Outcome } from '../pipeline/middleware.ts'
import type { RequestContext } from '../pipeline/request-context.ts'
import { withoutParameter } from '../pipeline/strip-credential.ts'
import type { ApiPlan } from '../worker/snapshot.ts'

/**
 * Chooses the version and looks the path up in its lists: before authentication, so that a forbidden path is forbidden
 * to everyone. Answers mocked paths; hands over to another API where the version is one.
 */
export const version = defineMiddleware({
  name: 'versioning',

  enabled: () => true,

  create(plan) {
    const { rules, versionTargets } = plan
    // A version of a version is not followed, so that two APIs that name each other cannot loop.
    const flat: ApiRules = rules.subApis === undefined ? rules : { ...rules, subApis: undefined }
    const expiries = expiryLines(rules)

    return function version(context, next) {
      const judgement = judgeVersion(context.isSubVersion ? flat : rules, context, context.nowMs)
      switch (judgement.outcome) {
        case 'refuse':
          return judged(judgement)
        case 'mock':
          return judgement.reply
        case 'sub-api':
          return enterSubApi(context, plan, judgement.apiId, judgement.name, judgement.pathDrop)
        case 'pass': {
          const { name } = judgement.version
          context.version = judgement
          context.ignored = judgement.ignored
          if (judgement.pathDrop > 0) context.dropPath(judgement.pathDrop)
          if (versionTargets.size > 0) context.targets = versionTargets.get(name)
          if (expiries.size > 0) context.replyLines = expiries.get(name) ?? ''
          if (rules.versioning?.strip === true) stripVersion(context, rules.versioning)
          return next(context)
        }
      }
    }
  },
})

function enterSubApi(
  context: RequestContext,
  plan: ApiPlan,
  apiId: string,
  name: string,
  pathDrop: number,
): Outcome | Promise<Outcome> {
  const sub = plan.sibling(apiId)
  if (sub === undefined) return judged(subVersionMissing(plan.rules, name))
  context.enter(sub, pathDrop)
  const run: Next = sub.run
  return run(context)
}

function stripVersion(context: RequestContext, by: NonNullable<ApiRules['versioning']>): void {
  if (by.location === 'header' && by.key !== '') context.editHeaders().remove(by.key)
  else if (by.location === 'url-param') context.query = withoutParameter(context.query, by.key)
}

/** While a version is still valid, its answers tell when it ends (gateway contract, section 4.4). */
function expiryLines(rules: ApiRules): ReadonlyMap<string, string> {
  const lines = new Map<string, string>()
  for (const { name, expiresAtMs } of allVersions(rules)) {
    if (expiresAtMs > 1) lines.set(name, `x-tyk-api-expires: ${new Date(expiresAtMs).toUTCString()}\r\n`)
  }
  return lines
}

function allVersions(rules: ApiRules): Iterable<VersionRules> {
  return rules.versions.values()
}
