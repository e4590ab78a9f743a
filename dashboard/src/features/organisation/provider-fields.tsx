import {
  ActionIcon,
  Button,
  Group,
  PasswordInput,
  Select,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
} from '@mantine/core'
import { IconTrash } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { DocumentForm } from '../../lib/use-document-form.ts'
import { SwitchField, TextField, WordsField } from '../../ui/fields.tsx'
import { FormSection } from '../../ui/form-section.tsx'
import { Identifier } from '../../ui/identifier.tsx'
import { groupChoicesQuery } from '../users/queries.ts'

type Secret = {
  readonly value: string
  /** The server has one. */
  readonly isKept: boolean
  readonly onChange: (value: string) => void
}

/** The settings of an identity provider. */
export function ProviderFields(props: {
  readonly form: DocumentForm
  readonly error: unknown
  readonly redirectUri: string | undefined
  readonly secret: Secret
}) {
  const { form, error } = props
  return (
    <>
      <Connection {...props} />
      <FormSection
        title="Accounts"
        about="A user is found by the provider’s own id, at the first sign-in by the e-mail address."
      >
        <SwitchField
          form={form}
          error={error}
          path={['create_accounts']}
          label="Make an account at the first sign-in"
          about="For whoever the provider signs in and has none here. It gets the user group below."
        />
        <SwitchField
          form={form}
          error={error}
          path={['trust_email']}
          label="Trust e-mail addresses that are not marked as verified"
          about="Microsoft Entra ID does not mark them. Only for a provider whose users cannot choose their address: it opens the account that has it."
        />
      </FormSection>
      <Groups form={form} error={error} />
      <FormSection title="Sign-in page">
        <SwitchField form={form} error={error} path={['active']} label="Switched on" />
        <SwitchField
          form={form}
          error={error}
          path={['show_to_everybody']}
          label="Show the button to everybody"
          about="Else it is on your organisation’s own sign-in page only. Other organisations of this installation see the name on the common page."
        />
      </FormSection>
    </>
  )
}

function Connection({ form, error, redirectUri, secret }: Parameters<typeof ProviderFields>[0]) {
  return (
    <FormSection title="Connection">
      {redirectUri !== undefined && (
        <div>
          <Text size="sm">Redirect URI, to be entered at the provider:</Text>
          <Identifier value={redirectUri} what="redirect URI" />
        </div>
      )}
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <TextField
          form={form}
          error={error}
          path={['name']}
          label="Name"
          about="Stands on the button: “Sign in with …”"
          isRequired
        />
        <TextField
          form={form}
          error={error}
          path={['issuer']}
          label="Issuer"
          about="The provider’s address; /.well-known/openid-configuration lies below it"
          placeholder="https://login.example.com"
          isMono
          isRequired
        />
        <TextField form={form} error={error} path={['client_id']} label="Client ID" isMono isRequired />
        <PasswordInput
          label="Client secret"
          placeholder={secret.isKept ? 'Kept as it is' : ''}
          autoComplete="off"
          visibilityToggleButtonProps={{ 'aria-label': 'Show the client secret' }}
          value={secret.value}
          onChange={(event) => secret.onChange(event.currentTarget.value)}
        />
      </SimpleGrid>
      <WordsField form={form} error={error} path={['scopes']} label="Scopes" />
    </FormSection>
  )
}

type GroupEntry = { readonly claim: string; readonly group_id: string }

function Groups({ form, error }: { readonly form: DocumentForm; readonly error: unknown }) {
  const groups = useQuery(groupChoicesQuery(true)).data ?? []
  const choices = groups.map(({ id, name }) => ({ value: String(id), label: String(name) }))
  const stored = form.get(['groups'])
  // The document was read from the server, whose schema says so.
  const entries = (Array.isArray(stored) ? stored : []) as readonly GroupEntry[]
  const change = (next: readonly GroupEntry[]) => form.set(['groups'], next)
  const defaultGroup = form.get(['default_group_id'])
  return (
    <FormSection
      title="User groups"
      about="For accounts that this provider made: their user group follows the provider at each sign-in. The first line that fits counts."
    >
      <TextField
        form={form}
        error={error}
        path={['group_claim']}
        label="Claim that lists the groups"
        placeholder="groups"
        isMono
      />
      <Stack gap="xs" role="list" aria-label="Groups">
        {entries.map((entry, index) => (
          // Lines have no identity but their place.
          // biome-ignore lint/suspicious/noArrayIndexKey: see above
          <Group key={index} role="listitem" gap="xs" align="flex-end">
            <TextInput
              label="Group at the provider"
              style={{ flex: '1 1 10rem' }}
              value={entry.claim}
              onChange={(event) =>
                change(entries.with(index, { ...entry, claim: event.currentTarget.value }))
              }
            />
            <Select
              label="User group here"
              style={{ flex: '1 1 10rem' }}
              data={choices}
              value={entry.group_id}
              allowDeselect={false}
              onChange={(id) => id !== null && change(entries.with(index, { ...entry, group_id: id }))}
            />
            <ActionIcon
              variant="subtle"
              color="red"
              size="lg"
              aria-label={`Remove the group ${entry.claim}`}
              onClick={() => change(entries.toSpliced(index, 1))}
            >
              <IconTrash size={16} />
            </ActionIcon>
          </Group>
        ))}
      </Stack>
      <div>
        <Button
          variant="default"
          size="xs"
          disabled={choices.length === 0}
          onClick={() => change([...entries, { claim: '', group_id: choices[0]?.value ?? '' }])}
        >
          Add a group
        </Button>
        {choices.length === 0 && (
          <Text size="sm" c="dimmed" mt={4}>
            Your organisation has no user groups yet.
          </Text>
        )}
      </div>
      <Select
        label="Everybody else is in"
        description="Without a user group they have no access"
        data={[{ value: '', label: 'No access' }, ...choices]}
        value={typeof defaultGroup === 'string' ? defaultGroup : ''}
        allowDeselect={false}
        onChange={(id) => id !== null && form.set(['default_group_id'], id)}
      />
    </FormSection>
  )
}
