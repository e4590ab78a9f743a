import { IconUsersGroup } from '@tabler/icons-react'
import type { Feature } from '../../lib/feature.ts'
import { paths } from '../../lib/paths.ts'
import { findGroups } from './queries.ts'

/** User groups: permissions that many users share. */
export const userGroupsFeature: Feature = {
  pages: [
    {
      path: paths.userGroups(),
      needs: ['user_groups', 'read'],
      component: async () => (await import('./list.tsx')).UserGroupsPage,
    },
    {
      path: paths.newUserGroup(),
      needs: ['user_groups', 'write'],
      component: async () => (await import('./create.tsx')).NewUserGroupPage,
    },
    {
      path: '/user-groups/$id',
      needs: ['user_groups', 'read'],
      component: async () => (await import('./detail.tsx')).UserGroupPage,
    },
  ],
  menu: [
    {
      group: 'Organisation',
      label: 'User groups',
      to: paths.userGroups(),
      icon: IconUsersGroup,
      permission: 'user_groups',
    },
  ],
  searches: [{ label: 'User groups', permission: 'user_groups', find: findGroups }],
  commands: [
    { label: 'Create a user group', permission: ['user_groups', 'write'], to: paths.newUserGroup() },
  ],
}
