import { ActionIcon, Code, Group, Tooltip } from '@mantine/core'
import { IconEye, IconEyeOff } from '@tabler/icons-react'
import { useState } from 'react'
import { CopyButton } from './copy-button.tsx'

/** A secret: covered until it is asked for, copied without being shown. */
export function SecretReveal(props: {
  readonly value: string
  readonly what: string
  readonly shown?: boolean
  readonly onCopied?: () => void
}) {
  const [shown, setShown] = useState(props.shown ?? false)
  const label = shown ? `Hide ${props.what}` : `Show ${props.what}`
  return (
    <Group gap={6} wrap="nowrap">
      <Code fz="sm" p="xs" style={{ overflowWrap: 'anywhere', minWidth: 0 }} aria-label={props.what}>
        {shown ? props.value : '•'.repeat(Math.min(props.value.length, 32))}
      </Code>
      <Tooltip label={label}>
        <ActionIcon variant="subtle" color="gray" aria-label={label} onClick={() => setShown(!shown)}>
          {shown ? <IconEyeOff size={16} /> : <IconEye size={16} />}
        </ActionIcon>
      </Tooltip>
      <CopyButton
        value={props.value}
        what={props.what}
        {...(props.onCopied !== undefined && { onCopied: props.onCopied })}
      />
    </Group>
  )
}
