import { Radio, Stack, Switch, Table, Text } from '@mantine/core'
import { isAdmin, mayResetPasswords, type Permissions } from '@tollgate/model/people/permissions'
import { usePermissions } from '../api/me.ts'
import { isRecord } from '../lib/json-values.ts'
import type { DocumentForm } from '../lib/use-document-form.ts'
import classes from './access.module.css'
import {
  grantsNothing,
  type Level,
  mayGiveLevel,
  type PermissionRow,
  permissionRows,
  withAdmin,
  withLevel,
} from './permission-levels.ts'

const levels = [
  { value: 'deny', label: 'None' },
  { value: 'read', label: 'Read' },
  { value: 'write', label: 'Write' },
] as const

/** Who may what: administrator or not, and a table of permissions, each none, read or write. */
export function PermissionTable(props: { readonly form: DocumentForm; readonly of: 'user' | 'group' }) {
  const { form, of } = props
  const may = usePermissions()
  const permissions = permissionsOf(form.documentToSend)
  // A group without any permission opens nothing, whereas a user without any is an administrator.
  const isNobody = of === 'group' && Object.keys(permissions).length === 0
  const shown: Permissions = isNobody ? { IsAdmin: 'deny' } : permissions
  const admin = isAdmin(shown)
  const set = (next: Permissions) => form.set(['user_permissions'], next)
  const base: Permissions = isNobody ? {} : permissions
  return (
    <Stack gap="md">
      <Switch
        label={of === 'user' ? 'Account is admin' : 'Members are admins'}
        description={
          may.isAdmin
            ? 'May do everything in the organisation, also make other administrators, but for what is denied below'
            : 'Only an administrator can make others administrators'
        }
        checked={admin}
        disabled={!may.isAdmin}
        onChange={(event) => set(withAdmin(permissions, event.currentTarget.checked))}
      />
      <Switch
        label="May set the passwords of others"
        description="Of users who may not do more than whoever sets it"
        checked={mayResetPasswords(shown)}
        disabled={!may.isAdmin && !may.resetPasswords}
        onChange={(event) => {
          const { ResetPassword: _, ...others } = base
          set(event.currentTarget.checked ? { ...base, ResetPassword: 'admin' } : keptNonEmpty(others))
        }}
      />
      <div className={classes.permissions}>
        <Table aria-label="Permissions" verticalSpacing={6} withRowBorders>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">Permission</Table.Th>
              {levels.map(({ value, label }) => (
                <Table.Th key={value} scope="col" ta="center" w={84}>
                  {label}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {permissionRows(shown).map((row) => (
              <Row
                key={row.name}
                row={row}
                isAdmin={admin}
                giver={may}
                onChange={(level) =>
                  set(withLevel(isNobody ? { IsAdmin: 'deny' } : permissions, row.name, level))
                }
              />
            ))}
          </Table.Tbody>
        </Table>
      </div>
      {grantsNothing(shown) && (
        <Text size="sm" c="dimmed" aria-live="polite">
          Nothing is granted: only the own profile can be seen.
        </Text>
      )}
    </Stack>
  )
}

function Row(props: {
  readonly row: PermissionRow
  readonly isAdmin: boolean
  readonly giver: ReturnType<typeof usePermissions>
  readonly onChange: (level: Level) => void
}) {
  const { row, giver } = props
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={500}>
        {row.label}
      </Table.Th>
      {levels.map(({ value, label }) => {
        // An administrator has a permission whole or not at all; some permissions have nothing that could be written.
        const isMeaningless =
          (value === 'write' && row.isReadOnly) || (value === 'read' && props.isAdmin && !row.isReadOnly)
        return (
          <Table.Td key={value} ta="center">
            {isMeaningless ? (
              <Text span c="dimmed" size="xs" aria-hidden>
                –
              </Text>
            ) : (
              <Radio
                className={classes.level}
                name={`permission-${row.name}`}
                aria-label={`${row.label}: ${label}`}
                checked={row.level === value}
                disabled={!mayGiveLevel(giver, row.name, value)}
                onChange={() => props.onChange(value)}
              />
            )}
          </Table.Td>
        )
      })}
    </Table.Tr>
  )
}

/** The permissions of a user's or a group's document. */
export function permissionsOf(document: unknown): Permissions {
  const permissions = isRecord(document) ? document.user_permissions : undefined
  if (!isRecord(permissions)) return {}
  return Object.fromEntries(Object.entries(permissions).map(([name, level]) => [name, String(level)]))
}

function keptNonEmpty(permissions: Permissions): Permissions {
  return Object.keys(permissions).length === 0 ? { IsAdmin: 'deny' } : permissions
}
