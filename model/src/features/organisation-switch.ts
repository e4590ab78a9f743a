import { SHUT } from '../judge/judge-key.ts'
import { apiFeature } from './feature.ts'

/** Refuses everything while the organisation is switched off, before a key is looked for (gateway contract 4.3, step 9). */
export const organisationSwitch = apiFeature({
  name: 'organisation-switch',
  label: 'the switch of the organisation',
  slot: 'hasOrganisation',
  fields: {},
  compile: (_document, { orgId }) => orgId !== '',
  judge: (_has, _facts, _nowMs, { organisation }) => (organisation?.inactive === true ? SHUT : undefined),
})
