import { Button } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { grantsNothing } from '../../access/permission-levels.ts'
import { permissionsOf } from '../../access/permission-table.tsx'
import { paths } from '../../lib/paths.ts'
import { useDocumentForm } from '../../lib/use-document-form.ts'
import { PageHeader } from '../../ui/page-header.tsx'
import { SaveBar } from '../../ui/save-bar.tsx'
import { toastDone } from '../../ui/toast.tsx'
import { GroupForm } from './group-form.tsx'
import { createGroup, type NewGroup } from './queries.ts'

const template: NewGroup = {
  name: '',
  description: '',
  active: true,
  user_permissions: { IsAdmin: 'deny' },
}

/** Creating a group. */
export function NewUserGroupPage() {
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  const form = useDocumentForm<NewGroup>(template)
  const create = useMutation({
    mutationFn: () => createGroup(form.documentToSend),
    onSuccess: async (id) => {
      await queryClient.invalidateQueries({ queryKey: ['user-groups'] })
      toastDone('The group has been created')
      await navigate({ to: paths.userGroup(id) })
    },
  })
  return (
    <>
      <PageHeader
        title="Create a user group"
        actions={
          <Button variant="default" renderRoot={(props) => <Link to={paths.userGroups()} {...props} />}>
            Cancel
          </Button>
        }
      />
      <GroupForm form={form} error={create.error} />
      <SaveBar
        form={form}
        action="CREATE"
        isNew
        onSave={() => create.mutate()}
        isSaving={create.isPending}
        error={create.error}
        reason={notYet(form.documentToSend)}
      />
    </>
  )
}

function notYet(group: NewGroup): string | undefined {
  if (group.name.trim() === '') return 'Give the group a name'
  return grantsNothing(permissionsOf(group)) ? 'Give a permission' : undefined
}
