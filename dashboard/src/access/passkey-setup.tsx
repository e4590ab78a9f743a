import { Button, Group, Stack, Text, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { ErrorBox } from '../ui/error-box.tsx'
import { addPasskey } from './factors.ts'
import { RecoveryCodes } from './recovery-codes.tsx'

/** Makes a passkey and registers it. */
export function PasskeySetup(props: { readonly onDone: () => void; readonly onCancel?: () => void }) {
  const [name, setName] = useState('')
  const add = useMutation({
    mutationFn: () => addPasskey(name.trim()),
    gcTime: 0,
    onSuccess: (codes) => {
      if (codes === null) props.onDone()
    },
  })
  if (add.data) return <RecoveryCodes codes={add.data} onDone={props.onDone} />
  const submit = (event: FormEvent) => {
    event.preventDefault()
    add.mutate()
  }
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <Text size="sm">
          Your browser asks for your fingerprint, your face, a PIN or a security key. A passkey also signs you
          in without a password.
        </Text>
        <TextInput
          label="Name of the passkey"
          description="So that you know it again, such as “Work laptop”"
          maxLength={64}
          data-autofocus
          required
          withAsterisk={false}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        {add.error !== null && <ErrorBox error={add.error} title="No passkey was added" />}
        <Group justify="flex-end" gap="xs">
          {props.onCancel !== undefined && (
            <Button variant="default" onClick={props.onCancel}>
              Cancel
            </Button>
          )}
          <Button type="submit" loading={add.isPending} disabled={name.trim() === ''}>
            Add the passkey
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
