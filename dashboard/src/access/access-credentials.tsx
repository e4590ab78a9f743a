import { Button, Group, Text } from '@mantine/core'
import { IconRefresh } from '@tabler/icons-react'
import { useState } from 'react'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
import { FormSection } from '../ui/form-section.tsx'
import { Identifier } from '../ui/identifier.tsx'
import { SecretOnDemand } from '../ui/secret-on-demand.tsx'
import { toastDone } from '../ui/toast.tsx'
import { useConfirmIdentity } from './confirm-identity.tsx'

/** A user's key for the REST API, and the organisation it acts in. */
export function AccessCredentials(props: {
  /** Whose it is: "you", or an e-mail address. */
  readonly owner: string
  readonly orgId: string
  /** Reads the key; without it, it may not be seen. */
  readonly read: (() => Promise<string>) | undefined
  /** Makes a new one; without it, that is not for this user. */
  readonly reset: (() => Promise<unknown>) | undefined
}) {
  const [isAsking, setAsking] = useState(false)
  const [generation, setGeneration] = useState(0)
  const identity = useConfirmIdentity()
  const { read: readKey } = props
  const read = async () => {
    const key = (await readKey?.()) ?? ''
    if (key !== '') return key
    await identity.ask()
    return (await readKey?.()) ?? ''
  }
  return (
    <>
      <FormSection
        title="Dashboard API Access Credentials"
        about={
          <>
            Whoever has this key acts as {props.owner}: send it to the REST API in the header{' '}
            <code>authorization</code>.
          </>
        }
      >
        <Group justify="space-between" gap="sm">
          {props.read === undefined ? (
            <Text size="sm" c="dimmed">
              Only its owner and administrators can see the key.
            </Text>
          ) : (
            <SecretOnDemand key={generation} what="access key" read={read} />
          )}
          {props.reset !== undefined && (
            <Button variant="default" leftSection={<IconRefresh size={16} />} onClick={() => setAsking(true)}>
              Reset key
            </Button>
          )}
        </Group>
      </FormSection>
      <FormSection title="Organisation ID" about="Where keys, APIs and policies of this account belong.">
        {props.orgId === '' ? (
          <Text size="sm">None: this is a super user, who sees every organisation.</Text>
        ) : (
          <div>
            <Identifier value={props.orgId} what="Organisation ID" />
          </div>
        )}
      </FormSection>
      <ConfirmDialog
        opened={isAsking}
        onClose={() => setAsking(false)}
        title={`Reset the access key of ${props.owner}?`}
        action="Reset key"
        onConfirm={async () => {
          await props.reset?.()
          setGeneration(generation + 1)
          toastDone('There is a new access key; the old one is refused')
        }}
      >
        The present key ends at once: scripts that use it are refused until they have the new one.
      </ConfirmDialog>
      {identity.dialog}
    </>
  )
}
