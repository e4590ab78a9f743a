import type { ApiEvent } from '@tollgate/model/definition/api-events'
import { eventOf, refusals } from '@tollgate/model/judge/refusals'
import type { RequestContext } from '../pipeline/request-context.ts'

/** Emits the event that a request's refusal is, when its API has a handler for it. Neither secret nor query is in it. */
export function emitEvent(context: RequestContext, emit: (event: ApiEvent) => void): void {
  const { refusal, api, access } = context
  const name = refusal === undefined ? undefined : eventOf(refusal.code)
  if (refusal === undefined || name === undefined || !api.events.has(name)) return
  emit({
    name,
    orgId: api.orgId,
    apiId: api.apiId,
    message: refusal.text ?? refusals[refusal.code].message,
    path: context.fullPath,
    origin: context.clientIp,
    key: access?.keyId ?? '',
  })
}
