import { SegmentedControl, SimpleGrid, Text, useMantineColorScheme } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { AccessCredentials } from '../../access/access-credentials.tsx'
import { permissionsInWords } from '../../access/permission-levels.ts'
import { useMe, usePermissions } from '../../api/me.ts'
import { useDocumentForm } from '../../lib/use-document-form.ts'
import { TextField } from '../../ui/fields.tsx'
import { FormSection } from '../../ui/form-section.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { ReadOnly } from '../../ui/read-only.tsx'
import { SaveBar } from '../../ui/save-bar.tsx'
import { toastDone } from '../../ui/toast.tsx'
import {
  ownUserQuery,
  readAccessKey,
  resetAccessKey,
  type UserDocument,
  updateUser,
} from '../users/queries.ts'
import { SignInSecurity } from './sign-in-security.tsx'

/** The account of who is signed in. */
export function ProfilePage() {
  const user = useQuery(ownUserQuery)
  return (
    <Loaded title="Profile" query={user}>
      {(stored) => (
        <>
          <PageHeader title="Profile" about={stored.email_address} />
          <Name stored={stored} />
          <SignInSecurity />
          <Theme />
          <AccessCredentials
            owner="you"
            orgId={stored.org_id}
            read={() => readAccessKey(stored.id)}
            reset={() => resetAccessKey(stored.id)}
          />
        </>
      )}
    </Loaded>
  )
}

function Name({ stored }: { readonly stored: UserDocument }) {
  const queryClient = useQueryClient()
  const me = useMe()
  const may = usePermissions()
  const form = useDocumentForm<UserDocument>(stored)
  const save = useMutation({
    mutationFn: () => updateUser(stored.id, form.documentToSend),
    onSuccess: async () => {
      await Promise.all([
        queryClient.invalidateQueries({ queryKey: ['users'] }),
        queryClient.invalidateQueries({ queryKey: ['me'] }),
      ])
      form.reset()
      toastDone('Your name has been changed')
    },
  })
  const canChange = may('users', 'write')
  return (
    <div>
      <ReadOnly
        reason={canChange ? undefined : 'Who may change users can change your name and e-mail address.'}
      >
        <FormSection title="Name">
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            <TextField form={form} error={save.error} path={['first_name']} label="First Name" />
            <TextField form={form} error={save.error} path={['last_name']} label="Last Name" />
            <TextField form={form} error={save.error} path={['email_address']} label="Email Address" />
          </SimpleGrid>
          <Text size="sm" c="dimmed">
            Permissions{me.user.group_id === '' ? '' : ', by your group'}:{' '}
            {permissionsInWords(me.permissions)}
          </Text>
        </FormSection>
      </ReadOnly>
      {canChange && form.isDirty && (
        <div style={{ marginBottom: 'var(--mantine-spacing-md)' }}>
          <SaveBar
            form={form}
            action="Save"
            onSave={() => save.mutate()}
            isSaving={save.isPending}
            error={save.error}
          />
        </div>
      )}
    </div>
  )
}

function Theme() {
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  return (
    <FormSection title="Theme" about="Remembered by this browser.">
      <div>
        <SegmentedControl
          aria-label="Theme"
          value={colorScheme}
          onChange={(value) => setColorScheme(value)}
          data={[
            { value: 'auto', label: 'Like the system' },
            { value: 'light', label: 'Light' },
            { value: 'dark', label: 'Dark' },
          ]}
        />
      </div>
    </FormSection>
  )
}
