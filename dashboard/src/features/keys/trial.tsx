import {
  Button,
  Collapse,
  Group,
  PasswordInput,
  Select,
  Stack,
  Text,
  Textarea,
  TextInput,
  UnstyledButton,
} from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconChevronDown, IconChevronRight, IconSend } from '@tabler/icons-react'
import { useState } from 'react'
import { type Trial, trialMethods, trialOf, useTrial } from '../../api/trial.ts'
import { ErrorBox } from '../../ui/error-box.tsx'
import { basic } from './code-lines.ts'
import { TrialVerdict } from './trial-verdict.tsx'

/** What a call is sent with. */
export type Credential = { readonly secret: string; readonly username?: string | undefined }

/**
 * Sends a request through the gateway and shows the reply and the gate's verdict. The secret lives in this component and
 * in the body of that one request.
 */
export function TrialForm(props: {
  readonly apis: readonly { readonly id: string; readonly name: string }[]
  /** The secret, where it is known: just after it was made. Else it is pasted. */
  readonly credential?: Credential
  /** Public id: the gate can be asked about it without the secret. */
  readonly keyHash?: string
  /** The path, where whoever shows this form needs it too. */
  readonly path?: string
  readonly onPath?: (path: string) => void
  /** User of a key that is presented with a password. */
  readonly username?: string | undefined
}) {
  const [apiId, setApiId] = useState(props.apis[0]?.id ?? '')
  const [method, setMethod] = useState<Trial['method']>('GET')
  const [ownPath, setOwnPath] = useState('/')
  const path = props.path ?? ownPath
  const setPath = props.onPath ?? setOwnPath
  const [lines, setLines] = useState('')
  const [body, setBody] = useState('')
  const [pasted, setPasted] = useState('')
  const [kind, setKind] = useState<'send' | 'ask'>('send')
  const { run, ...state } = useTrial()
  const known = props.credential ?? (pasted === '' ? undefined : { secret: pasted, username: props.username })

  const go = (how: 'send' | 'ask') => {
    setKind(how)
    const trial = trialOf({ method, path, headers: lines, body })
    return run(apiId, {
      ...trial,
      ...(how === 'send' && known !== undefined && presented(known, trial.headers)),
      ...(how === 'ask' && props.keyHash !== undefined && { key_hash: props.keyHash }),
    })
  }
  return (
    <Stack gap="sm" maw={720}>
      {props.apis.length > 1 && (
        <Select
          label="API"
          data={props.apis.map(({ id, name }) => ({ value: id, label: name }))}
          value={apiId}
          allowDeselect={false}
          searchable
          onChange={(next) => next !== null && setApiId(next)}
        />
      )}
      <Group gap="xs" align="flex-end" wrap="nowrap">
        <Select
          label="Method"
          w={112}
          data={trialMethods.map((name) => ({ value: name, label: name }))}
          value={method}
          allowDeselect={false}
          onChange={(next) => setMethod(trialMethods.find((name) => name === next) ?? 'GET')}
        />
        <TextInput
          label="Path behind the API"
          flex={1}
          value={path}
          onChange={(event) => setPath(event.currentTarget.value)}
        />
      </Group>
      <More lines={lines} setLines={setLines} body={body} setBody={setBody} />
      {props.credential === undefined && (
        <PasswordInput
          label={props.username === undefined ? 'Key' : `Password of ${props.username}`}
          description="Paste it to really send the request. It is not kept"
          autoComplete="off"
          visibilityToggleButtonProps={{ 'aria-label': 'Show what was pasted' }}
          value={pasted}
          onChange={(event) => setPasted(event.currentTarget.value.trim())}
        />
      )}
      <Group gap="xs">
        <Button
          variant="light"
          leftSection={<IconSend size={16} />}
          disabled={known === undefined || apiId === ''}
          loading={state.isBusy && kind === 'send'}
          onClick={() => void go('send')}
        >
          Send a test call
        </Button>
        {props.keyHash !== undefined && (
          <Button
            variant="default"
            disabled={state.isBusy || apiId === ''}
            loading={state.isBusy && kind === 'ask'}
            onClick={() => void go('ask')}
          >
            Ask the gate without sending
          </Button>
        )}
        {known === undefined && (
          <Text size="xs" c="dimmed">
            To send, paste the key first.
          </Text>
        )}
      </Group>
      <div aria-live="polite">
        {state.error !== undefined && <ErrorBox error={state.error} title="The call could not be made" />}
        {state.result !== undefined && <TrialVerdict result={state.result} />}
      </div>
    </Stack>
  )
}

function More(props: {
  readonly lines: string
  readonly setLines: (text: string) => void
  readonly body: string
  readonly setBody: (text: string) => void
}) {
  const [opened, { toggle }] = useDisclosure(false)
  const Icon = opened ? IconChevronDown : IconChevronRight
  return (
    <div>
      <UnstyledButton onClick={toggle} aria-expanded={opened}>
        <Group gap={4} c="var(--link)">
          <Icon size={15} />
          <Text size="sm">Headers and body</Text>
        </Group>
      </UnstyledButton>
      <Collapse expanded={opened}>
        <Stack gap="sm" mt="xs">
          <Textarea
            label="Headers"
            description="A line each: Accept: application/json"
            autosize
            minRows={2}
            value={props.lines}
            onChange={(event) => props.setLines(event.currentTarget.value)}
          />
          <Textarea
            label="Body"
            autosize
            minRows={2}
            maxRows={10}
            value={props.body}
            onChange={(event) => props.setBody(event.currentTarget.value)}
          />
        </Stack>
      </Collapse>
    </div>
  )
}

/** A user is presented by name and password, a key where the API looks for it. */
function presented({ username, secret }: Credential, headers: readonly [string, string][]): Partial<Trial> {
  if (username === undefined) return { key: secret }
  return { headers: [...headers, ['Authorization', basic(username, secret)]] }
}
