import { IconRoute } from '@tabler/icons-react'
import type { Feature } from '../../lib/feature.ts'
import { paths } from '../../lib/paths.ts'
import { findApis } from './queries.ts'

/** APIs: the list, and the designer. */
export const apisFeature: Feature = {
  pages: [
    {
      path: paths.apis(),
      needs: ['apis', 'read'],
      component: async () => (await import('./list.tsx')).ApisPage,
    },
    {
      path: paths.newApi(),
      needs: ['apis', 'write'],
      component: async () => (await import('./create.tsx')).NewApiPage,
    },
    {
      path: paths.importApi(),
      needs: ['apis', 'write'],
      component: async () => (await import('./import.tsx')).ImportApiPage,
    },
    {
      path: '/apis/$apiId',
      needs: ['apis', 'read'],
      component: async () => (await import('./designer.tsx')).ToDesigner,
    },
    {
      path: '/apis/$apiId/$tab',
      needs: ['apis', 'read'],
      component: async () => (await import('./designer.tsx')).DesignerPage,
    },
  ],
  menu: [
    { group: 'System Management', label: 'APIs', to: paths.apis(), icon: IconRoute, permission: 'apis' },
  ],
  searches: [{ label: 'APIs', permission: 'apis', find: findApis }],
  commands: [
    { label: 'Create an API', permission: ['apis', 'write'], to: paths.newApi() },
    { label: 'Import an API', permission: ['apis', 'write'], to: paths.importApi() },
  ],
}
