import type { ApiRules } from '@tollgate/model/definition/api-rules'
import { authUnsupported } from '@tollgate/model/judge/token-auth'
import { refusal } from '../pipeline/answer.ts'
import type { StepFactory } from '../pipeline/step.ts'

/** Refuses everything on an API whose way of authentication this release cannot judge: never silently open. */
export const unsupportedAuth: StepFactory<{ readonly rules: ApiRules }> = {
  name: 'unsupported-auth',

  create({ rules }) {
    if (rules.unsupportedAuth.length === 0) return undefined
    const answer = refusal('auth_unsupported', authUnsupported(rules))
    return { name: 'unsupported-auth', onRequest: () => answer }
  },
}
