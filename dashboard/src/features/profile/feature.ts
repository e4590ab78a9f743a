import { IconUserCircle } from '@tabler/icons-react'
import type { Feature } from '../../lib/feature.ts'
import { paths } from '../../lib/paths.ts'

/** The profile of who is signed in. */
export const profileFeature: Feature = {
  pages: [{ path: paths.profile(), component: async () => (await import('./page.tsx')).ProfilePage }],
  userMenu: [{ label: 'Profile', to: paths.profile(), icon: IconUserCircle }],
  commands: [{ label: 'Open my profile', to: paths.profile() }],
}
