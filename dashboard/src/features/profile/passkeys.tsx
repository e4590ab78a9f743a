import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { IconFingerprint } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useConfirmIdentity } from '../../access/confirm-identity.tsx'
import { browserHasPasskeys, type Factors, factorsQuery, removePasskey } from '../../access/factors.ts'
import { PasskeySetup } from '../../access/passkey-setup.tsx'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { FormSection } from '../../ui/form-section.tsx'
import { Time } from '../../ui/time.tsx'
import { toastDone } from '../../ui/toast.tsx'
import { RenamePasskey } from './rename-passkey.tsx'

type Passkey = Factors['passkeys'][number]

/** The user's passkeys. */
export function Passkeys() {
  const factors = useQuery(factorsQuery).data
  const queryClient = useQueryClient()
  const identity = useConfirmIdentity()
  const [isAdding, setAdding] = useState(false)
  const [removed, setRemoved] = useState<Passkey>()
  const refresh = () => queryClient.invalidateQueries({ queryKey: factorsQuery.queryKey })
  const begin = useMutation({
    mutationFn: () => (factors?.confirmed ? Promise.resolve() : identity.ask()),
    onSuccess: () => setAdding(true),
  })
  const passkeys = factors?.passkeys ?? []
  const reason = factors && reasonAgainst(factors)
  return (
    <FormSection
      title="Passkeys"
      about="Sign in with your fingerprint, your face, a PIN or a security key: without a password, or after it."
    >
      {passkeys.length > 0 && (
        <Stack gap={0} component="ul" p={0} m={0} aria-label="Passkeys" style={{ listStyle: 'none' }}>
          {passkeys.map((passkey) => (
            <PasskeyRow
              key={passkey.id}
              passkey={passkey}
              onRenamed={refresh}
              onRemove={() => setRemoved(passkey)}
            />
          ))}
        </Stack>
      )}
      <Group gap="sm">
        <Button
          variant="default"
          disabled={factors === undefined || reason !== undefined}
          loading={begin.isPending}
          onClick={() => begin.mutate()}
        >
          Add a passkey
        </Button>
        {reason !== undefined && (
          <Text size="sm" c="dimmed" style={{ flex: '1 1 16rem' }}>
            {reason}
          </Text>
        )}
      </Group>
      <Modal
        opened={isAdding}
        onClose={() => setAdding(false)}
        title="Add a passkey"
        closeOnClickOutside={false}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        {isAdding && (
          <PasskeySetup
            onCancel={() => setAdding(false)}
            onDone={() => {
              setAdding(false)
              void refresh()
              toastDone('The passkey has been added')
            }}
          />
        )}
      </Modal>
      <ConfirmDialog
        opened={removed !== undefined}
        onClose={() => setRemoved(undefined)}
        title={`Remove the passkey “${removed?.name ?? ''}”?`}
        action="Remove"
        onConfirm={async () => {
          await identity.run(() => removePasskey(removed?.id ?? ''))
          await refresh()
          toastDone('The passkey has been removed')
        }}
      >
        It signs you in no more. Delete it on your device too.
      </ConfirmDialog>
      {identity.dialog}
    </FormSection>
  )
}

function PasskeyRow(props: {
  readonly passkey: Passkey
  readonly onRenamed: () => unknown
  readonly onRemove: () => void
}) {
  const { passkey } = props
  return (
    <Group
      component="li"
      justify="space-between"
      gap="sm"
      py="sm"
      style={{ borderBottom: '1px solid var(--line)' }}
    >
      <Group gap="sm" wrap="nowrap" miw={0}>
        <IconFingerprint size={20} stroke={1.6} />
        <div style={{ minWidth: 0 }}>
          <Text size="sm" fw={600} style={{ overflowWrap: 'anywhere' }}>
            {passkey.name}
          </Text>
          <Text size="xs" c="dimmed" component="div">
            added <Time at={passkey.created_at} /> ·{' '}
            {passkey.last_used_at === null ? (
              'never used'
            ) : (
              <>
                last used <Time at={passkey.last_used_at} />
              </>
            )}
          </Text>
        </div>
      </Group>
      <Group gap="xs">
        <RenamePasskey passkey={passkey} onRenamed={props.onRenamed} />
        <Button
          variant="default"
          size="compact-sm"
          aria-label={`Remove the passkey ${passkey.name}`}
          onClick={props.onRemove}
        >
          Remove
        </Button>
      </Group>
    </Group>
  )
}

function reasonAgainst(factors: Factors): string | undefined {
  if (!factors.passkeys_available) {
    return 'Passkeys need a host name with TLS, or localhost. Who runs this server sets it (TOLLGATE_DASHBOARD_URL).'
  }
  if (location.origin !== new URL(factors.dashboard_url).origin) {
    return `Passkeys work under ${factors.dashboard_url} only: open the dashboard there.`
  }
  return browserHasPasskeys() ? undefined : 'This browser has no passkeys.'
}
