import type { ApiRules } from '@tollgate/model/definition/api-rules'
import { refusal } from '../pipeline/answer.ts'
import type { StepFactory } from '../pipeline/step.ts'

/** Refuses everything on an API whose way of authentication this release cannot judge: never silently open. */
export const unsupportedAuth: StepFactory<{ readonly rules: ApiRules }> = {
  name: 'unsupported-auth',

  create({ rules }) {
    if (rules.unsupportedAuth.length === 0) return undefined
    const detail = `not supported: ${rules.unsupportedAuth.join(', ')}`
    const answer = refusal('auth_unsupported', { step: 'credential', detail })
    return { name: 'unsupported-auth', onRequest: () => answer }
  },
}
