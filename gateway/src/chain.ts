import { forward, forwardAndWait } from './forward.ts'
import { apiRateLimit } from './middleware/api-rate-limit.ts'
import { authToken } from './middleware/auth-token.ts'
import { clientCertificate } from './middleware/client-certificate.ts'
import { globalHeaders } from './middleware/global-headers.ts'
import { hardTimeout } from './middleware/hard-timeout.ts'
import { ipAllowList } from './middleware/ip-allow-list.ts'
import { ipBlockList } from './middleware/ip-block-list.ts'
import { keyAccess } from './middleware/key-access.ts'
import { organisationSwitch } from './middleware/organisation-switch.ts'
import { responseHeaders } from './middleware/response-headers.ts'
import { sizeLimit } from './middleware/size-limit.ts'
import { transformHeaders } from './middleware/transform-headers.ts'
import { unsupportedAuth } from './middleware/unsupported-auth.ts'
import { version } from './middleware/version.ts'
import type { Middleware, Next } from './middleware.ts'
import type { ApiPlan } from './snapshot.ts'

/** Every step a request may take, in the order of the gateway contract, section 4.3. */
const ORDER: readonly Middleware[] = [
  version,
  ipAllowList,
  ipBlockList,
  clientCertificate,
  organisationSwitch,
  sizeLimit,
  unsupportedAuth,
  authToken,
  keyAccess,
  apiRateLimit,
  globalHeaders,
  transformHeaders,
  hardTimeout,
  responseHeaders,
]

/** Folds the steps that the API asks for into one function; done once, when the API is compiled. */
export function chain(plan: ApiPlan): Next {
  const asked = ORDER.filter((middleware) => middleware.enabled(plan))
  const end: Next = asked.some((middleware) => middleware.touchesReply === true) ? forwardAndWait : forward
  return asked.reduceRight<Next>((next, middleware) => {
    const step = middleware.create(plan)
    return (visit) => step(visit, next)
  }, end)
}
