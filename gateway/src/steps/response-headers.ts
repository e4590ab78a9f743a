import { pathSetting } from '@tollgate/model/definition/version-rules'
import { pathAfterVersion } from '@tollgate/model/judge/judge-version'
import { headerLines } from '../pipeline/head-edits.ts'
import type { StepFactory } from '../pipeline/step.ts'

/** Removes and adds the headers that a version changes in every answer of the upstream, then those of certain paths. */
export const responseHeaders: StepFactory<unknown> = {
  name: 'response-headers',

  create(_plan, { globalResponseHeaders, transformResponseHeaders }) {
    if (globalResponseHeaders === undefined && transformResponseHeaders.length === 0) return undefined
    const everywhere = globalResponseHeaders && headerLines(globalResponseHeaders)
    const rules = transformResponseHeaders.map((rule) => ({ ...rule, value: headerLines(rule.value) }))
    return {
      name: 'response-headers',
      onReplyHead(context, { edits }) {
        const { version, method, fullPath } = context
        if (everywhere !== undefined) edits.apply(everywhere)
        if (version === undefined) return undefined
        const rule = pathSetting(rules, method, pathAfterVersion(context, version), fullPath)
        if (rule !== undefined) edits.apply(rule.value)
        return undefined
      },
    }
  },
}
