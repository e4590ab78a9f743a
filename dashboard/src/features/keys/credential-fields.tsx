import { PasswordInput, Radio, Stack, TextInput } from '@mantine/core'
import { isRecord, text } from '../../lib/json-values.ts'
import type { DocumentForm } from '../../lib/use-document-form.ts'
import { SwitchField, TextField } from '../../ui/fields.tsx'
import type { KeyDocument, Presented } from './queries.ts'

type Props = { readonly form: DocumentForm<KeyDocument>; readonly error: unknown }

/** How a new key is presented: by a secret that is made, one of somebody's own, or a user name and a password. */
export function CredentialChoice(
  props: Props & {
    readonly presented: Presented
    readonly onPresented: (presented: Presented) => void
  },
) {
  const { presented, onPresented, form } = props
  const choose = (kind: string) => {
    if (kind === 'custom') onPresented({ kind, secret: '' })
    else onPresented({ kind: kind === 'basic' ? 'basic' : 'generated' })
    if (kind !== 'basic') form.set(['basic_auth_data'], undefined)
  }
  return (
    <Stack gap="md">
      <Radio.Group label="Key value" value={presented.kind} onChange={choose}>
        <Stack gap="xs" mt="xs">
          <Radio
            value="generated"
            label="Generated"
            description="A long random secret, shown once. The safe choice"
          />
          <Radio
            value="custom"
            label="A value of my own"
            description="One that callers use already. A value that is taken is written anew"
          />
          <Radio
            value="basic"
            label="User name and password"
            description="For APIs with basic authentication"
          />
        </Stack>
      </Radio.Group>
      {presented.kind === 'custom' && (
        <PasswordInput
          label="Custom key value"
          description="Letters, digits and signs without spaces, 3 to 256 of them"
          autoComplete="off"
          visibilityToggleButtonProps={{ 'aria-label': 'Show the key value' }}
          value={presented.secret}
          onChange={(event) => onPresented({ kind: 'custom', secret: event.currentTarget.value.trim() })}
        />
      )}
      {presented.kind === 'basic' && (
        <>
          <TextInput
            label="User name"
            autoComplete="off"
            value={text(form.get(['basic_auth_data', 'user']))}
            onChange={(event) => form.set(['basic_auth_data', 'user'], event.currentTarget.value)}
          />
          <Password form={form} label="Password" />
        </>
      )}
      <Signing {...props} />
      {presented.kind === 'generated' && (
        <TextField
          {...props}
          path={['certificate']}
          label="Client certificate"
          about="Its ID, for a key that callers present as a certificate in place of a secret"
        />
      )}
    </Stack>
  )
}

/** What of an existing key's credential can be changed. */
export function CredentialChange(props: Props) {
  const user = props.form.get(['basic_auth_data', 'user'])
  return (
    <Stack gap="md">
      {typeof user === 'string' && user !== '' && (
        <Password
          form={props.form}
          label={`New password of ${user}`}
          about="Empty: the password stays as it is"
        />
      )}
      <Signing {...props} />
    </Stack>
  )
}

function Password(props: {
  readonly form: DocumentForm<KeyDocument>
  readonly label: string
  readonly about?: string
}) {
  const data = props.form.get(['basic_auth_data'])
  const password = isRecord(data) ? data.password : undefined
  return (
    <PasswordInput
      label={props.label}
      description={props.about ?? 'Six characters or more'}
      autoComplete="new-password"
      visibilityToggleButtonProps={{ 'aria-label': 'Show the password' }}
      value={text(password)}
      onChange={(event) =>
        props.form.set(['basic_auth_data', 'password'], event.currentTarget.value || undefined)
      }
    />
  )
}

function Signing(props: Props) {
  return (
    <>
      <SwitchField
        {...props}
        path={['hmac_enabled']}
        label="Signed requests (HMAC)"
        about="Callers sign with a shared secret instead of sending it"
      />
      {props.form.get(['hmac_enabled']) === true && (
        <TextField
          {...props}
          path={['hmac_string']}
          label="HMAC secret"
          about="Empty: one is made. It can be read here later"
          isMono
        />
      )}
    </>
  )
}
