import { Alert, Button, PasswordInput, Stack, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, type KeyboardEvent, useRef, useState } from 'react'
import { problemOf } from '../api/problem.ts'
import { type NextStep, signIn } from './sign-in.ts'

/** E-mail, password and the button; what went wrong stands between them. */
export function SignInForm(props: {
  readonly email?: string
  /** Done, or the step that is outstanding. */
  readonly onNext: (next: NextStep) => unknown
}) {
  const [username, setUsername] = useState(props.email ?? '')
  const [password, setPassword] = useState('')
  const [isLocked, setIsLocked] = useState(false)
  const passwordField = useRef<HTMLInputElement>(null)
  const attempt = useMutation({
    mutationFn: () => signIn({ username, password }),
    onSuccess: (next) => props.onNext(next),
    // The password is what is wrong, as a rule: typing on replaces it.
    onError: () => passwordField.current?.select(),
  })
  const notice = (event: KeyboardEvent) => setIsLocked(event.getModifierState('CapsLock'))
  const submit = (event: FormEvent) => {
    event.preventDefault()
    attempt.mutate()
  }
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <TextInput
          label="E-mail"
          name="username"
          type="email"
          autoComplete="username"
          required
          withAsterisk={false}
          autoFocus={props.email === undefined}
          value={username}
          onChange={(event) => setUsername(event.currentTarget.value)}
        />
        <PasswordInput
          ref={passwordField}
          label="Password"
          name="password"
          {...(isLocked && { description: 'Caps Lock is on' })}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          onKeyDown={notice}
          onKeyUp={notice}
          autoComplete="current-password"
          required
          withAsterisk={false}
          autoFocus={props.email !== undefined}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          visibilityToggleButtonProps={{ 'aria-label': 'Show the password' }}
        />
        {attempt.error !== null && (
          <Alert color="red" role="alert" title="Not signed in">
            {problemOf(attempt.error).message}
          </Alert>
        )}
        <Button type="submit" size="md" loading={attempt.isPending} fullWidth>
          Sign in
        </Button>
      </Stack>
    </form>
  )
}
