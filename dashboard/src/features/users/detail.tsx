import { Button, Menu } from '@mantine/core'
import { IconBan, IconChevronDown, IconPassword, IconShieldOff, IconTrash } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { AccessCredentials } from '../../access/access-credentials.tsx'
import { mayGive } from '../../access/permission-levels.ts'
import { permissionsOf } from '../../access/permission-table.tsx'
import { type May, useMe, usePermissions } from '../../api/me.ts'
import { paths } from '../../lib/paths.ts'
import { useDocumentForm } from '../../lib/use-document-form.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { ReadOnly } from '../../ui/read-only.tsx'
import { SaveBar } from '../../ui/save-bar.tsx'
import { Time } from '../../ui/time.tsx'
import { toastDone } from '../../ui/toast.tsx'
import { UserStatus } from './list.tsx'
import { PasswordDialog } from './password-dialog.tsx'
import {
  deleteUser,
  groupChoicesQuery,
  readAccessKey,
  resetAccessKey,
  resetFactors,
  revokeUser,
  type UserDocument,
  updateUser,
  userName,
  userQuery,
} from './queries.ts'
import { UserFields, UserPermissions } from './user-form.tsx'

/** Everything about one user. */
export function UserPage() {
  const { id = '' } = useParams({ strict: false })
  const user = useQuery(userQuery(id))
  return (
    <Loaded title="User" query={user}>
      {(stored) => <User key={stored.id} stored={stored} />}
    </Loaded>
  )
}

function User({ stored }: { readonly stored: UserDocument }) {
  const queryClient = useQueryClient()
  const may = usePermissions()
  const me = useMe()
  const reason = useReasonNotToChange(stored, may)
  const isOwn = stored.id === me.user.id
  const form = useDocumentForm<UserDocument>(stored)
  const refresh = () =>
    Promise.all([
      queryClient.invalidateQueries({ queryKey: ['users'] }),
      isOwn && queryClient.invalidateQueries({ queryKey: ['me'] }),
    ])
  const save = useMutation({
    mutationFn: () => updateUser(stored.id, form.documentToSend),
    onSuccess: async () => {
      await refresh()
      form.reset()
      toastDone('The user has been changed')
    },
  })
  const canChange = reason === undefined
  return (
    <>
      <PageHeader
        title={userName(stored)}
        beside={<UserStatus user={stored} />}
        about={
          <>
            {stored.email_address} · last sign-in <Time at={stored.last_login_date} /> · created{' '}
            <Time at={stored.created_at} />
          </>
        }
        actions={<Actions user={stored} canChange={canChange} isOwn={isOwn} onDone={refresh} />}
      />
      <div>
        <ReadOnly reason={reason}>
          <UserFields form={form} error={save.error} />
          <UserPermissions form={form} error={save.error} />
        </ReadOnly>
        {canChange && (
          <SaveBar
            form={form}
            action="Save"
            onSave={() => save.mutate()}
            isSaving={save.isPending}
            error={save.error}
          />
        )}
      </div>
      <div style={{ marginTop: 'var(--mantine-spacing-lg)' }}>
        <AccessCredentials
          owner={isOwn ? 'you' : stored.email_address}
          orgId={stored.org_id}
          read={isOwn || may.isAdmin ? () => readAccessKey(stored.id) : undefined}
          reset={isOwn || canChange ? () => resetAccessKey(stored.id) : undefined}
        />
      </div>
    </>
  )
}

/** The server keeps everybody from acting on those who may do more than they themselves. */
function useReasonNotToChange(user: UserDocument, may: May): string | undefined {
  const me = useMe()
  const groups = useQuery(groupChoicesQuery(may('user_groups', 'read') && user.group_id !== '')).data
  if (!may('users', 'write')) return 'You may look at users, but not change them.'
  if (user.id === me.user.id) return undefined
  const group = groups?.find(({ id }) => id === user.group_id)
  if (user.group_id !== '' && group === undefined) return undefined
  const permissions = group === undefined ? permissionsOf(user) : permissionsOf(group)
  const opensNothing = group !== undefined && Object.keys(permissions).length === 0
  return opensNothing || mayGive(may, permissions)
    ? undefined
    : 'This user may do more than you, so only somebody who may do as much can change them.'
}

function Actions(props: {
  readonly user: UserDocument
  readonly canChange: boolean
  readonly isOwn: boolean
  readonly onDone: () => Promise<unknown>
}) {
  const { user } = props
  const may = usePermissions()
  const navigate = useNavigate()
  const [asked, setAsked] = useState<'password' | 'factors' | 'revoke' | 'delete'>()
  const close = () => setAsked(undefined)
  // One's own password is changed in the profile, where the current one is asked for.
  const canReset = !props.isOwn && may.resetPasswords
  if (props.isOwn || (!props.canChange && !canReset)) return null
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" rightSection={<IconChevronDown size={15} />}>
            Actions
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {canReset && (
            <Menu.Item leftSection={<IconPassword size={16} />} onClick={() => setAsked('password')}>
              Set a password
            </Menu.Item>
          )}
          {canReset && (
            <Menu.Item leftSection={<IconShieldOff size={16} />} onClick={() => setAsked('factors')}>
              Reset the second factors
            </Menu.Item>
          )}
          {props.canChange && (
            <>
              <Menu.Item
                leftSection={<IconBan size={16} />}
                disabled={!user.active}
                onClick={() => setAsked('revoke')}
              >
                Shut out
              </Menu.Item>
              <Menu.Item color="red" leftSection={<IconTrash size={16} />} onClick={() => setAsked('delete')}>
                Delete
              </Menu.Item>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
      <PasswordDialog user={user} opened={asked === 'password'} onClose={close} />
      <ConfirmDialog
        opened={asked === 'factors'}
        onClose={close}
        title={`Reset the second factors of ${user.email_address}?`}
        action="Reset"
        onConfirm={async () => {
          await resetFactors(user.id)
          toastDone('The second factors have been reset')
        }}
      >
        Codes, recovery codes and passkeys of this user end, and so do their browser sessions. The password
        alone signs them in then, unless the organisation requires a second factor: then they set one up.
      </ConfirmDialog>
      <ConfirmDialog
        opened={asked === 'revoke'}
        onClose={close}
        title={`Shut out ${user.email_address}?`}
        action="Shut out"
        onConfirm={async () => {
          await revokeUser(user.id)
          await props.onDone()
          toastDone('The user has been shut out')
        }}
      >
        The account becomes inactive, its access key and its browser sessions end at once. It can be made
        active again, and then needs a new access key.
      </ConfirmDialog>
      <ConfirmDialog
        opened={asked === 'delete'}
        onClose={close}
        title={`Delete the user ${user.email_address}?`}
        action="Delete"
        onConfirm={async () => {
          await deleteUser(user.id)
          toastDone('The user has been deleted')
          await navigate({ to: paths.users() })
          await props.onDone()
        }}
      >
        They can no longer sign in, and scripts that use their access key are refused. APIs, keys and policies
        that they made stay.
      </ConfirmDialog>
    </>
  )
}
