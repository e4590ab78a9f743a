import { CloseButton, Group, Paper, Stack, Text } from '@mantine/core'
import { IconAlertTriangle, IconCheck, IconCircleX, IconInfoCircle } from '@tabler/icons-react'
import type { ReactNode } from 'react'

const tones = {
  good: { icon: IconCheck, color: 'var(--link)' },
  info: { icon: IconInfoCircle, color: 'var(--mantine-color-dimmed)' },
  warn: { icon: IconAlertTriangle, color: 'var(--mantine-color-orange-7)' },
  bad: { icon: IconCircleX, color: 'var(--mantine-color-error)' },
} as const

/** Something to know about what stands below: calm, with a title that says it all. */
export function Note(props: {
  readonly tone: keyof typeof tones
  readonly title: string
  readonly children: ReactNode
  readonly onClose?: () => void
}) {
  const { icon: Icon, color } = tones[props.tone]
  return (
    <Paper
      withBorder
      p="md"
      mb="md"
      bg="var(--tint)"
      component="section"
      aria-label={props.title}
      style={{ borderInlineStart: `4px solid ${color}` }}
    >
      <Group gap="sm" wrap="nowrap" align="flex-start">
        <Icon size={20} stroke={1.8} color={color} style={{ flex: 'none', marginTop: 2 }} />
        <Stack gap="xs" flex={1} miw={0}>
          <Text size="sm" fw={600}>
            {props.title}
          </Text>
          {props.children}
        </Stack>
        {props.onClose !== undefined && <CloseButton aria-label="Close" onClick={props.onClose} />}
      </Group>
    </Paper>
  )
}
