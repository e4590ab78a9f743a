import { Button, Paper, Text, ThemeIcon } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { ComponentType, ReactNode } from 'react'

/** What an empty state offers: one action, a link or a function. */
export type EmptyAction = { readonly label: string } & (
  | { readonly to: string }
  | { readonly onClick: () => void }
)

/** Nothing is here: one sentence, and the one thing to do about it. */
export function EmptyState(props: {
  readonly icon: ComponentType<{ readonly size?: number; readonly stroke?: number }>
  readonly text: ReactNode
  readonly action?: EmptyAction | undefined
}) {
  const { icon: Icon, action } = props
  return (
    <Paper withBorder py={56} px="md" ta="center">
      <ThemeIcon size={52} radius={99} variant="light" mb="md">
        <Icon size={26} stroke={1.6} />
      </ThemeIcon>
      <Text maw={420} mx="auto" mb={action === undefined ? 0 : 'lg'}>
        {props.text}
      </Text>
      {action !== undefined &&
        ('to' in action ? (
          <Button renderRoot={(root) => <Link to={action.to} {...root} />}>{action.label}</Button>
        ) : (
          <Button onClick={action.onClick}>{action.label}</Button>
        ))}
    </Paper>
  )
}
