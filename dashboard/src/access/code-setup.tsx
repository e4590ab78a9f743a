import { Button, Code, Group, Stack, Text, TextInput } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { CopyButton } from '../ui/copy-button.tsx'
import { ErrorBox } from '../ui/error-box.tsx'
import { activateCodes, beginCodes } from './factors.ts'
import { QrCode } from './qr-code.tsx'
import { RecoveryCodes } from './recovery-codes.tsx'

/** Sets up codes of an authenticator app: secret, first code, recovery codes. */
export function CodeSetup(props: { readonly onDone: () => void; readonly onCancel?: () => void }) {
  const [code, setCode] = useState('')
  // A secret is in no cache: it goes with this piece of the page.
  const begun = useQuery({
    queryKey: ['new-totp-secret'],
    queryFn: beginCodes,
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
    refetchOnWindowFocus: false,
  })
  const activate = useMutation({ mutationFn: () => activateCodes(code), gcTime: 0 })
  if (activate.data !== undefined) return <RecoveryCodes codes={activate.data} onDone={props.onDone} />
  if (begun.error !== null) return <ErrorBox error={begun.error} onRetry={begun.refetch} />
  const submit = (event: FormEvent) => {
    event.preventDefault()
    activate.mutate()
  }
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <Text size="sm">
          Scan the picture with an authenticator app on your phone, then enter the code that the app shows.
        </Text>
        <Group gap="lg" align="flex-start">
          <QrCode text={begun.data?.uri} label="The secret for your authenticator app" />
          <Stack gap={4} style={{ flex: '1 1 12rem', minWidth: 0 }}>
            <Text size="sm" c="dimmed">
              No camera? Enter this secret in the app:
            </Text>
            <Group gap={4} wrap="nowrap">
              <Code fz="xs" p="xs" style={{ overflowWrap: 'anywhere' }} aria-label="Secret">
                {begun.data?.secret.replaceAll(/(.{4})(?=.)/g, '$1 ') ?? '…'}
              </Code>
              {begun.data !== undefined && <CopyButton value={begun.data.secret} what="secret" />}
            </Group>
          </Stack>
        </Group>
        <TextInput
          label="Code of the app"
          placeholder="123456"
          inputMode="numeric"
          autoComplete="one-time-code"
          required
          withAsterisk={false}
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
        />
        {activate.error !== null && <ErrorBox error={activate.error} title="The code was not taken" />}
        <Group justify="flex-end" gap="xs">
          {props.onCancel !== undefined && (
            <Button variant="default" onClick={props.onCancel}>
              Cancel
            </Button>
          )}
          <Button type="submit" loading={activate.isPending} disabled={code.trim() === ''}>
            Turn codes on
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
