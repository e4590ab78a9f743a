import { apiFeature } from './feature.ts'
import { flag } from './field-types.ts'

/** `active`: an API that is switched off is not there. */
export const switchedOn = apiFeature({
  name: 'switched-on',
  label: 'the switch of the API',
  slot: 'active',
  fields: { api: { active: flag } },
  compile: ({ active }) => active !== false,
  isIdle: (active) => active,
  judge: (active, _facts, _nowMs, { name }) =>
    active
      ? undefined
      : { code: 'api_inactive', decided: { step: 'route', code: 'api_inactive', args: { name } } },
})

/** `internal`: only other APIs reach it, as a version of theirs. */
export const internalApi = apiFeature({
  name: 'internal-api',
  label: 'an API that only others reach',
  slot: 'internal',
  fields: { api: { internal: flag } },
  compile: ({ internal }) => internal === true,
})
