import { SHUT } from '@tollgate/model/judge/judge-key'
import { defineMiddleware, refusal } from '../pipeline/middleware.ts'

const SWITCHED_OFF = refusal(SHUT.code, SHUT.decided)

/** Refuses everything while the organisation is switched off, before a key is looked for (gateway contract 4.3, step 9). */
export const organisationSwitch = defineMiddleware({
  name: 'organisation-switch',

  // Limits of an organisation come and go while its APIs stay as they are.
  enabled: () => true,

  create({ organisation }) {
    return function organisationSwitch(context, next) {
      return organisation.limits?.inactive === true ? SWITCHED_OFF : next(context)
    }
  },
})
