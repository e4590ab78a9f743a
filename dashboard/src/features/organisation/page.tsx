import { SimpleGrid, Text } from '@mantine/core'
import { IconBuilding } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useMe, usePermissions } from '../../api/me.ts'
import { text } from '../../lib/json-values.ts'
import { count } from '../../lib/numbers.ts'
import { paths } from '../../lib/paths.ts'
import { useDocumentForm } from '../../lib/use-document-form.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { SwitchField, TextField } from '../../ui/fields.tsx'
import { FormSection } from '../../ui/form-section.tsx'
import { Identifier } from '../../ui/identifier.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { PathTabs } from '../../ui/path-tabs.tsx'
import { RawDocument } from '../../ui/raw-document.tsx'
import { ReadOnly } from '../../ui/read-only.tsx'
import { SaveBar } from '../../ui/save-bar.tsx'
import { toastDone } from '../../ui/toast.tsx'
import { type OrganisationDocument, organisationQuery, updateOrganisation } from './queries.ts'
import { SignIn } from './sign-in.tsx'

/** The settings of the organisation. */
export function OrganisationPage() {
  return <Page tab="settings">{(stored) => <Settings stored={stored} />}</Page>
}

/** How the organisation's users sign in. */
export function OrganisationSignInPage() {
  return <Page tab="sign-in">{() => <SignIn />}</Page>
}

/** The organisation as a document. */
export function OrganisationDocumentPage() {
  return <Page tab="document">{(stored) => <Document stored={stored} />}</Page>
}

function Page(props: {
  readonly tab: 'settings' | 'sign-in' | 'document'
  readonly children: (stored: OrganisationDocument) => ReactNode
}) {
  const { organisation: own } = useMe()
  const organisation = useQuery({ ...organisationQuery, enabled: own !== null })
  if (own === null) {
    return (
      <>
        <PageHeader title="Organisation" />
        <EmptyState
          icon={IconBuilding}
          text="You belong to no organisation: a super user sees all of them, and administers them by /admin/organisations."
        />
      </>
    )
  }
  return (
    <Loaded title="Organisation" query={organisation}>
      {(stored) => (
        <>
          <PageHeader
            title={text(stored.owner_name) || 'Organisation'}
            about={
              <>
                Organisation ID <Identifier value={stored.id} what="Organisation ID" />
              </>
            }
          />
          <PathTabs
            label="Organisation"
            current={props.tab}
            tabs={[
              { value: 'settings', label: 'Settings', to: paths.organisation() },
              { value: 'sign-in', label: 'Sign-in', to: paths.organisationSignIn() },
              { value: 'document', label: 'Document', to: paths.organisationDocument() },
            ]}
          >
            {props.children(stored)}
          </PathTabs>
        </>
      )}
    </Loaded>
  )
}

/** Saving, as both tabs do it. */
function useSave(done: () => void = () => undefined) {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: updateOrganisation,
    onSuccess: async () => {
      await Promise.all([
        queryClient.invalidateQueries({ queryKey: ['organisation'] }),
        queryClient.invalidateQueries({ queryKey: ['me'] }),
      ])
      done()
      toastDone('The organisation has been changed')
    },
  })
}

function Settings({ stored }: { readonly stored: OrganisationDocument }) {
  const may = usePermissions()
  const form = useDocumentForm<OrganisationDocument>(stored)
  const save = useSave(form.reset)
  const fields = { form, error: save.error }
  return (
    <>
      <ReadOnly reason={may.isAdmin ? undefined : 'Only administrators can change the organisation.'}>
        <FormSection title="Name">
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            <TextField
              {...fields}
              path={['owner_name']}
              label="Name"
              about="Shown at the top of every page"
            />
            <TextField
              {...fields}
              path={['owner_slug']}
              label="Slug"
              about="A short name for addresses"
              isMono
            />
          </SimpleGrid>
        </FormSection>
        <FormSection
          title="Domain"
          about="A host name of the organisation’s own, for clients that read it from here."
        >
          <TextField {...fields} path={['cname']} label="Host name" placeholder="api.example.com" isMono />
          <SwitchField {...fields} path={['cname_enabled']} label="Use the host name" />
        </FormSection>
      </ReadOnly>
      <Granted stored={stored} />
      {may.isAdmin && (
        <SaveBar
          form={form}
          action="Save"
          onSave={() => save.mutate(form.documentToSend)}
          isSaving={save.isPending}
          error={save.error}
        />
      )}
    </>
  )
}

function Granted({ stored }: { readonly stored: OrganisationDocument }) {
  const facts = [
    ['Developers, at most', numberInWords(stored.developer_quota)],
    ['Developers now', numberInWords(stored.developer_count)],
    ['Hybrid', yesOrNo(stored.hybrid_enabled)],
    ['Single sign-on', yesOrNo(stored.sso_enabled)],
  ] as const
  return (
    <FormSection title="Set by the operator" about="Only who runs this installation can change these.">
      <SimpleGrid cols={{ base: 2, sm: 4 }}>
        {facts.map(([label, value]) => (
          <div key={label}>
            <Text size="xs" c="dimmed">
              {label}
            </Text>
            <Text size="sm">{value}</Text>
          </div>
        ))}
      </SimpleGrid>
    </FormSection>
  )
}

function numberInWords(value: unknown): string {
  return typeof value === 'number' ? count(value) : 'not set'
}

function yesOrNo(value: unknown): string {
  return value === true ? 'yes' : 'no'
}

function Document({ stored }: { readonly stored: OrganisationDocument }) {
  const may = usePermissions()
  const save = useSave()
  return (
    <RawDocument
      label="Organisation as JSON"
      stored={stored}
      onSave={may.isAdmin ? save.mutateAsync : undefined}
    />
  )
}
