import { ActionIcon, Button, Tooltip } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { RequestFailed } from '../api/problem.ts'
import { copyText } from '../lib/copy-text.ts'
import { toastFailed } from './toast.tsx'

/** How long the button says that it has copied, milliseconds. */
const saidMs = 1600

/**
 * Copies a text. Without `label` it is an icon beside the text, named "Copy <what>".
 * @param props.what what is copied, for those who do not see the text beside it
 * @param props.onCopied called when it is in the clipboard
 */
export function CopyButton(props: {
  readonly value: string
  readonly what: string
  readonly label?: string
  readonly onCopied?: () => void
}) {
  const [isCopied, setIsCopied] = useState(false)
  useEffect(() => {
    if (!isCopied) return
    const timer = setTimeout(() => setIsCopied(false), saidMs)
    return () => clearTimeout(timer)
  }, [isCopied])
  const copy = async () => {
    if (await copyText(props.value)) {
      setIsCopied(true)
      props.onCopied?.()
    } else {
      toastFailed(new RequestFailed(notCopied), `The ${props.what} was not copied`)
    }
  }
  const icon = isCopied ? <IconCheck size={15} /> : <IconCopy size={15} />
  if (props.label !== undefined) {
    return (
      <Button variant="light" leftSection={icon} onClick={() => void copy()} aria-live="polite">
        {isCopied ? 'Copied' : props.label}
      </Button>
    )
  }
  return (
    <Tooltip label={isCopied ? 'Copied' : `Copy ${props.what}`}>
      <ActionIcon
        variant="subtle"
        color={isCopied ? 'teal' : 'gray'}
        size="sm"
        onClick={(event) => {
          event.stopPropagation()
          void copy()
        }}
        aria-label={isCopied ? 'Copied' : `Copy ${props.what}`}
      >
        {icon}
      </ActionIcon>
    </Tooltip>
  )
}

const notCopied = {
  message: 'This browser does not let the page copy. Select the text and copy it by hand.',
  field: undefined,
  status: 0,
}
