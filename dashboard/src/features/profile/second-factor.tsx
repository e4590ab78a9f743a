import { Button, Group, Modal, PasswordInput, Skeleton, Stack, Text, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { CodeSetup } from '../../access/code-setup.tsx'
import { useConfirmIdentity } from '../../access/confirm-identity.tsx'
import { disableCodes, type Factors, factorsQuery, renewRecoveryCodes } from '../../access/factors.ts'
import { RecoveryCodes } from '../../access/recovery-codes.tsx'
import { counted } from '../../lib/numbers.ts'
import { ErrorBox } from '../../ui/error-box.tsx'
import { FormSection } from '../../ui/form-section.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { Time } from '../../ui/time.tsx'
import { toastDone, toastFailed } from '../../ui/toast.tsx'

/** Codes of an authenticator app, and recovery codes. */
export function SecondFactor() {
  const factors = useQuery(factorsQuery)
  return (
    <FormSection
      title="Second factor"
      about="Beside the password, a code that an authenticator app on your phone shows. Scripts that use your access key are not asked for it."
    >
      {factors.isPending && <Skeleton h={64} />}
      {factors.error !== null && <ErrorBox error={factors.error} onRetry={factors.refetch} />}
      {factors.data !== undefined && <Codes factors={factors.data} />}
    </FormSection>
  )
}

type Opened = 'setup' | 'disable' | { readonly codes: readonly string[] }

function Codes({ factors }: { readonly factors: Factors }) {
  const queryClient = useQueryClient()
  const identity = useConfirmIdentity()
  const [opened, setOpened] = useState<Opened>()
  const close = () => {
    setOpened(undefined)
    void queryClient.invalidateQueries({ queryKey: factorsQuery.queryKey })
  }
  const begin = useMutation({
    mutationFn: () => (factors.confirmed ? Promise.resolve() : identity.ask()),
    onSuccess: () => setOpened('setup'),
  })
  const renew = useMutation({
    mutationFn: () => identity.run(renewRecoveryCodes),
    gcTime: 0,
    onSuccess: (codes) => setOpened({ codes }),
    onError: (error) => toastFailed(error, 'There are no new recovery codes'),
  })
  const isOn = factors.totp.active
  const hasFactor = isOn || factors.passkeys.length > 0
  return (
    <>
      <Group justify="space-between" gap="sm">
        <Group gap="xs">
          <StatusBadge tone={isOn ? 'good' : 'off'} word={isOn ? 'On' : 'Off'} />
          <Text size="sm" component="div">
            {isOn ? (
              <>
                Codes of an authenticator app, since <Time at={factors.totp.created_at ?? ''} />
              </>
            ) : (
              'No codes are asked for'
            )}
          </Text>
        </Group>
        {isOn ? (
          <Button variant="default" onClick={() => setOpened('disable')}>
            Turn codes off
          </Button>
        ) : (
          <Button variant="default" loading={begin.isPending} onClick={() => begin.mutate()}>
            Set up codes
          </Button>
        )}
      </Group>
      {hasFactor && (
        <Group justify="space-between" gap="sm">
          <Text size="sm" c={factors.recovery_codes_left < 3 ? 'red' : 'dimmed'}>
            {counted(factors.recovery_codes_left, 'recovery code')} left
          </Text>
          <Button variant="default" loading={renew.isPending} onClick={() => renew.mutate()}>
            Make new recovery codes
          </Button>
        </Group>
      )}
      {factors.required && (
        <Text size="sm" c="dimmed">
          Your organisation requires a second factor.
        </Text>
      )}
      <FactorDialog opened={opened} factors={factors} onClose={close} />
      {identity.dialog}
    </>
  )
}

function FactorDialog(props: {
  readonly opened: Opened | undefined
  readonly factors: Factors
  readonly onClose: () => void
}) {
  const { opened } = props
  const titles = { setup: 'Set up codes', disable: 'Turn codes off?' } as const
  const title = typeof opened === 'string' ? titles[opened] : 'New recovery codes'
  return (
    <Modal
      opened={opened !== undefined}
      onClose={props.onClose}
      title={title}
      // What is shown once is not lost by a click beside it.
      closeOnClickOutside={opened === 'disable'}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {opened === 'setup' && <CodeSetup onDone={props.onClose} onCancel={props.onClose} />}
      {opened === 'disable' && <Disable factors={props.factors} onDone={props.onClose} />}
      {typeof opened === 'object' && <RecoveryCodes codes={opened.codes} onDone={props.onClose} />}
    </Modal>
  )
}

function Disable({ factors, onDone }: { readonly factors: Factors; readonly onDone: () => void }) {
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  const disable = useMutation({
    mutationFn: () => disableCodes(factors.has_password ? password : undefined, code),
    onSuccess: () => {
      toastDone('Codes are no longer asked for')
      onDone()
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    disable.mutate()
  }
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <Text size="sm">
          {factors.passkeys.length > 0
            ? 'Your passkeys stay a second factor.'
            : 'The password alone signs you in then, and your recovery codes end.'}
        </Text>
        {factors.has_password && (
          <PasswordInput
            label="Your password"
            autoComplete="current-password"
            required
            withAsterisk={false}
            data-autofocus
            visibilityToggleButtonProps={{ 'aria-label': 'Show the password' }}
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
        )}
        <TextInput
          label="Code of the app, or a recovery code"
          autoComplete="one-time-code"
          required
          withAsterisk={false}
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
        />
        {disable.error !== null && <ErrorBox error={disable.error} title="Codes stay on" />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onDone}>
            Cancel
          </Button>
          <Button type="submit" color="red" loading={disable.isPending}>
            Turn codes off
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
