import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { NewPasswordField } from '../../access/new-password-field.tsx'
import { useMe } from '../../api/me.ts'
import { ErrorBox } from '../../ui/error-box.tsx'
import { toastDone } from '../../ui/toast.tsx'
import { setPassword } from './queries.ts'

/** Sets the password of another user. */
export function PasswordDialog(props: {
  readonly user: { readonly id: string; readonly email_address: string }
  readonly opened: boolean
  readonly onClose: () => void
}) {
  return (
    <Modal
      opened={props.opened}
      onClose={props.onClose}
      title={`Set a password for ${props.user.email_address}`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {props.opened && <NewPassword {...props} />}
    </Modal>
  )
}

function NewPassword({ user, onClose }: Parameters<typeof PasswordDialog>[0]) {
  const [password, setTyped] = useState('')
  const { min_password_length: least } = useMe()
  const change = useMutation({
    mutationFn: () => setPassword(user.id, password),
    onSuccess: () => {
      toastDone('The new password is in force')
      onClose()
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    change.mutate()
  }
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <Text size="sm">
          Their browser sessions end. They are asked to choose a password of their own after the next sign-in.
        </Text>
        <NewPasswordField
          label="New password"
          hasFocus
          required
          withAsterisk={false}
          least={least}
          value={password}
          onChange={setTyped}
        />
        {change.error !== null && <ErrorBox error={change.error} title="The password was not set" />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={change.isPending}>
            Set the password
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
