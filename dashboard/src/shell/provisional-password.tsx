import { Button, Group, Modal, Paper, Stack, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconLock } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { NewPasswordField } from '../access/new-password-field.tsx'
import { type Me, useMe } from '../api/me.ts'
import { request } from '../api/request.ts'
import { ErrorBox } from '../ui/error-box.tsx'
import { toastDone } from '../ui/toast.tsx'

/** Reminds of a password that somebody else chose, such as that of the first start, and lets it be replaced. */
export function ProvisionalPassword() {
  const me = useMe()
  const [opened, { open, close }] = useDisclosure(false)
  if (!me.password_provisional || me.via !== 'cookie') return null
  return (
    <Paper withBorder mb="lg" px="md" py="xs" bg="var(--tint)" component="aside" aria-label="Your password">
      <Group justify="space-between" gap="xs">
        <Group gap="xs" wrap="nowrap">
          <IconLock size={17} />
          <Text size="sm">You signed in with a password that was chosen for you.</Text>
        </Group>
        <Button variant="default" size="xs" onClick={open}>
          Choose your own
        </Button>
      </Group>
      <Modal
        opened={opened}
        onClose={close}
        title="Choose a password of your own"
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <NewPassword me={me} onDone={close} />
      </Modal>
    </Paper>
  )
}

/** The server ends the user's other sessions; this one goes on. */
function NewPassword({ me, onDone }: { readonly me: Me; readonly onDone: () => void }) {
  const queryClient = useQueryClient()
  const [password, setPassword] = useState('')
  const change = useMutation({
    mutationFn: async () => {
      const params = { id: me.user.id }
      await request('POST /api/users/{id}/actions/reset', { params, body: { new_password: password } })
    },
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ['me'] })
      toastDone('Your new password is in force')
      onDone()
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    change.mutate()
  }
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <NewPasswordField
          label="New password"
          hasFocus
          withAsterisk={false}
          required
          least={me.min_password_length}
          value={password}
          onChange={setPassword}
        />
        {change.error !== null && <ErrorBox error={change.error} title="The password was not changed" />}
        <Button type="submit" loading={change.isPending}>
          Change the password
        </Button>
      </Stack>
    </form>
  )
}
