import { Button, Group } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { text } from '../../lib/json-values.ts'
import { paths } from '../../lib/paths.ts'
import { useDocumentForm } from '../../lib/use-document-form.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { SaveBar } from '../../ui/save-bar.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { toastDone, toastFailed } from '../../ui/toast.tsx'
import { ProviderFields } from './provider-fields.tsx'
import {
  checkProvider,
  createProvider,
  deleteProvider,
  type ProviderDocument,
  providerQuery,
  providersQuery,
  type ShownProvider,
  updateProvider,
} from './queries.ts'

const template: ProviderDocument = {
  name: '',
  issuer: '',
  client_id: '',
  scopes: ['openid', 'email', 'profile'],
  group_claim: '',
  groups: [],
  default_group_id: '',
  create_accounts: false,
  trust_email: false,
  show_to_everybody: false,
  active: true,
}

/** Adding an identity provider. */
export function NewIdentityProviderPage() {
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  const redirectUri = useQuery(providersQuery).data?.redirect_uri
  const form = useDocumentForm<ProviderDocument>(template)
  const [secret, setSecret] = useState('')
  const create = useMutation({
    mutationFn: () => createProvider({ ...form.documentToSend, client_secret: secret }),
    gcTime: 0,
    onSuccess: async (id) => {
      await queryClient.invalidateQueries({ queryKey: ['identity-providers'] })
      toastDone('The identity provider has been added')
      await navigate({ to: paths.identityProvider(id) })
    },
  })
  return (
    <>
      <PageHeader
        title="Add an identity provider"
        about="Register this dashboard at the provider first, as a web application"
        actions={<Back label="Cancel" />}
      />
      <ProviderFields
        form={form}
        error={create.error}
        redirectUri={redirectUri}
        secret={{ value: secret, isKept: false, onChange: setSecret }}
      />
      <SaveBar
        form={form}
        action="Save"
        isNew
        onSave={() => create.mutate()}
        isSaving={create.isPending}
        error={create.error}
        reason={notYet(form.documentToSend)}
      />
    </>
  )
}

/** One identity provider. */
export function IdentityProviderPage() {
  const { id = '' } = useParams({ strict: false })
  const provider = useQuery(providerQuery(id))
  return (
    <Loaded title="Identity provider" query={provider}>
      {(stored) => <Provider key={stored.id} stored={stored} />}
    </Loaded>
  )
}

function Provider({ stored }: { readonly stored: ShownProvider }) {
  const queryClient = useQueryClient()
  const { has_client_secret: isKept, redirect_uri: redirectUri, start_url: _, ...document } = stored
  const form = useDocumentForm<ProviderDocument>(document as ProviderDocument) // without what is only shown, it is what is sent
  const [secret, setSecret] = useState('')
  const save = useMutation({
    mutationFn: () =>
      updateProvider(stored.id, { ...form.documentToSend, ...(secret !== '' && { client_secret: secret }) }),
    gcTime: 0,
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ['identity-providers'] })
      form.reset()
      setSecret('')
      toastDone('The identity provider has been changed')
    },
  })
  return (
    <>
      <PageHeader
        title={stored.name}
        beside={<StatusBadge tone={stored.active ? 'good' : 'off'} word={stored.active ? 'On' : 'Off'} />}
        about={stored.issuer}
        actions={<Actions provider={stored} />}
      />
      <ProviderFields
        form={form}
        error={save.error}
        redirectUri={redirectUri}
        secret={{ value: secret, isKept, onChange: setSecret }}
      />
      <SaveBar
        form={secret === '' ? form : { ...form, isDirty: true }}
        action="Save"
        onSave={() => save.mutate()}
        isSaving={save.isPending}
        error={save.error}
        reason={notYet(form.documentToSend)}
      />
    </>
  )
}

function Actions({ provider }: { readonly provider: ShownProvider }) {
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  const [isAsking, setAsking] = useState(false)
  const check = useMutation({
    mutationFn: () => checkProvider(provider.id),
    onSuccess: () => toastDone('The identity provider answers, and describes itself'),
    onError: (error) => toastFailed(error, 'The identity provider cannot be used'),
  })
  return (
    <Group gap="xs">
      <Back label="Back" />
      <Button variant="default" color="red" onClick={() => setAsking(true)}>
        Delete
      </Button>
      <Button variant="default" loading={check.isPending} onClick={() => check.mutate()}>
        Test the connection
      </Button>
      <ConfirmDialog
        opened={isAsking}
        onClose={() => setAsking(false)}
        title={`Delete the identity provider “${provider.name}”?`}
        action="Delete"
        onConfirm={async () => {
          await deleteProvider(provider.id)
          toastDone('The identity provider has been deleted')
          await navigate({ to: paths.organisationSignIn() })
          await queryClient.invalidateQueries({ queryKey: ['identity-providers', 'list'] })
        }}
      >
        It signs nobody in any more. Accounts that it made stay; whoever has no password needs one from an
        administrator.
      </ConfirmDialog>
    </Group>
  )
}

function Back({ label }: { readonly label: string }) {
  return (
    <Button variant="default" renderRoot={(props) => <Link to={paths.organisationSignIn()} {...props} />}>
      {label}
    </Button>
  )
}

function notYet(document: ProviderDocument): string | undefined {
  if (text(document.name).trim() === '') return 'Give a name'
  if (!/^https?:\/\/./.test(text(document.issuer))) return 'Give the address of the issuer'
  return text(document.client_id).trim() === '' ? 'Give the client ID' : undefined
}
