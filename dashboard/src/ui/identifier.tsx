import { Group } from '@mantine/core'
import { CopyButton } from './copy-button.tsx'

/** An id in fixed width, with a button that copies it. */
export function Identifier(props: { readonly value: string; readonly what: string }) {
  return (
    <Group gap={4} wrap="nowrap" component="span" display="inline-flex">
      <code style={{ overflowWrap: 'anywhere' }}>{props.value}</code>
      <CopyButton value={props.value} what={props.what} />
    </Group>
  )
}
