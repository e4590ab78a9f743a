import { Paper, Stack, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'

/** A part of a form under its own heading, with one line that says what it is for. */
export function FormSection(props: {
  readonly title: string
  readonly about?: ReactNode
  readonly children: ReactNode
}) {
  return (
    <Paper withBorder p={{ base: 'md', sm: 'lg' }} mb="md" component="section" aria-label={props.title}>
      <Title order={2} size="h4">
        {props.title}
      </Title>
      {props.about !== undefined && (
        <Text size="sm" c="dimmed" component="div">
          {props.about}
        </Text>
      )}
      <Stack gap="md" mt="md">
        {props.children}
      </Stack>
    </Paper>
  )
}
