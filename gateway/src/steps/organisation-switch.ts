import { SHUT } from '@tollgate/model/judge/judge-key'
import type { OrganisationLimits } from '@tollgate/model/limits/organisation-limits'
import { refusal } from '../pipeline/answer.ts'
import type { StepFactory } from '../pipeline/step.ts'

type Plan = { readonly organisation: { readonly limits: OrganisationLimits | undefined } }

const SWITCHED_OFF = refusal(SHUT.code, SHUT.decided)

/**
 * Refuses everything while the organisation is switched off, before a key is looked for (gateway contract 4.3, step 9).
 * Every version has it: limits of an organisation come and go while its APIs stay as they are.
 */
export const organisationSwitch: StepFactory<Plan> = {
  name: 'organisation-switch',

  create: ({ organisation }) => ({
    name: 'organisation-switch',
    onRequest: () => (organisation.limits?.inactive === true ? SWITCHED_OFF : undefined),
  }),
}
