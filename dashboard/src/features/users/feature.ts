import { IconUsers } from '@tabler/icons-react'
import type { Feature } from '../../lib/feature.ts'
import { paths } from '../../lib/paths.ts'
import { findUsers } from './queries.ts'

/** Users: the list, adding one, and everything about one. */
export const usersFeature: Feature = {
  pages: [
    {
      path: paths.users(),
      needs: ['users', 'read'],
      component: async () => (await import('./list.tsx')).UsersPage,
    },
    {
      path: paths.newUser(),
      needs: ['users', 'write'],
      component: async () => (await import('./create.tsx')).NewUserPage,
    },
    {
      path: '/users/$id',
      needs: ['users', 'read'],
      component: async () => (await import('./detail.tsx')).UserPage,
    },
  ],
  menu: [
    { group: 'System Management', label: 'Users', to: paths.users(), icon: IconUsers, permission: 'users' },
  ],
  searches: [{ label: 'Users', permission: 'users', find: findUsers }],
  commands: [{ label: 'Add a user', permission: ['users', 'write'], to: paths.newUser() }],
}
