import type { ApiRules } from '@tollgate/model/definition/api-rules'
import { judgeOrganisation } from '@tollgate/model/judge/judge-key'
import type { OrganisationLimits } from '@tollgate/model/limits/organisation-limits'
import { judged } from '../pipeline/answer.ts'
import type { StepFactory } from '../pipeline/step.ts'

type Plan = {
  readonly rules: ApiRules
  readonly organisation: { readonly limits: OrganisationLimits | undefined }
}

/**
 * Refuses everything while the organisation is switched off, before a key is looked for (gateway contract 4.3, step 9).
 * Every version has it: limits of an organisation come and go while its APIs stay as they are.
 */
export const organisationSwitch: StepFactory<Plan> = {
  name: 'organisation-switch',

  create: ({ rules, organisation }) => ({
    name: 'organisation-switch',
    onRequest({ version }) {
      if (organisation.limits?.inactive !== true || version === undefined) return undefined
      const refused = judgeOrganisation(rules, version, organisation.limits)
      return refused && judged(refused)
    },
  }),
}
