import { Button, Stack, Text } from '@mantine/core'
import { IconDeviceMobile, IconFingerprint } from '@tabler/icons-react'
import { useState } from 'react'
import { CodeSetup } from '../access/code-setup.tsx'
import { browserHasPasskeys } from '../access/factors.ts'
import { PasskeySetup } from '../access/passkey-setup.tsx'

/** Setting up a first factor, where the organisation requires one. */
export function EnrolStep(props: { readonly canHavePasskeys: boolean; readonly onDone: () => void }) {
  const [chosen, setChosen] = useState<'code' | 'passkey'>()
  const back = () => setChosen(undefined)
  if (chosen === 'code') return <CodeSetup onDone={props.onDone} onCancel={back} />
  if (chosen === 'passkey') return <PasskeySetup onDone={props.onDone} onCancel={back} />
  return (
    <Stack gap="md">
      <Text size="sm">
        Your password is right. Your organisation requires a second factor, and you have none yet: choose one
        to go on.
      </Text>
      <Button fullWidth leftSection={<IconDeviceMobile size={18} />} onClick={() => setChosen('code')}>
        Codes of an authenticator app
      </Button>
      {props.canHavePasskeys && browserHasPasskeys() && (
        <Button
          variant="default"
          fullWidth
          leftSection={<IconFingerprint size={18} />}
          onClick={() => setChosen('passkey')}
        >
          A passkey
        </Button>
      )}
    </Stack>
  )
}
