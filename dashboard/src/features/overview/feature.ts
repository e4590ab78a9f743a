import { IconLayoutDashboard } from '@tabler/icons-react'
import type { Feature } from '../../lib/feature.ts'
import { paths } from '../../lib/paths.ts'

/** The start page: what needs attention, the traffic now, the first steps. */
export const overviewFeature: Feature = {
  pages: [{ path: paths.home(), component: async () => (await import('./overview.tsx')).OverviewPage }],
  menu: [{ group: '', label: 'Overview', to: paths.home(), icon: IconLayoutDashboard }],
}
