import type { ApiRules } from '@tollgate/model/definition/api-rules'
import type { MockReply, VersionRules } from '@tollgate/model/definition/version-rules'
import { judgeVersion, subVersionMissing } from '@tollgate/model/judge/judge-version'
import { headerList } from '../pipeline/header-edits.ts'
import { defineMiddleware, judged, type Next, type Outcome, type OwnReply } from '../pipeline/middleware.ts'
import type { RequestContext } from '../pipeline/request-context.ts'
import { withoutParameter } from '../pipeline/strip-credential.ts'
import type { ApiPlan } from '../worker/snapshot.ts'

/**
 * Chooses the version and looks the path up in its lists: before authentication, so that a forbidden path is forbidden
 * to everyone. Answers mocked paths; hands over to another API where the version is one.
 */
export const version = defineMiddleware({
  name: 'version',

  enabled: () => true,

  create(plan) {
    const { rules, versionTargets } = plan
    // A version of a version is not followed, so that two APIs that name each other cannot loop.
    const flat: ApiRules = rules.subApis === undefined ? rules : { ...rules, subApis: undefined }
    const mocks = mockReplies(rules)
    const expiries = expiryLines(rules)

    return function version(context, next) {
      const judgement = judgeVersion(context.isSubVersion ? flat : rules, context, context.nowMs)
      switch (judgement.outcome) {
        case 'refuse':
          return judged(judgement)
        case 'mock':
          return mocks.get(judgement.reply) ?? NO_MOCK
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

/** Only the compiled replies of this API's own rules come out of its judgement. */
const NO_MOCK: OwnReply = { kind: 'reply', status: 200, headerLines: '', body: '' }

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

function mockReplies(rules: ApiRules): ReadonlyMap<MockReply, OwnReply> {
  const replies = new Map<MockReply, OwnReply>()
  for (const { listed } of allVersions(rules)) {
    for (const { value } of listed) if (value.list === 'mock') replies.set(value.reply, ownReply(value.reply))
  }
  return replies
}

function ownReply({ status, body, headers }: MockReply): OwnReply {
  // The id of an answer is the gate's own.
  const lines = headerList(headers).filter(({ name }) => name !== 'x-request-id')
  const typed = lines.some(({ name }) => name === 'content-type') || body === ''
  return {
    kind: 'reply',
    status,
    headerLines: `${typed ? '' : 'Content-Type: text/plain; charset=utf-8\r\n'}${lines.map(({ line }) => line).join('')}`,
    body: status === 204 || status === 304 ? '' : body,
  }
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
