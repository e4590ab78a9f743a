import type { ApiDefinition } from '@tollgate/model/definition/api-definition'
import type { ApiRules } from '@tollgate/model/definition/api-rules'
import { type FeatureName, featuresAfterPath } from '@tollgate/model/features/index'
import type { Admission } from '../admission/admission.ts'
import { authToken as token } from '../authenticate/auth-token.ts'
import { authenticate } from '../authenticate/authenticate.ts'
import type { OrganisationKeys } from '../authenticate/authenticator.ts'
import type { StepFactory } from '../pipeline/step.ts'
import { clientCertificate } from '../steps/client-certificate.ts'
import { costHeader } from '../steps/cost-header.ts'
import { globalHeaders } from '../steps/global-headers.ts'
import { globalReplyHeaders } from '../steps/global-reply-headers.ts'
import { hardTimeout } from '../steps/hard-timeout.ts'
import { judgeStep } from '../steps/judge.ts'
import { limits } from '../steps/limits.ts'
import { organisationSwitch } from '../steps/organisation-switch.ts'
import { replyHeaders } from '../steps/reply-headers.ts'
import { requestHeaders } from '../steps/request-headers.ts'
import { versionTarget } from '../steps/version-target.ts'
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

const authToken: StepFactory<ApiPlan> = {
  name: 'auth-token',
  create: (plan) => (plan.rules.keyless ? undefined : authenticate([token(plan)])),
}

/** Steps that do more than judge, by the feature that they belong to. */
const own: Partial<Record<FeatureName, StepFactory<ApiPlan>>> = {
  'client-certificates': clientCertificate,
  'organisation-switch': organisationSwitch,
  'auth-token': authToken,
  'version-target': versionTarget,
  limits,
  'global-headers': globalHeaders,
  'request-headers': requestHeaders,
  'hard-timeout': hardTimeout,
  'cost-header': costHeader,
  'global-reply-headers': globalReplyHeaders,
  'reply-headers': replyHeaders,
}

/** Every step a request may take once its version is known, in THE order of the features. */
export const STEPS: readonly StepFactory<ApiPlan>[] = featuresAfterPath.flatMap((feature) => {
  const step = own[feature.name]
  if (step !== undefined) return step
  return feature.judge === undefined ? [] : judgeStep(feature)
})
