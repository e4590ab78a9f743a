import { Button, Code, SimpleGrid, Skeleton, Text } from '@mantine/core'
import { IconTrash } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { usePermissions } from '../../api/me.ts'
import { paths } from '../../lib/paths.ts'
import { type DocumentForm, useDocumentForm } from '../../lib/use-document-form.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { ErrorBox } from '../../ui/error-box.tsx'
import { ChoiceField, NumberField, TextField } from '../../ui/fields.tsx'
import { FormSection } from '../../ui/form-section.tsx'
import { Identifier } from '../../ui/identifier.tsx'
import { MetaDataField } from '../../ui/meta-data-field.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { SaveBar } from '../../ui/save-bar.tsx'
import { toastDone } from '../../ui/toast.tsx'
import {
  createWebhook,
  deleteWebhook,
  updateWebhook,
  type Webhook,
  webhookFacts,
  webhookQuery,
} from './queries.ts'

/** A new webhook as it is before anything is entered. */
const template: Webhook = { name: '', method: 'POST', target_path: '', header_map: {}, event_timeout: 0 }

/** Creating a webhook. */
export function NewWebhookPage() {
  const form = useDocumentForm(template)
  const navigate = useNavigate()
  const queryClient = useQueryClient()
  const create = useMutation({
    mutationFn: createWebhook,
    onSuccess: async () => {
      toastDone('The webhook was created')
      form.reset()
      await queryClient.invalidateQueries({ queryKey: ['webhooks'] })
      void navigate({ to: paths.webhooks() })
    },
  })
  return (
    <>
      <PageHeader title="Create a webhook" about="It is called when an API that names it refuses a request" />
      <Fields form={form} error={create.error} />
      <SaveBar
        form={form}
        action="CREATE"
        isNew
        isSaving={create.isPending || create.isSuccess}
        error={create.error}
        reason={missingIn(form)}
        onSave={() => create.mutate(form.documentToSend)}
      />
    </>
  )
}

/** One webhook. */
export function WebhookPage() {
  const { id = '' } = useParams({ strict: false })
  const { data, error, refetch } = useQuery(webhookQuery(id))
  if (data !== undefined) return <Edit id={id} stored={data} />
  return (
    <>
      <PageHeader title="Webhook" />
      {error === null ? (
        <Skeleton h={280} aria-label="Loading" />
      ) : (
        <ErrorBox error={error} onRetry={refetch} />
      )}
    </>
  )
}

function Edit({ id, stored }: { readonly id: string; readonly stored: Webhook }) {
  const form = useDocumentForm(stored)
  const mayWrite = usePermissions()('hooks', 'write')
  const [isAsking, setIsAsking] = useState(false)
  const navigate = useNavigate()
  const queryClient = useQueryClient()
  const save = useMutation({
    mutationFn: (document: Webhook) => updateWebhook(id, document),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ['webhooks'] })
      form.reset()
      toastDone('The webhook is saved')
    },
  })
  const { name } = webhookFacts(stored)
  return (
    <>
      <PageHeader
        title={name}
        about={<Identifier value={id} what="webhook ID" />}
        actions={
          mayWrite && (
            <Button
              color="red"
              variant="light"
              leftSection={<IconTrash size={16} />}
              onClick={() => setIsAsking(true)}
            >
              Delete
            </Button>
          )
        }
      />
      <Fields form={form} error={save.error} isReadOnly={!mayWrite} />
      {mayWrite && (
        <SaveBar
          form={form}
          action="Save"
          isSaving={save.isPending}
          error={save.error}
          reason={missingIn(form)}
          onSave={() => save.mutate(form.documentToSend)}
        />
      )}
      <ConfirmDialog
        opened={isAsking}
        onClose={() => setIsAsking(false)}
        title={`Delete the webhook “${name}”?`}
        action="Delete"
        onConfirm={async () => {
          await deleteWebhook(id)
          form.reset()
          toastDone(`The webhook “${name}” is deleted`)
          void navigate({ to: paths.webhooks() })
          queryClient.removeQueries({ queryKey: ['webhooks', 'one', id] })
          void queryClient.invalidateQueries({ queryKey: ['webhooks', 'list'] })
        }}
      >
        APIs that refer to it call it no more.
      </ConfirmDialog>
    </>
  )
}

type FieldsProps = {
  readonly form: DocumentForm<Webhook>
  readonly error: unknown
  readonly isReadOnly?: boolean
}

function Fields({ form, error, isReadOnly = false }: FieldsProps) {
  const shared = { form, error, isDisabled: isReadOnly }
  return (
    <>
      <FormSection
        title="What is called"
        about="Which events of an API it is told of is set with the API, under its event handlers."
      >
        <TextField {...shared} path={['name']} label="Name" isRequired />
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          <ChoiceField
            {...shared}
            path={['method']}
            label="Method"
            about="How the target is called"
            choices={['POST', 'PUT', 'PATCH', 'GET', 'DELETE'].map((value) => ({ value, label: value }))}
          />
          <NumberField
            {...shared}
            path={['event_timeout']}
            label="Told again after"
            about="An event that says the same is not told before; 0 tells every one"
            min={0}
            unit="seconds"
          />
        </SimpleGrid>
        <TextField
          {...shared}
          path={['target_path']}
          label="Target URL"
          placeholder="https://example.com/events"
          isMono
          isRequired
        />
      </FormSection>
      {!isReadOnly && (
        <FormSection
          title="Headers"
          about="Sent with each call; a word that only you know tells that it is ours."
        >
          <MetaDataField form={form} path={['header_map']} itemName="header" />
        </FormSection>
      )}
      <FormSection
        title="What is sent"
        about="JSON, once; a second time after a second if nobody answers or with 5xx."
      >
        <Code block>{example}</Code>
        <Text size="sm" c="dimmed">
          Events are QuotaExceeded, RatelimitExceeded, OrgQuotaExceeded, OrgRateLimitExceeded, AuthFailure,
          KeyExpired and VersionFailure. The key is its public id, never its secret.
        </Text>
      </FormSection>
    </>
  )
}

const example = JSON.stringify(
  { event: 'QuotaExceeded', message: 'Quota exceeded', path: '/orders/1', origin: '192.0.2.7', key: '0f3a…' },
  null,
  2,
)

/** What is missing before it can be sent. */
function missingIn(form: DocumentForm<Webhook>): string | undefined {
  const name = form.get(['name'])
  const target = form.get(['target_path'])
  if (typeof name !== 'string' || name.trim() === '') return 'Give it a name first'
  if (typeof target !== 'string' || !/^https?:\/\/./i.test(target))
    return 'Its target is an address that begins with https:// or http://'
  return undefined
}
