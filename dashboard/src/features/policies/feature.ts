import { IconCertificate2 } from '@tabler/icons-react'
import type { Feature } from '../../lib/feature.ts'
import { paths } from '../../lib/paths.ts'
import { findPolicies } from './queries.ts'

const page = async () => (await import('./detail.tsx')).PolicyPage

/** Policies: rights and limits that many keys share. */
export const policiesFeature: Feature = {
  pages: [
    {
      path: paths.policies(),
      needs: ['policies', 'read'],
      component: async () => (await import('./list.tsx')).PoliciesPage,
    },
    {
      path: paths.newPolicy(),
      needs: ['policies', 'write'],
      component: async () => (await import('./create.tsx')).NewPolicyPage,
    },
    { path: '/policies/$id', needs: ['policies', 'read'], component: page },
    { path: '/policies/$id/$tab', needs: ['policies', 'read'], component: page },
  ],
  menu: [
    {
      group: 'System Management',
      label: 'Policies',
      to: paths.policies(),
      icon: IconCertificate2,
      permission: 'policies',
    },
  ],
  searches: [{ label: 'Policies', permission: 'policies', find: findPolicies }],
  commands: [{ label: 'Create a policy', permission: ['policies', 'write'], to: paths.newPolicy() }],
}
