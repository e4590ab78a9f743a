import { pathSetting } from '@tollgate/model/definition/version-rules'
import { pathAfterVersion } from '@tollgate/model/judge/judge-version'
import type { StepFactory } from '../pipeline/step.ts'

/** Gives the upstream the time that the path says, instead of the default. */
export const hardTimeout: StepFactory<unknown> = {
  name: 'hard-timeout',

  create(_plan, { hardTimeouts }) {
    if (hardTimeouts.length === 0) return undefined
    return {
      name: 'hard-timeout',
      onUpstreamRequest(context) {
        const { version, method, fullPath } = context
        if (version === undefined) return
        const rule = pathSetting(hardTimeouts, method, pathAfterVersion(context, version), fullPath)
        if (rule !== undefined) context.upstream.timeoutMs = rule.value
      },
    }
  },
}
