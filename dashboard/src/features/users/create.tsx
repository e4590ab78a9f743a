import { Button } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { NewPasswordField } from '../../access/new-password-field.tsx'
import { grantsNothing } from '../../access/permission-levels.ts'
import { permissionsOf } from '../../access/permission-table.tsx'
import { useMe } from '../../api/me.ts'
import { text } from '../../lib/json-values.ts'
import { paths } from '../../lib/paths.ts'
import { useDocumentForm } from '../../lib/use-document-form.ts'
import { PageHeader } from '../../ui/page-header.tsx'
import { SaveBar } from '../../ui/save-bar.tsx'
import { toastDone } from '../../ui/toast.tsx'
import { createUser, type NewUser } from './queries.ts'
import { UserFields, UserPermissions } from './user-form.tsx'

const template: NewUser = {
  first_name: '',
  last_name: '',
  email_address: '',
  active: true,
  group_id: '',
  user_permissions: { IsAdmin: 'deny' },
}

/** Adding a user. */
export function NewUserPage() {
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  const form = useDocumentForm<NewUser>(template)
  const [password, setPassword] = useState('')
  const { min_password_length: least } = useMe()
  const create = useMutation({
    mutationFn: () => createUser({ ...form.documentToSend, ...(password !== '' && { password }) }),
    gcTime: 0,
    onSuccess: async (id) => {
      await queryClient.invalidateQueries({ queryKey: ['users'] })
      toastDone('The user has been added')
      await navigate({ to: paths.user(id) })
    },
  })
  return (
    <>
      <PageHeader
        title="Add a user"
        about="They sign in with their e-mail address and the password you give them"
        actions={
          <Button variant="default" renderRoot={(props) => <Link to={paths.users()} {...props} />}>
            Cancel
          </Button>
        }
      />
      <UserFields form={form} error={create.error}>
        <NewPasswordField
          label="Password"
          about="They are asked to choose their own after the first sign-in."
          withAsterisk
          least={least}
          value={password}
          onChange={setPassword}
        />
      </UserFields>
      <UserPermissions form={form} error={create.error} />
      <SaveBar
        form={form}
        action="Save"
        isNew
        onSave={() => create.mutate()}
        isSaving={create.isPending}
        error={create.error}
        reason={notYet(form.documentToSend, password, least)}
      />
    </>
  )
}

function notYet(user: NewUser, password: string, least: number): string | undefined {
  if (!/^\S+@\S+$/.test(text(user.email_address).trim())) return 'Give an e-mail address'
  if ([...password].length < least) return `Give a password of ${least} characters or more`
  if (text(user.group_id) === '' && grantsNothing(permissionsOf(user))) {
    return 'Give a permission, or choose a group'
  }
  return undefined
}
