import { Button, Group, Paper, Text } from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import { useBlocker } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { counted } from '../lib/numbers.ts'
import type { DocumentForm } from '../lib/use-document-form.ts'
import { ConfirmDialog } from './confirm-dialog.tsx'
import { ErrorBox } from './error-box.tsx'
import classes from './save-bar.module.css'

/**
 * The end of a form: what differs, Discard and the saving button, which says beside it why it cannot be pressed. Leaving
 * the page with changes asks first. Ctrl-S saves.
 */
export function SaveBar(props: {
  readonly form: Pick<DocumentForm, 'isDirty' | 'changes' | 'reset'>
  /** The verb: "Save", "CREATE". */
  readonly action: string
  readonly onSave: () => void
  readonly isSaving: boolean
  /** What the server said to the last attempt; fields show their own part of it. */
  readonly error: unknown
  /** Why it cannot be saved yet, in a few words: "Add an access right first". */
  readonly reason?: string | undefined
  /** A choice about how it is saved, above the button. */
  readonly extra?: ReactNode
  /** A new document can be sent as it is; nothing need differ. */
  readonly isNew?: boolean
  /** Beginning of the addresses of pages that share this form: going among them loses nothing. */
  readonly sharedBy?: string
}) {
  const { form } = props
  const reason = props.reason ?? (!form.isDirty && !props.isNew ? 'Nothing has been changed' : undefined)
  const canSave = reason === undefined && !props.isSaving
  const leaving = useBlocker({
    shouldBlockFn: ({ current, next }) =>
      form.isDirty &&
      !props.isSaving &&
      current.pathname !== next.pathname &&
      !(props.sharedBy !== undefined && next.pathname.startsWith(props.sharedBy)),
    enableBeforeUnload: form.isDirty,
    withResolver: true,
  })
  useHotkeys([['mod+S', () => canSave && props.onSave()]], [])
  return (
    <>
      {props.error !== null && props.error !== undefined && (
        <ErrorBox error={props.error} title="This was not saved" />
      )}
      <Paper withBorder className={classes.bar} p="sm" mt="md">
        {props.extra !== undefined && <div className={classes.extra}>{props.extra}</div>}
        <Text size="sm" c="dimmed" aria-live="polite" id="save-reason">
          {reason ?? (form.isDirty ? `${counted(form.changes.length, 'change')} not saved yet` : '')}
        </Text>
        <Group gap="xs">
          {form.isDirty && (
            <Button variant="default" onClick={form.reset}>
              Discard
            </Button>
          )}
          <Button
            loading={props.isSaving}
            disabled={!canSave && !props.isSaving}
            aria-describedby="save-reason"
            onClick={props.onSave}
          >
            {props.action}
          </Button>
        </Group>
      </Paper>
      <ConfirmDialog
        opened={leaving.status === 'blocked'}
        onClose={() => leaving.reset?.()}
        title="Leave without saving?"
        action="Leave"
        onConfirm={async () => leaving.proceed?.()}
      >
        {counted(form.changes.length, 'change')} would be lost.
      </ConfirmDialog>
    </>
  )
}
