import { Button, Checkbox, Group, PasswordInput, SimpleGrid, Text } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { NewPasswordField } from '../../access/new-password-field.tsx'
import { useMe } from '../../api/me.ts'
import { ErrorBox } from '../../ui/error-box.tsx'
import { FormSection } from '../../ui/form-section.tsx'
import { toastDone } from '../../ui/toast.tsx'
import { setPassword } from '../users/queries.ts'

const nothing = { current: '', next: '', again: '' }

/** Changing the own password. The server ends the other sessions; this one goes on. */
export function OwnPassword() {
  const me = useMe()
  const queryClient = useQueryClient()
  const [typed, setTyped] = useState(nothing)
  const [renewsKey, setRenewsKey] = useState(false)
  const least = me.min_password_length
  const isProvisional = me.password_provisional
  const change = useMutation({
    mutationFn: async () => {
      const current = isProvisional ? undefined : typed.current
      await setPassword(me.user.id, typed.next, { current, renewAccessKey: renewsKey })
    },
    onSuccess: async () => {
      setTyped(nothing)
      await Promise.all([
        queryClient.invalidateQueries({ queryKey: ['me'] }),
        queryClient.invalidateQueries({ queryKey: ['sessions'] }),
      ])
      setRenewsKey(false)
      toastDone('Your new password is in force; your other sessions have ended')
    },
  })
  const reason = notYet(typed, isProvisional, least)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (reason === undefined) change.mutate()
  }
  const field = (name: keyof typeof nothing) => ({
    value: typed[name],
    onChange: (event: React.ChangeEvent<HTMLInputElement>) =>
      setTyped({ ...typed, [name]: event.currentTarget.value }),
  })
  return (
    <FormSection
      title="Password"
      about="Your sessions in other browsers end when you change it; this one goes on."
    >
      <form onSubmit={submit}>
        <SimpleGrid cols={{ base: 1, sm: 3 }}>
          {!isProvisional && (
            <PasswordInput
              label="Current password"
              autoComplete="current-password"
              visibilityToggleButtonProps={{ 'aria-label': 'Show the current password' }}
              {...field('current')}
            />
          )}
          <NewPasswordField
            label="New password"
            toggleLabel="Show the new password"
            least={least}
            value={typed.next}
            onChange={(next) => setTyped({ ...typed, next })}
          />
          <PasswordInput
            label="New password again"
            autoComplete="new-password"
            visibilityToggleButtonProps={{ 'aria-label': 'Show the repeated password' }}
            {...(typed.again !== '' && typed.again !== typed.next && { error: 'The two differ' })}
            {...field('again')}
          />
        </SimpleGrid>
        <Checkbox
          mt="md"
          label="Reset my access key too"
          description="Whoever knew the password may have read it; scripts that use it need the new one"
          checked={renewsKey}
          onChange={(event) => setRenewsKey(event.currentTarget.checked)}
        />
        {change.error !== null && (
          <div style={{ marginTop: 'var(--mantine-spacing-md)' }}>
            <ErrorBox error={change.error} title="The password was not changed" />
          </div>
        )}
        <Group mt="md" gap="sm">
          <Button
            type="submit"
            disabled={reason !== undefined}
            loading={change.isPending}
            aria-describedby="password-reason"
          >
            Change the password
          </Button>
          <Text size="sm" c="dimmed" id="password-reason" aria-live="polite">
            {reason}
          </Text>
        </Group>
      </form>
    </FormSection>
  )
}

function notYet(typed: typeof nothing, isProvisional: boolean, least: number): string | undefined {
  if (!isProvisional && typed.current === '') return 'Give the current password first'
  if ([...typed.next].length < least) return `The new one has ${least} characters or more`
  return typed.again === typed.next ? undefined : 'Repeat the new password'
}
