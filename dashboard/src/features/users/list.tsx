import { Button } from '@mantine/core'
import { IconPlus, IconUsers } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { usePermissions } from '../../api/me.ts'
import { paths } from '../../lib/paths.ts'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { Identifier } from '../../ui/identifier.tsx'
import { useListState } from '../../ui/list-state.ts'
import { PageHeader } from '../../ui/page-header.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { Time } from '../../ui/time.tsx'
import { type UserDocument, userName, usersQuery } from './queries.ts'

const columns: readonly Column<UserDocument>[] = [
  { id: 'first_name', header: 'FIRST NAME', cell: (user) => user.first_name || 'No first name' },
  { id: 'last_name', header: 'LAST NAME', sort: 'name', cell: (user) => user.last_name },
  { id: 'id', header: 'USER ID', cell: (user) => <Identifier value={user.id} what="User ID" /> },
  { id: 'email', header: 'USER EMAIL', sort: 'email_address', cell: (user) => user.email_address },
  { id: 'status', header: 'STATUS', cell: (user) => <UserStatus user={user} /> },
  {
    id: 'last_login',
    header: 'Last sign-in',
    isExtra: true,
    cell: (user) => <Time at={user.last_login_date} never="never" />,
  },
  {
    id: 'created_at',
    header: 'Created',
    sort: 'created_at',
    isExtra: true,
    cell: (user) => <Time at={user.created_at} />,
  },
]

/** Whether a user can come in. */
export function UserStatus({ user }: { readonly user: UserDocument }) {
  return user.active ? (
    <StatusBadge tone="good" word="Active" />
  ) : (
    <StatusBadge tone="off" word="Inactive" why="Cannot sign in, and the access key is refused" />
  )
}

/** The list of users. */
export function UsersPage() {
  const may = usePermissions()
  const state = useListState()
  const list = useQuery(usersQuery({ page: state.page, q: state.q, sort: state.sort }))
  const verb = may('users', 'write') ? 'Edit' : 'Show'
  const action: Column<UserDocument> = {
    id: 'action',
    header: 'ACTION',
    cell: (user) => (
      <Button
        variant="default"
        size="compact-sm"
        aria-label={`${verb} ${user.email_address}`}
        renderRoot={(props) => <Link to={paths.user(user.id)} {...props} />}
      >
        {verb}
      </Button>
    ),
  }
  return (
    <>
      <PageHeader
        title="Users"
        about="Who may sign in to this dashboard and use its API"
        actions={
          may('users', 'write') && (
            <Button
              leftSection={<IconPlus size={16} />}
              renderRoot={(props) => <Link to={paths.newUser()} {...props} />}
            >
              ADD USER
            </Button>
          )
        }
      />
      <DataTable
        label="Users"
        columns={[...columns, action]}
        list={list}
        state={state}
        rowId={(user) => user.id}
        rowName={userName}
        rowLink={(user) => paths.user(user.id)}
        searchLabel="Filter by e-mail or name"
        empty={{ icon: IconUsers, text: 'There is no user.' }}
      />
    </>
  )
}
