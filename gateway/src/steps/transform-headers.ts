import { pathSetting } from '@tollgate/model/definition/version-rules'
import { pathAfterVersion } from '@tollgate/model/judge/judge-version'
import { headerLines } from '../pipeline/head-edits.ts'
import type { StepFactory } from '../pipeline/step.ts'

/** Removes and adds the headers that a version changes in requests to certain paths. */
export const transformHeaders: StepFactory<unknown> = {
  name: 'transform-headers',

  create(_plan, { transformHeaders }) {
    if (transformHeaders.length === 0) return undefined
    const rules = transformHeaders.map((rule) => ({ ...rule, value: headerLines(rule.value) }))
    return {
      name: 'transform-headers',
      onUpstreamRequest(context, head) {
        const { version, method, fullPath } = context
        if (version === undefined) return
        const rule = pathSetting(rules, method, pathAfterVersion(context, version), fullPath)
        if (rule !== undefined) head.apply(rule.value)
      },
    }
  },
}
