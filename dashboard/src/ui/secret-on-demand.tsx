import { ActionIcon, Code, Group, Tooltip } from '@mantine/core'
import { IconCopy, IconEye, IconEyeOff } from '@tabler/icons-react'
import { useState } from 'react'
import { copyText } from '../lib/copy-text.ts'
import { toastDone, toastFailed } from './toast.tsx'

/**
 * A secret that the server can show again. It is read when it is asked for and held by this piece alone, so that it is
 * in no cache; covered again, it is forgotten.
 */
export function SecretOnDemand(props: { readonly what: string; readonly read: () => Promise<string> }) {
  const [secret, setSecret] = useState<string>()
  const [isReading, setReading] = useState(false)
  const run = async (work: () => Promise<void>) => {
    setReading(true)
    try {
      await work()
    } catch (error) {
      toastFailed(error, `The ${props.what} could not be read`)
    } finally {
      setReading(false)
    }
  }
  const toggle = () =>
    secret === undefined ? run(async () => setSecret(await props.read())) : setSecret(undefined)
  const copy = () =>
    run(async () => {
      const isCopied = await copyText(secret ?? (await props.read()))
      if (!isCopied) throw new Error('this browser does not let the page copy; show it and copy it by hand')
      toastDone(`The ${props.what} is in the clipboard`)
    })
  const label = secret === undefined ? `Show ${props.what}` : `Hide ${props.what}`
  return (
    <Group gap={6} wrap="nowrap">
      <Code fz="sm" p="xs" style={{ overflowWrap: 'anywhere', minWidth: 0 }} aria-label={props.what}>
        {secret ?? '•'.repeat(32)}
      </Code>
      <Tooltip label={label}>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={label}
          loading={isReading}
          onClick={() => void toggle()}
        >
          {secret === undefined ? <IconEye size={16} /> : <IconEyeOff size={16} />}
        </ActionIcon>
      </Tooltip>
      <Tooltip label={`Copy ${props.what}`}>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={`Copy ${props.what}`}
          onClick={() => void copy()}
        >
          <IconCopy size={16} />
        </ActionIcon>
      </Tooltip>
    </Group>
  )
}
