import { pathSetting } from '@tollgate/model/definition/version-rules'
import { pathAfterVersion } from '@tollgate/model/judge/judge-version'
import { refusal } from '../pipeline/answer.ts'
import type { StepFactory } from '../pipeline/step.ts'

/** Methods whose requests are not measured (gateway contract, section 4.4). */
const NOT_MEASURED: ReadonlySet<string> = new Set(['GET', 'DELETE', 'TRACE', 'OPTIONS', 'HEAD'])

const NO_LENGTH = refusal('length_required', { step: 'path', code: 'length_missing' })

/** Refuses request bodies larger than the version or the path allows, by the length that they state. */
export const sizeLimit: StepFactory<unknown> = {
  name: 'size-limit',

  create(_plan, { sizeLimit: general, sizeLimits }) {
    if (general <= 0 && sizeLimits.length === 0) return undefined
    return {
      name: 'size-limit',
      onRequest(context) {
        const { version, method, fullPath } = context
        if (version === undefined || NOT_MEASURED.has(method)) return undefined
        const rule = pathSetting(sizeLimits, method, pathAfterVersion(context, version), fullPath)
        const own = rule?.value ?? 0
        const most = general > 0 && own > 0 ? Math.min(general, own) : Math.max(general, own)
        if (most <= 0) return undefined
        if (context.header('content-length') === undefined) return NO_LENGTH
        const bytes = context.head.bodyLength
        if (bytes <= most) return undefined
        return refusal('request_too_large', { step: 'path', code: 'too_large', args: { bytes, max: most } })
      },
    }
  },
}
