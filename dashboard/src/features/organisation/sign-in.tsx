import { Button, Group, Stack, Text } from '@mantine/core'
import { IconLock } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { usePermissions } from '../../api/me.ts'
import { paths } from '../../lib/paths.ts'
import { useDocumentForm } from '../../lib/use-document-form.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorBox } from '../../ui/error-box.tsx'
import { ChoiceField, SwitchField } from '../../ui/fields.tsx'
import { FormSection } from '../../ui/form-section.tsx'
import { Identifier } from '../../ui/identifier.tsx'
import { SaveBar } from '../../ui/save-bar.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { toastDone } from '../../ui/toast.tsx'
import { providersQuery, type SignInRules, signInRulesQuery, updateSignInRules } from './queries.ts'

/** How the organisation's users sign in. */
export function SignIn() {
  const may = usePermissions()
  const rules = useQuery({ ...signInRulesQuery, enabled: may.isAdmin })
  if (!may.isAdmin) {
    return <EmptyState icon={IconLock} text="Only administrators can see and change how users sign in." />
  }
  return (
    <>
      <Providers />
      {rules.error !== null && <ErrorBox error={rules.error} onRetry={rules.refetch} />}
      {rules.data !== undefined && <Rules stored={rules.data} />}
    </>
  )
}

function Rules({ stored }: { readonly stored: SignInRules }) {
  const queryClient = useQueryClient()
  const form = useDocumentForm<SignInRules>(stored)
  const save = useMutation({
    mutationFn: () => updateSignInRules(form.documentToSend),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: signInRulesQuery.queryKey })
      form.reset()
      toastDone('The rules have been changed')
    },
  })
  const fields = { form, error: save.error }
  const isOnly = form.get(['single_sign_on_only']) === true
  const administrators = stored.administrators.map(({ id, email_address: label }) => ({ value: id, label }))
  return (
    <>
      <FormSection
        title="Rules"
        about="They hold from the next sign-in on. Access keys are not asked for any of it."
      >
        <SwitchField
          {...fields}
          path={['second_factor_required']}
          label="Require a second factor"
          about="Whoever signs in with a password and has no second factor sets one up first. What an identity provider asks for is set there."
        />
        <SwitchField
          {...fields}
          path={['single_sign_on_only']}
          label="Sign in with an identity provider only"
          about="Passwords and passkeys open nothing any more, except for the administrator you name."
        />
        {isOnly && (
          <ChoiceField
            {...fields}
            path={['emergency_user_id']}
            label="Administrator who may still use a password"
            about="For the day on which the identity provider does not answer. Give this account a long password and a second factor."
            choices={administrators}
          />
        )}
      </FormSection>
      <SaveBar
        form={form}
        action="Save"
        onSave={() => save.mutate()}
        isSaving={save.isPending}
        error={save.error}
        reason={
          isOnly && form.get(['emergency_user_id']) === ''
            ? 'Name the administrator who may still use a password'
            : undefined
        }
      />
    </>
  )
}

function Providers() {
  const providers = useQuery(providersQuery)
  const { data } = providers
  return (
    <FormSection
      title="Identity providers"
      about="Google, Microsoft Entra ID, Okta, Keycloak and others that speak OpenID Connect."
    >
      {providers.error !== null && <ErrorBox error={providers.error} onRetry={providers.refetch} />}
      {data !== undefined && data.providers.length > 0 && (
        <Stack
          gap={0}
          component="ul"
          p={0}
          m={0}
          aria-label="Identity providers"
          style={{ listStyle: 'none' }}
        >
          {data.providers.map(({ id, name, issuer, active }) => (
            <Group
              key={id}
              component="li"
              justify="space-between"
              gap="sm"
              py="sm"
              style={{ borderBottom: '1px solid var(--line)' }}
            >
              <div style={{ minWidth: 0 }}>
                <Group gap="xs">
                  <Link to={paths.identityProvider(id)}>{name}</Link>
                  <StatusBadge tone={active ? 'good' : 'off'} word={active ? 'On' : 'Off'} />
                </Group>
                <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
                  {issuer}
                </Text>
              </div>
            </Group>
          ))}
        </Stack>
      )}
      {data !== undefined && data.providers.length > 0 && (
        <div>
          <Text size="sm" c="dimmed">
            The sign-in page of your organisation, with a button for each of them:
          </Text>
          <Identifier value={data.sign_in_url} what="sign-in page" />
        </div>
      )}
      <div>
        <Button
          variant="default"
          renderRoot={(props) => <Link to={paths.newIdentityProvider()} {...props} />}
        >
          Add an identity provider
        </Button>
      </div>
    </FormSection>
  )
}
