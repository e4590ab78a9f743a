import { Button, Text } from '@mantine/core'
import { IconPlus, IconUsersGroup } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { permissionsInWords } from '../../access/permission-levels.ts'
import { usePermissions } from '../../api/me.ts'
import { paths } from '../../lib/paths.ts'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { Identifier } from '../../ui/identifier.tsx'
import { useListState } from '../../ui/list-state.ts'
import { PageHeader } from '../../ui/page-header.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { type GroupDocument, groupsQuery } from './queries.ts'

const columns: readonly Column<GroupDocument>[] = [
  { id: 'name', header: 'Name', sort: 'name', cell: (group) => group.name || group.id },
  { id: 'description', header: 'Description', cell: (group) => group.description },
  {
    id: 'permissions',
    header: 'Permissions',
    cell: (group) => (
      <Text size="sm" lineClamp={2} maw={380}>
        {groupInWords(group)}
      </Text>
    ),
  },
  { id: 'status', header: 'Status', cell: (group) => <GroupStatus group={group} /> },
  { id: 'id', header: 'ID', isExtra: true, cell: (group) => <Identifier value={group.id} what="group ID" /> },
]

/** What a group gives to its members. */
export function groupInWords(group: Pick<GroupDocument, 'user_permissions'>): string {
  // Empty permissions make a user an administrator, but a group that has none gives nothing.
  return Object.keys(group.user_permissions).length === 0
    ? 'Nothing'
    : permissionsInWords(group.user_permissions)
}

/** Whether a group gives its members anything. */
export function GroupStatus({ group }: { readonly group: GroupDocument }) {
  return group.active ? (
    <StatusBadge tone="good" word="Active" />
  ) : (
    <StatusBadge tone="off" word="Inactive" why="Its members may do nothing" />
  )
}

/** The list of groups. */
export function UserGroupsPage() {
  const may = usePermissions()
  const state = useListState()
  const list = useQuery(groupsQuery({ page: state.page, q: state.q, sort: state.sort }))
  const canWrite = may('user_groups', 'write')
  return (
    <>
      <PageHeader
        title="User groups"
        about="Permissions that many users share"
        actions={
          canWrite && (
            <Button
              leftSection={<IconPlus size={16} />}
              renderRoot={(props) => <Link to={paths.newUserGroup()} {...props} />}
            >
              CREATE
            </Button>
          )
        }
      />
      <DataTable
        label="User groups"
        columns={columns}
        list={list}
        state={state}
        rowId={(group) => group.id}
        rowName={(group) => group.name}
        rowLink={(group) => paths.userGroup(group.id)}
        searchLabel="Search by name or description"
        empty={{
          icon: IconUsersGroup,
          text: 'No group yet. A group gives many users the same permissions, changed in one place.',
          action: canWrite ? { label: 'Create a user group', to: paths.newUserGroup() } : undefined,
        }}
      />
    </>
  )
}
