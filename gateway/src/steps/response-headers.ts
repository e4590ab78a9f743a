import type { VersionPassed } from '@tollgate/model/judge/judge-version'
import { defineMiddleware, type Next, type Outcome } from '../pipeline/middleware.ts'
import type { RequestContext } from '../pipeline/request-context.ts'

/** Removes and adds the headers that a version changes in every answer, then those of certain paths. */
export const responseHeaders = defineMiddleware({
  name: 'reply-headers',

  enabled: ({ isUsed }) => isUsed('global-reply-headers') || isUsed('reply-headers'),

  touchesReply: true,

  create() {
    return function responseHeaders(context, next) {
      const { version } = context
      return version === undefined ? next(context) : touch(context, version, next)
    }
  },
})

async function touch(
  context: RequestContext,
  { version, endpoint }: VersionPassed,
  next: Next,
): Promise<Outcome> {
  const reply = await next(context)
  if (reply.kind !== 'upstream') return reply
  if (version.globalReplyHeaders !== undefined) reply.edits.apply(version.globalReplyHeaders)
  if (endpoint.replyHeaders !== undefined) reply.edits.apply(endpoint.replyHeaders)
  return reply
}
