import { Button, Divider, Modal, PasswordInput, Stack, Text, TextInput } from '@mantine/core'
import { IconFingerprint } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useState } from 'react'
import { problemOf, RequestFailed } from '../api/problem.ts'
import { ErrorBox } from '../ui/error-box.tsx'
import { browserHasPasskeys, confirmIdentity, type Factors, factorsQuery, type Proof } from './factors.ts'

/** What the server says when a cookie alone does not open something. */
const needed = 'Show first that it is you'

/**
 * Asks the user to show who it is, before something that a cookie alone does not open. `run` does the work, and asks when
 * the server wants it; `ask` asks at once. Both reject when the user declines. `dialog` belongs into the page.
 */
export function useConfirmIdentity(): {
  readonly ask: () => Promise<void>
  readonly run: <T>(work: () => Promise<T>) => Promise<T>
  readonly dialog: ReactNode
} {
  const [waiting, setWaiting] = useState<PromiseWithResolvers<void>>()
  const queryClient = useQueryClient()
  const ask = () => {
    const asked = Promise.withResolvers<void>()
    setWaiting(asked)
    return asked.promise
  }
  const close = (isConfirmed: boolean) => {
    if (isConfirmed) waiting?.resolve()
    else waiting?.reject(declined)
    setWaiting(undefined)
    void queryClient.invalidateQueries({ queryKey: factorsQuery.queryKey })
  }
  return {
    ask,
    async run(work) {
      try {
        return await work()
      } catch (error) {
        if (!problemOf(error).message.startsWith(needed)) throw error
        await ask()
        return await work()
      }
    },
    dialog: (
      <Modal
        opened={waiting !== undefined}
        onClose={() => close(false)}
        title="Is it you?"
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        {waiting !== undefined && <Confirmation onConfirmed={() => close(true)} />}
      </Modal>
    ),
  }
}

const declined = new RequestFailed({
  message: 'It was not confirmed that it is you',
  field: undefined,
  status: 0,
})

function Confirmation({ onConfirmed }: { readonly onConfirmed: () => void }) {
  const factors = useQuery(factorsQuery)
  if (factors.error !== null) return <ErrorBox error={factors.error} onRetry={factors.refetch} />
  return factors.data === undefined ? null : <Proving factors={factors.data} onConfirmed={onConfirmed} />
}

function Proving({ factors, onConfirmed }: { readonly factors: Factors; readonly onConfirmed: () => void }) {
  const [typed, setTyped] = useState('')
  const confirm = useMutation({
    mutationFn: (proof: Proof) => confirmIdentity(proof),
    onSuccess: onConfirmed,
  })
  const byPassword = factors.has_password
  const byCode = !byPassword && (factors.totp.active || factors.recovery_codes_left > 0)
  const byPasskey = factors.passkeys.length > 0 && factors.passkeys_available && browserHasPasskeys()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    confirm.mutate(byPassword ? { password: typed } : { code: typed })
  }
  const field = {
    value: typed,
    onChange: (event: React.ChangeEvent<HTMLInputElement>) => setTyped(event.currentTarget.value),
    required: true,
    withAsterisk: false,
    'data-autofocus': true,
  } as const
  return (
    <Stack gap="md">
      <Text size="sm">
        Somebody else could be at this browser: show once more that it is you. This holds for five minutes.
      </Text>
      {(byPassword || byCode) && (
        <form onSubmit={submit}>
          <Stack gap="md">
            {byPassword ? (
              <PasswordInput
                label="Your password"
                autoComplete="current-password"
                visibilityToggleButtonProps={{ 'aria-label': 'Show the password' }}
                {...field}
              />
            ) : (
              <TextInput label="Code of your authenticator app" autoComplete="one-time-code" {...field} />
            )}
            <Button type="submit" loading={confirm.isPending && confirm.variables !== 'passkey'}>
              Go on
            </Button>
          </Stack>
        </form>
      )}
      {byPasskey && (byPassword || byCode) && <Divider label="or" />}
      {byPasskey && (
        <Button
          variant="default"
          leftSection={<IconFingerprint size={17} />}
          loading={confirm.isPending && confirm.variables === 'passkey'}
          onClick={() => confirm.mutate('passkey')}
        >
          Use a passkey
        </Button>
      )}
      {!byPassword && !byCode && !byPasskey && (
        <Text size="sm">
          Sign out, and sign in again with your identity provider: a fresh sign-in counts for five minutes.
        </Text>
      )}
      {confirm.error !== null && <ErrorBox error={confirm.error} title="That was not right" />}
    </Stack>
  )
}
