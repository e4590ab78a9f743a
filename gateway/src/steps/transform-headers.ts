import { pathSetting } from '@tollgate/model/definition/version-rules'
import { pathAfterVersion } from '@tollgate/model/judge/judge-version'
import { headerLines } from '../pipeline/header-edits.ts'
import { defineMiddleware } from '../pipeline/middleware.ts'

/** Removes and adds the headers that a version changes in requests to certain paths. */
export const transformHeaders = defineMiddleware({
  name: 'transform-headers',

  enabled: ({ rules }) => rules.versions.values().some((version) => version.transformHeaders.length > 0),

  create({ rules }) {
    const changes = new Map(
      rules.versions.values().map((version) => {
        return [
          version,
          version.transformHeaders.map((rule) => ({ ...rule, value: headerLines(rule.value) })),
        ]
      }),
    )
    return function transformHeaders(context, next) {
      const passed = context.version
      if (passed === undefined) return next(context)
      const rules = changes.get(passed.version) ?? []
      const rule = pathSetting(rules, context.method, pathAfterVersion(context, passed), context.fullPath)
      if (rule !== undefined) context.editHeaders().apply(rule.value)
      return next(context)
    }
  },
})
