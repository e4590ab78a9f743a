import { Box, Group, Text, Title } from '@mantine/core'
import { type ReactNode, useEffect, useRef } from 'react'

/** Set when the first page has been shown: from then on, a new page takes the focus to its title. */
let aPageWasShown = false

/** The head of a page: its title, what is said below it, and at the right its actions, the main one last. */
export function PageHeader(props: {
  readonly title: string
  /** One line below the title. */
  readonly about?: ReactNode
  /** Beside the title: a status, say. */
  readonly beside?: ReactNode
  readonly actions?: ReactNode
}) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    // Whoever hears the page is told that it is another one; a page that takes the focus to a field has it already.
    const within = document.activeElement?.closest('#content') ?? null
    if (aPageWasShown && within === null) heading.current?.focus({ preventScroll: true })
    aPageWasShown = true
  }, [])
  return (
    <Group justify="space-between" align="flex-start" mb="lg" gap="md">
      <title>{`${props.title} · Tollgate`}</title>
      <Box miw={0}>
        <Group gap="sm">
          <Title order={1} size="h2" tabIndex={-1} ref={heading} style={{ overflowWrap: 'anywhere' }}>
            {props.title}
          </Title>
          {props.beside}
        </Group>
        {props.about !== undefined && (
          <Text c="dimmed" size="sm" mt={2} component="div">
            {props.about}
          </Text>
        )}
      </Box>
      {props.actions !== undefined && <Group gap="xs">{props.actions}</Group>}
    </Group>
  )
}
