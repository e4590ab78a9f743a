import { Select, SimpleGrid, Stack, Text, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { permissionsInWords } from '../../access/permission-levels.ts'
import { PermissionTable } from '../../access/permission-table.tsx'
import { usePermissions } from '../../api/me.ts'
import { text } from '../../lib/json-values.ts'
import type { DocumentForm } from '../../lib/use-document-form.ts'
import { ErrorBox } from '../../ui/error-box.tsx'
import { NumberField, SwitchField, TextField } from '../../ui/fields.tsx'
import { FormSection } from '../../ui/form-section.tsx'
import { groupChoicesQuery } from './queries.ts'

type Props = { readonly form: DocumentForm; readonly error: unknown }

/** Who the user is. `children` are further fields: the first password of a new user. */
export function UserFields({ form, error, children }: Props & { readonly children?: React.ReactNode }) {
  return (
    <FormSection title="User">
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <TextField form={form} error={error} path={['first_name']} label="First Name" />
        <TextField form={form} error={error} path={['last_name']} label="Last Name" />
        <TextField
          form={form}
          error={error}
          path={['email_address']}
          label="Email Address"
          about="The name to sign in with"
          isRequired
        />
        {children}
      </SimpleGrid>
      <SwitchField
        form={form}
        error={error}
        path={['active']}
        label="Active"
        about="Who is inactive cannot sign in, and the access key is refused"
      />
      {form.get(['password_max_days']) !== undefined && (
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <NumberField
            form={form}
            error={error}
            path={['password_max_days']}
            label="Password has to be changed after"
            unit="days"
            about="0: never"
          />
        </SimpleGrid>
      )}
    </FormSection>
  )
}

/** What the user may do: by a group, or by permissions of the user's own. */
export function UserPermissions({ form, error }: Props) {
  const groupId = text(form.get(['group_id']))
  return (
    <FormSection
      title="Permissions"
      about="What the user sees and may change. Nobody can give more than they have."
    >
      <GroupField form={form} error={error} />
      {groupId === '' ? (
        <PermissionTable form={form} of="user" />
      ) : (
        <Text size="sm" c="dimmed">
          The group’s permissions count. The user’s own are kept, and count again when the user leaves the
          group.
        </Text>
      )}
    </FormSection>
  )
}

function GroupField({ form }: Props) {
  const may = usePermissions()
  const canList = may('user_groups', 'read')
  const groups = useQuery(groupChoicesQuery(canList))
  const groupId = text(form.get(['group_id']))
  if (!canList) {
    return (
      <TextInput
        label="User group"
        description="You may not see the list of groups: give the ID of one. Empty: no group"
        maw={420}
        value={groupId}
        onChange={(event) => form.set(['group_id'], event.currentTarget.value.trim())}
      />
    )
  }
  const known = groups.data ?? []
  const chosen = known.find(({ id }) => id === groupId)
  const data = [
    { value: '', label: 'No group: permissions of the user’s own' },
    ...known.map(({ id, name }) => ({ value: id, label: name })),
    ...(groupId !== '' && chosen === undefined ? [{ value: groupId, label: groupId }] : []),
  ]
  return (
    <Stack gap="xs">
      <Select
        label="User group"
        data={data}
        value={groupId}
        allowDeselect={false}
        searchable
        maw={420}
        onChange={(value) => value !== null && form.set(['group_id'], value)}
      />
      {groups.error !== null && <ErrorBox error={groups.error} onRetry={groups.refetch} />}
      {chosen !== undefined && (
        <Text size="sm">
          {Object.keys(chosen.user_permissions).length === 0
            ? 'This group gives nothing.'
            : permissionsInWords(chosen.user_permissions)}
        </Text>
      )}
    </Stack>
  )
}
