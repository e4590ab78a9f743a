import { IconKey } from '@tabler/icons-react'
import type { Feature } from '../../lib/feature.ts'
import { paths } from '../../lib/paths.ts'
import { findKeys } from './find-keys.ts'

/** Keys: the list, creating one, and everything about one. */
export const keysFeature: Feature = {
  pages: [
    {
      path: paths.keys(),
      needs: ['keys', 'read'],
      component: async () => (await import('./list.tsx')).KeysPage,
    },
    {
      path: paths.newKey(),
      needs: ['keys', 'write'],
      component: async () => (await import('./create.tsx')).NewKeyPage,
    },
    {
      path: '/keys/$id',
      needs: ['keys', 'read'],
      component: async () => (await import('./detail.tsx')).KeyPage,
    },
  ],
  menu: [{ group: 'System Management', label: 'Keys', to: paths.keys(), icon: IconKey, permission: 'keys' }],
  searches: [{ label: 'Keys', permission: 'keys', find: findKeys, takesSecrets: true }],
  commands: [{ label: 'Create a key', permission: ['keys', 'write'], to: paths.newKey() }],
}
