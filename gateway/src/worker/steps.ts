import type { ApiDefinition } from '@tollgate/model/definition/api-definition'
import type { ApiRules } from '@tollgate/model/definition/api-rules'
import type { Admission } from '../admission/admission.ts'
import { authToken } from '../authenticate/auth-token.ts'
import { authenticate } from '../authenticate/authenticate.ts'
import type { OrganisationKeys } from '../authenticate/authenticator.ts'
import { unsupportedAuth } from '../authenticate/unsupported-auth.ts'
import type { StepFactory } from '../pipeline/step.ts'
import { clientCertificate } from '../steps/client-certificate.ts'
import { costHeader } from '../steps/cost-header.ts'
import { globalHeaders } from '../steps/global-headers.ts'
import { hardTimeout } from '../steps/hard-timeout.ts'
import { ipAllowList } from '../steps/ip-allow-list.ts'
import { ipBlockList } from '../steps/ip-block-list.ts'
import { limits } from '../steps/limits.ts'
import { organisationSwitch } from '../steps/organisation-switch.ts'
import { responseHeaders } from '../steps/response-headers.ts'
import { sizeLimit } from '../steps/size-limit.ts'
import { transformHeaders } from '../steps/transform-headers.ts'
import type { OrganisationEntry } from './organisation-registry.ts'
import type { StoredCertificates } from './stored-certificates.ts'

/** What steps are made from: all that is known of an API when it is compiled. */
export type ApiPlan = {
  readonly definition: ApiDefinition
  readonly rules: ApiRules
  readonly keys: OrganisationKeys
  /** What limits the API's organisation as a whole. */
  readonly organisation: OrganisationEntry
  /** What requests are counted and admitted with. */
  readonly admission: Admission
  readonly certificates: StoredCertificates
}

const authentication: StepFactory<ApiPlan> = {
  name: 'authenticate',
  create: (plan) => (plan.rules.keyless ? undefined : authenticate([authToken(plan)])),
}

/** Every step a request may take once its version is known, in the order of the gateway contract, section 4.3. */
export const STEPS: readonly StepFactory<ApiPlan>[] = [
  ipAllowList,
  ipBlockList,
  clientCertificate,
  organisationSwitch,
  sizeLimit,
  unsupportedAuth,
  authentication,
  limits,
  globalHeaders,
  transformHeaders,
  hardTimeout,
  costHeader,
  responseHeaders,
]
