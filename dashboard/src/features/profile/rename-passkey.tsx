import { Button, Group, Modal, Stack, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { renamePasskey } from '../../access/factors.ts'
import { ErrorBox } from '../../ui/error-box.tsx'

/** A button that gives a passkey another name. */
export function RenamePasskey(props: {
  readonly passkey: { readonly id: string; readonly name: string }
  readonly onRenamed: () => unknown
}) {
  const [name, setName] = useState<string>()
  const close = () => setName(undefined)
  const rename = useMutation({
    mutationFn: () => renamePasskey(props.passkey.id, name?.trim() ?? ''),
    onSuccess: async () => {
      await props.onRenamed()
      close()
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    rename.mutate()
  }
  return (
    <>
      <Button
        variant="default"
        size="compact-sm"
        aria-label={`Rename the passkey ${props.passkey.name}`}
        onClick={() => setName(props.passkey.name)}
      >
        Rename
      </Button>
      <Modal
        opened={name !== undefined}
        onClose={close}
        title={`Rename “${props.passkey.name}”`}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <form onSubmit={submit}>
          <Stack gap="md">
            <TextInput
              label="Name of the passkey"
              maxLength={64}
              required
              withAsterisk={false}
              data-autofocus
              value={name ?? ''}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            {rename.error !== null && <ErrorBox error={rename.error} title="It keeps its name" />}
            <Group justify="flex-end">
              <Button type="submit" loading={rename.isPending} disabled={(name ?? '').trim() === ''}>
                Rename
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  )
}
