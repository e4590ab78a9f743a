import { Button, Group as Row, Text } from '@mantine/core'
import { IconTrash } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { mayGive } from '../../access/permission-levels.ts'
import { permissionsOf } from '../../access/permission-table.tsx'
import { usePermissions } from '../../api/me.ts'
import { counted } from '../../lib/numbers.ts'
import { paths } from '../../lib/paths.ts'
import { useDocumentForm } from '../../lib/use-document-form.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { ErrorBox } from '../../ui/error-box.tsx'
import { FormSection } from '../../ui/form-section.tsx'
import { Identifier } from '../../ui/identifier.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { ReadOnly } from '../../ui/read-only.tsx'
import { SaveBar } from '../../ui/save-bar.tsx'
import { toastDone } from '../../ui/toast.tsx'
import { GroupForm } from './group-form.tsx'
import { GroupStatus } from './list.tsx'
import { deleteGroup, type GroupDocument, groupQuery, membersQuery, updateGroup } from './queries.ts'

/** Everything about one group. */
export function UserGroupPage() {
  const { id = '' } = useParams({ strict: false })
  const group = useQuery(groupQuery(id))
  return (
    <Loaded title="User group" query={group}>
      {(stored) => <UserGroup key={stored.id} stored={stored} />}
    </Loaded>
  )
}

function UserGroup({ stored }: { readonly stored: GroupDocument }) {
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  const may = usePermissions()
  const form = useDocumentForm<GroupDocument>(stored)
  const [isAsking, setAsking] = useState(false)
  const members = useQuery(membersQuery(stored.id, may('users', 'read')))
  const opensNothing = Object.keys(stored.user_permissions).length === 0
  const reason = !may('user_groups', 'write')
    ? 'You may look at groups, but not change them.'
    : opensNothing || mayGive(may, permissionsOf(stored))
      ? undefined
      : 'This group gives more than you have, so only somebody who has as much can change it.'
  const refresh = () =>
    Promise.all(
      ['user-groups', 'users', 'me'].map((resource) =>
        queryClient.invalidateQueries({ queryKey: [resource] }),
      ),
    )
  const save = useMutation({
    mutationFn: () => updateGroup(stored.id, form.documentToSend),
    onSuccess: async () => {
      await refresh()
      form.reset()
      toastDone('The group has been changed')
    },
  })
  const known = members.data?.members.length
  return (
    <>
      <PageHeader
        title={stored.name || 'User group'}
        beside={<GroupStatus group={stored} />}
        about={<Identifier value={stored.id} what="group ID" />}
        actions={
          reason === undefined && (
            <Button variant="default" leftSection={<IconTrash size={16} />} onClick={() => setAsking(true)}>
              Delete
            </Button>
          )
        }
      />
      <Members groupId={stored.id} />
      <ReadOnly reason={reason}>
        <GroupForm form={form} error={save.error} />
      </ReadOnly>
      {reason === undefined && (
        <SaveBar
          form={form}
          action="Save"
          onSave={() => save.mutate()}
          isSaving={save.isPending}
          error={save.error}
          reason={form.documentToSend.name.trim() === '' ? 'Give the group a name' : undefined}
        />
      )}
      <ConfirmDialog
        opened={isAsking}
        onClose={() => setAsking(false)}
        title={`Delete the group “${stored.name}”?`}
        action="Delete"
        onConfirm={async () => {
          await deleteGroup(stored.id)
          toastDone('The group has been deleted')
          await navigate({ to: paths.userGroups() })
          await refresh()
        }}
      >
        {known === undefined ? 'Its members' : `Its ${counted(known, 'member')}`} may do nothing any more
        until they get another group or permissions of their own.
      </ConfirmDialog>
    </>
  )
}

function Members({ groupId }: { readonly groupId: string }) {
  const may = usePermissions()
  const members = useQuery(membersQuery(groupId, may('users', 'read')))
  if (!may('users', 'read')) return null
  return (
    <FormSection title="Members" about="A user joins a group on the user’s own page.">
      {members.error !== null && <ErrorBox error={members.error} onRetry={members.refetch} />}
      {members.data?.members.length === 0 && <Text size="sm">Nobody yet.</Text>}
      {members.data !== undefined && members.data.members.length > 0 && (
        <Row gap="xs">
          {members.data.members.map(({ id, name, email }) => (
            <Button
              key={id}
              variant="default"
              size="compact-sm"
              title={email}
              renderRoot={(props) => <Link to={paths.user(id)} {...props} />}
            >
              {name}
            </Button>
          ))}
        </Row>
      )}
      {members.data?.isAll === false && (
        <Text size="xs" c="dimmed">
          Found among the first hundred users; there may be more.
        </Text>
      )}
    </FormSection>
  )
}
