import { Alert, Anchor, Button, Divider, Loader, Stack, Text, TextInput } from '@mantine/core'
import { IconFingerprint, IconKey } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, lazy, Suspense, useState } from 'react'
import { browserHasPasskeys, signInWithPasskey } from '../access/factors.ts'
import { problemOf } from '../api/problem.ts'
import { type NextStep, signInOptionsQuery, signInWithCode } from './sign-in.ts'
import { SignInForm } from './sign-in-form.tsx'
import { namedOrganisation } from './sign-in-words.ts'

// Fetched when somebody has to set up a factor: most never see it.
const EnrolStep = lazy(async () => ({ default: (await import('./enrol-step.tsx')).EnrolStep }))

/** Every way to sign in, and the steps after the first. */
export function SignInFlow(props: { readonly email?: string; readonly onSignedIn: () => Promise<void> }) {
  const organisation = namedOrganisation(location.search)
  const options = useQuery(signInOptionsQuery(organisation)).data
  const queryClient = useQueryClient()
  const [chosen, setChosen] = useState<NextStep | 'first'>()
  // A sign-in that was under way when the page was loaded goes on.
  const step = chosen ?? options?.step?.next ?? 'first'
  const proceed = async (next: NextStep) => {
    await queryClient.invalidateQueries({ queryKey: signInOptionsQuery(organisation).queryKey })
    setChosen(next ?? 'first')
    if (next === null) await props.onSignedIn()
  }
  if (step === 'enrol') {
    return (
      <Suspense fallback={<Loader aria-label="Loading" />}>
        <EnrolStep canHavePasskeys={options?.passkeys === true} onDone={() => proceed(null)} />
      </Suspense>
    )
  }
  if (step === 'factor') {
    return (
      <FactorStep
        byCode={options?.step?.code ?? true}
        byPasskey={options?.step?.passkey ?? false}
        onNext={proceed}
        onBack={() => setChosen('first')}
      />
    )
  }
  return (
    <Stack gap="md">
      <SignInForm {...(props.email !== undefined && { email: props.email })} onNext={proceed} />
      <OtherWays
        providers={options?.providers ?? []}
        hasPasskeys={options?.passkeys === true && browserHasPasskeys()}
        onNext={proceed}
      />
    </Stack>
  )
}

/** Signing in without a password. */
function OtherWays(props: {
  readonly providers: readonly { readonly id: string; readonly name: string }[]
  readonly hasPasskeys: boolean
  readonly onNext: (next: NextStep) => unknown
}) {
  const attempt = usePasskey(props.onNext)
  if (!props.hasPasskeys && props.providers.length === 0) return null
  return (
    <Stack gap="sm">
      <Divider label="or" />
      {props.hasPasskeys && (
        <Button
          variant="default"
          fullWidth
          leftSection={<IconFingerprint size={18} />}
          loading={attempt.isPending}
          onClick={() => attempt.mutate()}
        >
          Use a passkey
        </Button>
      )}
      {props.providers.map(({ id, name }) => (
        <Button
          key={id}
          variant="default"
          fullWidth
          leftSection={<IconKey size={18} />}
          component="a"
          href={`/sso/start/${encodeURIComponent(id)}`}
        >
          Sign in with {name}
        </Button>
      ))}
      {attempt.error !== null && <NotSignedIn error={attempt.error} />}
    </Stack>
  )
}

/** The second step: a code, a recovery code or a passkey. */
function FactorStep(props: {
  readonly byCode: boolean
  readonly byPasskey: boolean
  readonly onNext: (next: NextStep) => unknown
  readonly onBack: () => void
}) {
  const [code, setCode] = useState('')
  const byCode = useMutation({ mutationFn: () => signInWithCode(code), onSuccess: props.onNext })
  const byPasskey = usePasskey(props.onNext)
  const error = byCode.error ?? byPasskey.error
  const submit = (event: FormEvent) => {
    event.preventDefault()
    byPasskey.reset()
    byCode.mutate()
  }
  return (
    <Stack gap="md">
      <Text size="sm">Your password is right. Now show your second factor.</Text>
      {props.byCode && (
        <form onSubmit={submit}>
          <Stack gap="md">
            <TextInput
              label="Code"
              description="The six digits of your authenticator app, or a recovery code"
              name="code"
              autoComplete="one-time-code"
              autoFocus
              required
              withAsterisk={false}
              value={code}
              onChange={(event) => setCode(event.currentTarget.value)}
            />
            <Button type="submit" size="md" fullWidth loading={byCode.isPending}>
              Go on
            </Button>
          </Stack>
        </form>
      )}
      {props.byPasskey && browserHasPasskeys() && (
        <Button
          variant={props.byCode ? 'default' : 'filled'}
          fullWidth
          leftSection={<IconFingerprint size={18} />}
          loading={byPasskey.isPending}
          onClick={() => {
            byCode.reset()
            byPasskey.mutate()
          }}
        >
          Use a passkey
        </Button>
      )}
      {error !== null && <NotSignedIn error={error} />}
      <Text size="sm" c="dimmed">
        Lost it? An administrator of your organisation can reset it.{' '}
        <Anchor component="button" type="button" inherit underline="always" onClick={props.onBack}>
          Sign in as somebody else
        </Anchor>
      </Text>
    </Stack>
  )
}

function usePasskey(onNext: (next: NextStep) => unknown) {
  return useMutation({
    mutationFn: signInWithPasskey,
    onSuccess: (meta) => onNext(meta?.next ?? null),
  })
}

function NotSignedIn({ error }: { readonly error: unknown }) {
  return (
    <Alert color="red" role="alert" title="Not signed in">
      {problemOf(error).message}
    </Alert>
  )
}
