import { NO_TARGET } from '@tollgate/model/features/targets'
import { defineMiddleware, refusal } from '../pipeline/middleware.ts'

const UNUSABLE = refusal(NO_TARGET.code, NO_TARGET.decided)

/** Refuses requests of a version that names no target to which anything can be sent yet. */
export const versionTarget = defineMiddleware({
  name: 'version-target',

  enabled: ({ rules }) => rules.versions.values().some(({ targets }) => targets.length === 0),

  create() {
    return function versionTarget(context, next) {
      return context.version?.version.targets.length === 0 ? UNUSABLE : next(context)
    }
  },
})
