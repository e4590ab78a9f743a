import { Button, Group, Text } from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useBlocker, useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { apiChoiceQuery } from '../../access/choices.ts'
import { rightsOf } from '../../access/rights.ts'
import { usePermissions } from '../../api/me.ts'
import { isRecord, text } from '../../lib/json-values.ts'
import { paths } from '../../lib/paths.ts'
import { useDocumentForm } from '../../lib/use-document-form.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { ErrorBox } from '../../ui/error-box.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { CreatedDialog, type MadeKey } from './created-dialog.tsx'
import { keyForApi, newKey, notYet, policiesOf } from './key-document.ts'
import { KeyForm } from './key-form.tsx'
import classes from './keys.module.css'
import { Preview } from './preview.tsx'
import { createKey, type KeyDocument, type Presented } from './queries.ts'

/** One page that creates a key; only access rights are needed. `?api=` gives access to that API from the start. */
export function NewKeyPage() {
  const { api = '' } = useSearch({ strict: false }) as { readonly api?: string }
  const wanted = useQuery(apiChoiceQuery(api, api !== ''))
  if (wanted.isLoading) return <PageHeader title="Create a key" />
  return <NewKey start={wanted.data ? keyForApi(wanted.data) : newKey} key={wanted.data?.id ?? ''} />
}

function NewKey({ start }: { readonly start: KeyDocument }) {
  const may = usePermissions()
  const [template] = useState(start)
  const form = useDocumentForm<KeyDocument>(template)
  const [presented, setPresented] = useState<Presented>({ kind: 'generated' })
  const [waiting, setWaiting] = useState<string>()
  const [made, setMade] = useState<MadeKey>()
  const navigate = useNavigate()
  const queryClient = useQueryClient()
  const document = form.documentToSend
  const creating = useMutation({
    // Yields nothing: the secret goes into the state of this page, not into the cache.
    mutationFn: async () => {
      const { id, secret } = await createKey(document, presented)
      setMade(madeKey(id, secret, document, presented))
    },
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['keys'] }),
  })
  const reason = may('keys', 'write') ? notYet(document, presented, waiting) : 'You may not create keys'
  const canCreate = reason === undefined && !creating.isPending && made === undefined
  const create = () => canCreate && creating.mutate()
  useHotkeys([['mod+S', create]], [])
  const leaving = useBlocker({
    shouldBlockFn: ({ current, next }) =>
      form.isDirty && made === undefined && current.pathname !== next.pathname,
    enableBeforeUnload: form.isDirty && made === undefined,
    withResolver: true,
  })
  const opensSomething = rightsOf(document).length > 0 || policiesOf(document).length > 0
  return (
    <>
      <div className={classes.top}>
        <PageHeader
          title="Create a key"
          about="Only access rights are needed. Everything else has a sensible default."
          actions={
            <Group gap="sm">
              <Text size="sm" c="dimmed" id="create-reason" aria-live="polite">
                {reason ?? ''}
              </Text>
              <Button
                disabled={!canCreate && !creating.isPending}
                loading={creating.isPending}
                aria-describedby="create-reason"
                onClick={create}
              >
                CREATE
              </Button>
            </Group>
          }
        />
      </div>
      {creating.error !== null && <ErrorBox error={creating.error} title="The key was not created" />}
      <div className={classes.columns}>
        <div>
          <KeyForm
            form={form}
            error={creating.error}
            credential={{ presented, onPresented: setPresented, onWaiting: setWaiting }}
          />
        </div>
        {/* It scrolls by itself where it is long. */}
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: so that the keyboard can scroll it */}
        <aside className={classes.aside} aria-label="Preview" tabIndex={0}>
          <Preview document={document} opensSomething={opensSomething} />
        </aside>
      </div>
      {made !== undefined && (
        <CreatedDialog made={made} onClose={() => void navigate({ to: paths.key(made.id) })} />
      )}
      <ConfirmDialog
        opened={leaving.status === 'blocked'}
        onClose={() => leaving.reset?.()}
        title="Leave without creating the key?"
        action="Leave"
        onConfirm={async () => leaving.proceed?.()}
      >
        What you have filled in would be lost.
      </ConfirmDialog>
    </>
  )
}

function madeKey(id: string, secret: string, document: KeyDocument, presented: Presented): MadeKey {
  const data = isRecord(document.basic_auth_data) ? document.basic_auth_data : {}
  const credential =
    presented.kind === 'basic' ? { secret: text(data.password), username: text(data.user) } : { secret }
  const apis = rightsOf(document).map(({ apiId, name }) => ({ id: apiId, name }))
  return { id, credential, apis }
}
