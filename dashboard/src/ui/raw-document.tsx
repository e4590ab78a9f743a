import { Button, Group, Stack, Text, Title } from '@mantine/core'
import { useBlocker } from '@tanstack/react-router'
import { useState } from 'react'
import { changesBetween } from '../lib/document-form.ts'
import { counted } from '../lib/numbers.ts'
import type { CodeEditorProps } from './code-editor.tsx'
import { ConfirmDialog } from './confirm-dialog.tsx'
import { DocumentDiff, DocumentEditor } from './document-editor.tsx'

/** A stored document as JSON, to be looked at or edited; before it is saved, what would change is shown. */
export function RawDocument(props: {
  /** Names the editor: "Policy as JSON". */
  readonly label: string
  readonly stored: object
  /** Without it the document can be looked at only. */
  readonly onSave?: ((document: object) => Promise<unknown>) | undefined
  readonly check?: CodeEditorProps['check']
  /** What is said in the dialog above the difference. */
  readonly consequence?: string | undefined
}) {
  const { stored, onSave } = props
  const before = JSON.stringify(stored, null, 2)
  const [typed, setTyped] = useState<string>()
  const [isAsking, setAsking] = useState(false)
  const shown = typed ?? before
  const document = typed === undefined ? stored : parsed(typed)
  const changes = document === undefined ? [] : changesBetween(stored, document)
  const problem = document === undefined ? undefined : props.check?.(shown)[0]
  const reason = reasonNot(document, changes.length, problem)
  const leaving = useBlocker({
    shouldBlockFn: ({ current, next }) => changes.length > 0 && current.pathname !== next.pathname,
    enableBeforeUnload: changes.length > 0,
    withResolver: true,
  })
  return (
    <Stack gap="md">
      <DocumentEditor
        label={props.label}
        value={shown}
        language="json"
        onChange={setTyped}
        isReadOnly={onSave === undefined}
        {...(props.check && { check: props.check })}
      />
      {onSave !== undefined && (
        <Group justify="space-between" gap="xs">
          <Text size="sm" c="dimmed" id="document-reason" aria-live="polite">
            {reason ?? `${counted(changes.length, 'change')} not saved yet`}
          </Text>
          <Group gap="xs">
            {typed !== undefined && (
              <Button variant="default" onClick={() => setTyped(undefined)}>
                Discard
              </Button>
            )}
            <Button
              disabled={reason !== undefined}
              aria-describedby="document-reason"
              onClick={() => setAsking(true)}
            >
              Review and save
            </Button>
          </Group>
        </Group>
      )}
      {onSave !== undefined && (
        <ConfirmDialog
          opened={isAsking}
          onClose={() => setAsking(false)}
          title="Save this document?"
          action="Save"
          isHarmless
          onConfirm={async () => {
            if (document === undefined) return
            await onSave(document)
            setTyped(undefined)
          }}
        >
          <Stack gap="sm">
            {props.consequence !== undefined && <Text size="sm">{props.consequence}</Text>}
            <Title order={3} size="h6">
              What changes
            </Title>
            <DocumentDiff before={stored} after={document} />
          </Stack>
        </ConfirmDialog>
      )}
      <ConfirmDialog
        opened={leaving.status === 'blocked'}
        onClose={() => leaving.reset?.()}
        title="Leave without saving?"
        action="Leave"
        onConfirm={async () => leaving.proceed?.()}
      >
        {counted(changes.length, 'change')} would be lost.
      </ConfirmDialog>
    </Stack>
  )
}

function reasonNot(
  document: object | undefined,
  changes: number,
  problem: { readonly path: readonly (string | number)[]; readonly message: string } | undefined,
): string | undefined {
  if (document === undefined) return 'This is not a JSON object'
  if (problem !== undefined) return `${problem.path.join('.') || 'The document'}: ${problem.message}`
  return changes === 0 ? 'Nothing has been changed' : undefined
}

function parsed(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}
