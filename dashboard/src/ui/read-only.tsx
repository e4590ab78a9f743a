import { Fieldset, Group, Paper, Text } from '@mantine/core'
import { IconLock } from '@tabler/icons-react'
import type { ReactNode } from 'react'

/** A form that can be looked at only, when there is a reason: it is said above, and nothing in it can be changed. */
export function ReadOnly(props: { readonly reason: string | undefined; readonly children: ReactNode }) {
  const isLocked = props.reason !== undefined
  return (
    <>
      {isLocked && (
        <Paper withBorder px="md" py="xs" mb="md" bg="var(--tint)" role="note">
          <Group gap="xs" wrap="nowrap">
            <IconLock size={17} />
            <Text size="sm">{props.reason}</Text>
          </Group>
        </Paper>
      )}
      <Fieldset variant="unstyled" disabled={isLocked} m={0} p={0} miw={0}>
        {props.children}
      </Fieldset>
    </>
  )
}
