import { featureNames } from '@tollgate/model/features/index'
import { authToken } from '../authenticate/auth-token.ts'
import { unsupportedAuth } from '../authenticate/unsupported-auth.ts'
import { apiRateLimit } from '../steps/api-rate-limit.ts'
import { clientCertificate } from '../steps/client-certificate.ts'
import { globalHeaders } from '../steps/global-headers.ts'
import { hardTimeout } from '../steps/hard-timeout.ts'
import { ipAllowList } from '../steps/ip-allow-list.ts'
import { ipBlockList } from '../steps/ip-block-list.ts'
import { keyAccess } from '../steps/key-access.ts'
import { organisationSwitch } from '../steps/organisation-switch.ts'
import { responseHeaders } from '../steps/response-headers.ts'
import { sizeLimit } from '../steps/size-limit.ts'
import { transformHeaders } from '../steps/transform-headers.ts'
import { version } from '../steps/version.ts'
import { versionTarget } from '../steps/version-target.ts'
import { forward, forwardAndWait } from '../upstream/forward.ts'
import type { ApiPlan } from '../worker/snapshot.ts'
import type { Middleware, Next } from './middleware.ts'

/** The steps of the gateway by the features that they carry out. */
const STEPS: readonly Middleware[] = [
  version,
  ipAllowList,
  ipBlockList,
  clientCertificate,
  organisationSwitch,
  sizeLimit,
  unsupportedAuth,
  authToken,
  versionTarget,
  keyAccess,
  apiRateLimit,
  globalHeaders,
  transformHeaders,
  hardTimeout,
  responseHeaders,
]

/** In THE order of the features. */
const ORDER = STEPS.toSorted((one, other) => placeOf(one) - placeOf(other))

function placeOf({ name }: Middleware): number {
  return featureNames.indexOf(name)
}

/** Folds the steps that the API asks for into one function; done once, when the API is compiled. */
export function chain(plan: ApiPlan): Next {
  const asked = ORDER.filter((middleware) => middleware.enabled(plan))
  const end: Next = asked.some((middleware) => middleware.touchesReply === true) ? forwardAndWait : forward
  return asked.reduceRight<Next>((next, middleware) => {
    const step = middleware.create(plan)
    return (context) => step(context, next)
  }, end)
}
