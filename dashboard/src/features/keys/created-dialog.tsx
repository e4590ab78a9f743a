import { Alert, Button, Code, Group, Modal, Stack, Tabs, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { apiChoiceQuery } from '../../access/choices.ts'
import { usePermissions } from '../../api/me.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { SecretReveal } from '../../ui/secret-reveal.tsx'
import { callUrl, codeLines, languages } from './code-lines.ts'
import classes from './keys.module.css'
import { gatewayQuery } from './queries.ts'
import { type Credential, TrialForm } from './trial.tsx'

/** A key just made, with its secret: held by the page that made it, and by nothing else. */
export type MadeKey = {
  readonly id: string
  readonly credential: Credential
  readonly apis: readonly { readonly id: string; readonly name: string }[]
}

/** Shows a new key this once, and how to use it. It does not close quietly before the key was copied. */
export function CreatedDialog(props: { readonly made: MadeKey; readonly onClose: () => void }) {
  const { made } = props
  const may = usePermissions()
  const [isCopied, setCopied] = useState(false)
  const [isWarning, setWarning] = useState(false)
  const [path, setPath] = useState('/')
  const close = () => (isCopied ? props.onClose() : setWarning(true))
  useEffect(() => {
    if (isCopied) return
    const warn = (event: BeforeUnloadEvent) => event.preventDefault()
    addEventListener('beforeunload', warn)
    return () => removeEventListener('beforeunload', warn)
  }, [isCopied])
  const noteCopied = () => {
    setCopied(true)
    setWarning(false)
  }
  const { secret, username } = made.credential
  return (
    <Modal
      opened
      onClose={close}
      title="Key successfully generated"
      size="lg"
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': 'Close the dialog' }}
    >
      {/* Copied by hand counts too, wherever in the dialog it was selected. */}
      <Stack gap="md" onCopy={() => getSelection()?.toString().includes(secret) && noteCopied()}>
        <Text size="sm">Your key has been created:</Text>
        {username !== undefined && (
          <Text size="sm">
            User <Code>{username}</Code>, with the password
          </Text>
        )}
        <SecretReveal value={secret} what="key" shown onCopied={noteCopied} />
        <Text size="sm" c="dimmed">
          Save it now. It is stored nowhere and will not be shown again.
        </Text>
        <Usage made={made} path={path} onCopied={noteCopied} />
        {may('apis', 'read') && made.apis.length > 0 && (
          <TrialForm apis={made.apis} credential={made.credential} path={path} onPath={setPath} />
        )}
        {isWarning && (
          <Alert
            color="yellow"
            variant="light"
            role="alert"
            icon={<IconAlertTriangle />}
            title="The key has not been copied"
          >
            <Group justify="space-between" gap="sm">
              <Text size="sm">It cannot be shown again after this dialog is closed.</Text>
              <Button variant="default" size="xs" onClick={props.onClose}>
                Close without copying
              </Button>
            </Group>
          </Alert>
        )}
        <Group justify="flex-end" gap="xs" className={classes.foot}>
          <CopyButton value={secret} what="key" label="Copy to clipboard" onCopied={noteCopied} />
          <Button variant="default" onClick={close}>
            Close
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}

/** The call in three languages, with the gateway's real address. */
function Usage(props: { readonly made: MadeKey; readonly path: string; readonly onCopied: () => void }) {
  const { made, onCopied } = props
  const may = usePermissions()
  const apiId = made.apis[0]?.id ?? ''
  const api = useQuery(apiChoiceQuery(apiId, may('apis', 'read')))
  const gateway = useQuery(gatewayQuery)
  if (!api.data || gateway.data === undefined) return null
  const call = {
    ...made.credential,
    url: callUrl(gateway.data, api.data.listenPath, props.path),
    place: api.data.place,
  }
  return (
    <Tabs defaultValue="curl" keepMounted={false}>
      <Tabs.List>
        {languages.map((language) => (
          <Tabs.Tab key={language} value={language}>
            {language}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {languages.map((language) => {
        const lines = codeLines(call, language)
        return (
          <Tabs.Panel key={language} value={language} pt="xs">
            <Group gap="xs" wrap="nowrap" align="flex-start">
              <Code block className={classes.code} flex={1} tabIndex={0} aria-label={`Call in ${language}`}>
                {lines}
              </Code>
              <CopyButton value={lines} what={`the call in ${language}`} onCopied={onCopied} />
            </Group>
          </Tabs.Panel>
        )
      })}
    </Tabs>
  )
}
