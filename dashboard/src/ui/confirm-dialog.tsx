import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { ErrorBox } from './error-box.tsx'

/**
 * Asks before something that cannot be taken back. It names the thing, and says what follows; for wide damage the name
 * has to be typed. A failure is told within, and the dialog stays.
 */
export function ConfirmDialog(props: {
  readonly opened: boolean
  readonly onClose: () => void
  /** "Delete the API “orders”?" */
  readonly title: string
  /** What follows. */
  readonly children: ReactNode
  /** The verb on the button: "Delete". */
  readonly action: string
  readonly onConfirm: () => Promise<unknown>
  /** A name that has to be typed first. */
  readonly typeName?: string
  /** Not dangerous: the button is not red. */
  readonly isHarmless?: boolean
  /** Wide, for what has to be read first. */
  readonly size?: 'xl'
}) {
  return (
    <Modal
      opened={props.opened}
      onClose={props.onClose}
      title={props.title}
      {...(props.size !== undefined && { size: props.size })}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {props.opened && <Question {...props} />}
    </Modal>
  )
}

function Question(props: Parameters<typeof ConfirmDialog>[0]) {
  const [typed, setTyped] = useState('')
  const deed = useMutation({ mutationFn: props.onConfirm, onSuccess: props.onClose })
  const isTyped = props.typeName === undefined || typed === props.typeName
  return (
    <Stack gap="md">
      <Text size="sm" component="div">
        {props.children}
      </Text>
      {props.typeName !== undefined && (
        <TextInput
          label={`Type ${props.typeName} to go on`}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          data-autofocus
        />
      )}
      {deed.error !== null && <ErrorBox error={deed.error} title="That did not work" />}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={props.onClose}>
          Cancel
        </Button>
        <Button
          {...(props.isHarmless ? {} : { color: 'red' })}
          loading={deed.isPending}
          disabled={!isTyped}
          onClick={() => deed.mutate()}
        >
          {props.action}
        </Button>
      </Group>
    </Stack>
  )
}
