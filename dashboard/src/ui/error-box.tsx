import { Alert, Button, Group, Text } from '@mantine/core'
import { IconAlertTriangle, IconRefresh } from '@tabler/icons-react'
import { problemOf } from '../api/problem.ts'

/** Something could not be loaded or done: what, and a way to try again. Never an empty list instead. */
export function ErrorBox(props: {
  readonly error: unknown
  readonly title?: string
  readonly onRetry?: () => unknown
}) {
  const { message } = problemOf(props.error)
  return (
    <Alert
      role="alert"
      color="red"
      variant="light"
      icon={<IconAlertTriangle />}
      title={props.title ?? 'This could not be loaded'}
    >
      <Group justify="space-between" gap="sm">
        <Text size="sm">{message}</Text>
        {props.onRetry !== undefined && (
          <Button
            variant="default"
            size="xs"
            leftSection={<IconRefresh size={14} />}
            onClick={() => props.onRetry?.()}
          >
            Try again
          </Button>
        )}
      </Group>
    </Alert>
  )
}
