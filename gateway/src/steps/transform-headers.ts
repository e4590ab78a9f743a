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
    return function transformHeaders(visit, next) {
      const passed = visit.version
      if (passed === undefined) return next(visit)
      const rules = changes.get(passed.version) ?? []
      const rule = pathSetting(rules, visit.method, pathAfterVersion(visit, passed), visit.fullPath)
      if (rule !== undefined) visit.editHeaders().apply(rule.value)
      return next(visit)
    }
  },
})
