import { apisFeature } from './features/apis/feature.ts'
import { certificatesFeature } from './features/certificates/feature.ts'
import { explainFeature } from './features/explain/feature.ts'
import { keysFeature } from './features/keys/feature.ts'
import { organisationFeature } from './features/organisation/feature.ts'
import { overviewFeature } from './features/overview/feature.ts'
import { policiesFeature } from './features/policies/feature.ts'
import { profileFeature } from './features/profile/feature.ts'
import { userGroupsFeature } from './features/user-groups/feature.ts'
import { usersFeature } from './features/users/feature.ts'
import { webhooksFeature } from './features/webhooks/feature.ts'
import type { Feature } from './lib/feature.ts'

/**
 * Every feature of the dashboard, a line each, in the order of the left menu: within each group the entries stand as
 * their features do here (Users, APIs, Keys, Policies, Certificates, Webhooks in System Management).
 */
export const features: readonly Feature[] = [
  overviewFeature,
  explainFeature,
  usersFeature,
  apisFeature,
  keysFeature,
  policiesFeature,
  certificatesFeature,
  webhooksFeature,
  userGroupsFeature,
  organisationFeature,
  profileFeature,
]
