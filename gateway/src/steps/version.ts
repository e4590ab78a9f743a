import type { ApiRules, VersionRules } from '@tollgate/model/definition/api-rules'
import { judgeVersion, subVersionMissing } from '@tollgate/model/judge/judge-version'
import { judged } from '../pipeline/answer.ts'
import { withoutParameter } from '../pipeline/query.ts'
import type { RequestContext } from '../pipeline/request-context.ts'
import type { CompiledVersion, ServedApi } from '../pipeline/step.ts'

type Plan = {
  readonly rules: ApiRules
  readonly versions: ReadonlyMap<VersionRules, CompiledVersion>
  /** The API of that id in the same organisation, if it is active: for versions that are APIs of their own. */
  readonly sibling: (apiId: string) => ServedApi | undefined
}

/**
 * Chooses the version and looks the path up in its lists: before authentication, so that a forbidden path is forbidden
 * to everyone. Answers mocked paths; hands over to another API where the version is one.
 */
export function chooseVersion({ rules, versions, sibling }: Plan): ServedApi['enter'] {
  // A version of a version is not followed, so that two APIs that name each other cannot loop.
  const flat: ApiRules = rules.subApis === undefined ? rules : { ...rules, subApis: undefined }
  const expiries = expiryLines(rules)

  return (context) => {
    const judgement = judgeVersion(context.route.isSubVersion ? flat : rules, context, context.nowMs)
    switch (judgement.outcome) {
      case 'refuse':
        return judged(judgement)
      case 'mock':
        return judgement.reply
      case 'sub-api': {
        const api = sibling(judgement.apiId)
        if (api === undefined) return judged(subVersionMissing(rules, judgement.name))
        return { kind: 'sub-api', api, pathDrop: judgement.pathDrop }
      }
      case 'pass': {
        const { version, pathDrop } = judgement
        const compiled = versions.get(version)
        if (compiled === undefined) throw new Error(`version ${version.name} was not compiled`)
        context.version = judgement
        if (pathDrop > 0) context.upstream.dropPath(pathDrop)
        const expiry = expiries.size > 0 ? expiries.get(version) : undefined
        if (expiry !== undefined) context.reply.editPassed().append(EXPIRES, expiry)
        if (rules.versioning?.strip === true) stripVersion(context, rules.versioning)
        return compiled
      }
    }
  }
}

function stripVersion({ upstream }: RequestContext, by: NonNullable<ApiRules['versioning']>): void {
  if (by.location === 'header' && by.key !== '') upstream.edit().remove(by.key)
  else if (by.location === 'url-param') upstream.query = withoutParameter(upstream.query, by.key)
}

const EXPIRES = 'x-tyk-api-expires'

/** While a version is still valid, its answers tell when it ends (gateway contract, section 4.4). */
function expiryLines(rules: ApiRules): ReadonlyMap<VersionRules, string> {
  const lines = new Map<VersionRules, string>()
  for (const version of rules.versions.values()) {
    const { expiresAtMs } = version
    if (expiresAtMs > 1) lines.set(version, `${EXPIRES}: ${new Date(expiresAtMs).toUTCString()}\r\n`)
  }
  return lines
}
