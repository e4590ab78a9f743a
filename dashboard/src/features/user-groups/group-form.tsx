import { SimpleGrid } from '@mantine/core'
import { PermissionTable } from '../../access/permission-table.tsx'
import type { DocumentForm } from '../../lib/use-document-form.ts'
import { LongTextField, NumberField, SwitchField, TextField } from '../../ui/fields.tsx'
import { FormSection } from '../../ui/form-section.tsx'

/** The form of a group. */
export function GroupForm({ form, error }: { readonly form: DocumentForm; readonly error: unknown }) {
  return (
    <>
      <FormSection title="Group">
        <TextField form={form} error={error} path={['name']} label="Name" isRequired />
        <LongTextField form={form} error={error} path={['description']} label="Description" />
        <SwitchField
          form={form}
          error={error}
          path={['active']}
          label="Active"
          about="Members of an inactive group may do nothing"
        />
        {form.get(['password_max_days']) !== undefined && (
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            <NumberField
              form={form}
              error={error}
              path={['password_max_days']}
              label="Passwords have to be changed after"
              unit="days"
              about="0: never"
            />
          </SimpleGrid>
        )}
      </FormSection>
      <FormSection
        title="Permissions"
        about="What members see and may change, in place of permissions of their own. Nobody can give more than they have."
      >
        <PermissionTable form={form} of="group" />
      </FormSection>
    </>
  )
}
