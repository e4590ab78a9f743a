import { judgeOrganisation } from '@tollgate/model/judge/judge-key'
import { defineMiddleware, judged } from '../pipeline/middleware.ts'

/** Refuses everything while the organisation is switched off, before a key is looked for (gateway contract 4.3, step 9). */
export const organisationSwitch = defineMiddleware({
  name: 'organisation-switch',

  // Limits of an organisation come and go while its APIs stay as they are.
  enabled: () => true,

  create({ rules, organisation }) {
    return function organisationSwitch(context, next) {
      const { version } = context
      if (organisation.limits?.inactive !== true || version === undefined) return next(context)
      const refused = judgeOrganisation(rules, version, organisation.limits)
      return refused === undefined ? next(context) : judged(refused)
    }
  },
})
