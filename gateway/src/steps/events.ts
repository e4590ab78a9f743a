import type { ApiDefinition } from '@tollgate/model/definition/api-definition'
import { type ApiEvent, eventHandlers } from '@tollgate/model/definition/api-events'
import { eventOf, refusals } from '@tollgate/model/judge/refusals'
import { requestRecord } from '../pipeline/request-record.ts'
import type { Step } from '../pipeline/step.ts'

/** Emits the event that a request's refusal is; undefined where the API has a handler for none. */
export function events(definition: ApiDefinition, emit: (event: ApiEvent) => void): Step | undefined {
  const handled = new Set(eventHandlers(definition).keys())
  if (handled.size === 0) return undefined
  return {
    name: 'events',
    onEnd(context, result) {
      const { refusal } = context.record
      const name = refusal && eventOf(refusal.code)
      if (refusal === undefined || name === undefined || !handled.has(name)) return
      const { orgId, apiId, message, path, clientAddress, keyId } = requestRecord(context, result)
      emit({
        name,
        orgId,
        apiId,
        message: message || refusals[refusal.code].message,
        path,
        origin: clientAddress,
        key: keyId,
      })
    },
  }
}
