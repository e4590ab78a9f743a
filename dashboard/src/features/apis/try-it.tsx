import {
  Button,
  Group,
  PasswordInput,
  SegmentedControl,
  Select,
  SimpleGrid,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core'
import { IconSend } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { usePermissions } from '../../api/me.ts'
import { sendsBody, type Trial, trialMethods, trialOf, useTrial } from '../../api/trial.ts'
import { ErrorBox } from '../../ui/error-box.tsx'
import { FormSection } from '../../ui/form-section.tsx'
import { modeOf } from './authentication-modes.ts'
import { useDesign } from './design.ts'
import { apiUrlQuery, keyChoicesQuery } from './queries.ts'
import { TryReply } from './try-reply.tsx'

/** What a request is sent with: nothing, a pasted key, or a stored one, whose secret nobody has. */
type Credential = 'none' | 'key' | 'stored'

/**
 * Sends a request through the gateway as any client would, and shows the reply with the gate's verdict. What was pasted
 * lives in this component only.
 */
export function TryIt() {
  const { apiId, stored, form } = useDesign()
  const may = usePermissions()
  const { data: url = '' } = useQuery(apiUrlQuery(apiId))
  const isOpen = modeOf(stored.api_definition) === 'keyless'
  const [method, setMethod] = useState<Trial['method']>('GET')
  const [path, setPath] = useState('/')
  const [headers, setHeaders] = useState('')
  const [body, setBody] = useState('')
  const [credential, setCredential] = useState<Credential>(isOpen ? 'none' : 'key')
  const [secret, setSecret] = useState('')
  const [keyHash, setKeyHash] = useState<string | null>(null)
  const { run, ...state } = useTrial()
  const isAsking = credential === 'stored'
  const reason = isAsking && keyHash === null ? 'Choose a key first' : undefined

  const go = () =>
    run(apiId, {
      ...trialOf({ method, path, headers, body }),
      ...(credential === 'key' && secret !== '' && { key: secret }),
      ...(isAsking && keyHash !== null && { key_hash: keyHash }),
    })
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md" style={{ alignItems: 'start' }}>
      <FormSection
        title="Request"
        about={
          form.isDirty
            ? 'The API is tried as it is stored: your changes are not saved yet.'
            : 'Judged and counted as any client’s.'
        }
      >
        <Group gap="xs" align="flex-end" wrap="nowrap">
          <Select
            label="Method"
            w={116}
            data={trialMethods.map((name) => ({ value: name, label: name }))}
            value={method}
            allowDeselect={false}
            onChange={(next) => setMethod(trialMethods.find((name) => name === next) ?? 'GET')}
          />
          <TextInput
            label="Path"
            flex={1}
            miw={0}
            value={path}
            styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
            onChange={(event) => setPath(event.currentTarget.value)}
            onKeyDown={(event) => event.key === 'Enter' && reason === undefined && void go()}
          />
        </Group>
        <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          {url.replace(/\/$/, '')}
          {path.startsWith('/') ? path : `/${path}`}
        </Text>
        <div>
          <Text size="sm" fw={500} mb={4} id="credential-label">
            Credential
          </Text>
          <SegmentedControl
            aria-labelledby="credential-label"
            value={credential}
            onChange={(next) => setCredential(next === 'key' || next === 'stored' ? next : 'none')}
            data={[
              { value: 'none', label: 'None' },
              { value: 'key', label: 'A key' },
              ...(may('keys', 'read') ? [{ value: 'stored', label: 'A stored key' }] : []),
            ]}
          />
        </div>
        {credential === 'key' && (
          <PasswordInput
            label="Key"
            description="Paste it here. It goes where the API looks for it, and is not kept"
            autoComplete="off"
            visibilityToggleButtonProps={{ 'aria-label': 'Show what was pasted' }}
            value={secret}
            onChange={(event) => setSecret(event.currentTarget.value.trim())}
          />
        )}
        {isAsking && <StoredKey apiId={apiId} value={keyHash} onChange={setKeyHash} />}
        <Textarea
          label="Headers"
          description="A line each, such as Accept: application/json"
          autosize
          minRows={2}
          maxRows={8}
          value={headers}
          onChange={(event) => setHeaders(event.currentTarget.value)}
        />
        {sendsBody(method) && (
          <Textarea
            label="Body"
            autosize
            minRows={3}
            maxRows={14}
            value={body}
            onChange={(event) => setBody(event.currentTarget.value)}
          />
        )}
        <Group gap="sm">
          <Button
            leftSection={<IconSend size={16} />}
            loading={state.isBusy}
            disabled={reason !== undefined}
            onClick={() => void go()}
          >
            {isAsking ? 'Ask the gate' : 'Send'}
          </Button>
          {reason !== undefined && (
            <Text size="sm" c="dimmed">
              {reason}
            </Text>
          )}
        </Group>
      </FormSection>
      <div aria-live="polite">
        {state.error !== undefined && <ErrorBox error={state.error} title="This could not be tried" />}
        {state.result !== undefined && <TryReply result={state.result} />}
        {state.error === undefined && state.result === undefined && (
          <FormSection title="Reply" about="It comes here, with what the gate decided and why.">
            {null}
          </FormSection>
        )}
      </div>
    </SimpleGrid>
  )
}

function StoredKey(props: {
  readonly apiId: string
  readonly value: string | null
  readonly onChange: (hash: string | null) => void
}) {
  // What is searched for here may be kept: a name, not a secret; secrets have their own field.
  const { data: keys = [] } = useQuery(keyChoicesQuery(props.apiId, '', true))
  return (
    <Select
      label="Stored key"
      description="Its secret is not stored: nothing is sent, and the gate is asked what it would say now"
      placeholder="Choose a key that opens this API"
      data={keys}
      value={props.value}
      searchable
      nothingFoundMessage="No key opens this API"
      onChange={props.onChange}
    />
  )
}
