import { pathSetting } from '@tollgate/model/definition/version-rules'
import { pathAfterVersion } from '@tollgate/model/judge/judge-version'
import { defineMiddleware, refusal } from '../pipeline/middleware.ts'

/** Methods whose requests are not measured (gateway contract, section 4.4). */
const NOT_MEASURED: ReadonlySet<string> = new Set(['GET', 'DELETE', 'TRACE', 'OPTIONS', 'HEAD'])

const NO_LENGTH = refusal('length_required', { step: 'path', code: 'length_missing' })

/** Refuses request bodies larger than the version or the path allows, by the length that they state. */
export const sizeLimit = defineMiddleware({
  name: 'size-limit',

  enabled: ({ rules }) =>
    rules.versions.values().some(({ sizeLimit, sizeLimits }) => sizeLimit > 0 || sizeLimits.length > 0),

  create() {
    return function sizeLimit(context, next) {
      const passed = context.version
      if (passed === undefined || NOT_MEASURED.has(context.method)) return next(context)
      const { sizeLimit: general, sizeLimits } = passed.version
      const rule = pathSetting(
        sizeLimits,
        context.method,
        pathAfterVersion(context, passed),
        context.fullPath,
      )
      const own = rule?.value ?? 0
      const most = general > 0 && own > 0 ? Math.min(general, own) : Math.max(general, own)
      if (most <= 0) return next(context)
      if (context.header('content-length') === undefined) return NO_LENGTH
      const bytes = context.head.bodyLength
      if (bytes <= most) return next(context)
      return refusal('request_too_large', { step: 'path', code: 'too_large', args: { bytes, max: most } })
    }
  },
})
