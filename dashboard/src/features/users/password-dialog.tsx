import { Button, Group, Modal, PasswordInput, Stack, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
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
        <PasswordInput
          label="New password"
          description="Six characters or more"
          autoComplete="new-password"
          data-autofocus
          required
          withAsterisk={false}
          visibilityToggleButtonProps={{ 'aria-label': 'Show the password' }}
          value={password}
          onChange={(event) => setTyped(event.currentTarget.value)}
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
