import { Button, Skeleton, Stack, Tabs } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { usePermissions } from '../../api/me.ts'
import { isRecord, text } from '../../lib/json-values.ts'
import { paths } from '../../lib/paths.ts'
import { type DocumentForm, useDocumentForm } from '../../lib/use-document-form.ts'
import { ErrorBox } from '../../ui/error-box.tsx'
import { FormSection } from '../../ui/form-section.tsx'
import { Identifier } from '../../ui/identifier.tsx'
import { useListState } from '../../ui/list-state.ts'
import { PageHeader } from '../../ui/page-header.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { EditKey } from './edit.tsx'
import { EffectiveAccess } from './effective-access.tsx'
import { KeyActions } from './key-actions.tsx'
import { keyName } from './key-document.ts'
import { KeyFacts } from './key-facts.tsx'
import { accessQuery, type KeyDocument, keyQuery, keyRowQuery } from './queries.ts'
import { statusWords } from './status.ts'
import { TrialForm } from './trial.tsx'

/** Everything about one key. */
export function KeyPage() {
  const { id = '' } = useParams({ strict: false })
  const key = useQuery(keyQuery(id))
  if (key.data !== undefined) return <OneKey key={id} id={id} stored={key.data} />
  return (
    <>
      <PageHeader title="Key" about={id} />
      {key.error === null ? (
        <Stack aria-busy="true" aria-label="Loading">
          <Skeleton h={120} />
          <Skeleton h={260} />
        </Stack>
      ) : (
        <>
          <ErrorBox error={key.error} onRetry={key.refetch} />
          <Button variant="default" mt="md" renderRoot={(root) => <Link to={paths.keys()} {...root} />}>
            To the list of keys
          </Button>
        </>
      )}
    </>
  )
}

const tabs = ['access', 'edit', 'test', 'document'] as const

function OneKey({ id, stored }: { readonly id: string; readonly stored: KeyDocument }) {
  const may = usePermissions()
  const mayWrite = may('keys', 'write')
  const form = useDocumentForm(stored)
  const state = useListState()
  const row = useQuery(keyRowQuery(id)).data ?? undefined
  const username = usernameOf(stored)
  const name = keyName({ alias: text(stored.alias), username: username ?? '', key_hash: id })
  const asked = tabs.find((tab) => tab === state.filter('tab')) ?? 'access'
  const tab = asked === 'edit' && !mayWrite ? 'access' : asked
  return (
    <>
      <PageHeader
        title={text(stored.alias) || username ? name : `Key ${name}`}
        beside={row && <StatusBadge {...statusWords[row.status]} why={row.status_words} />}
        about={<Identifier value={id} what="key ID" />}
        actions={mayWrite && <KeyActions id={id} name={name} isOff={stored.is_inactive === true} />}
      />
      <Tabs
        value={tab}
        onChange={(next) => state.change({ tab: next === 'access' ? '' : (next ?? '') })}
        keepMounted={false}
      >
        <Tabs.List mb="md">
          <Tabs.Tab value="access">Access</Tabs.Tab>
          {mayWrite && <Tabs.Tab value="edit">Edit</Tabs.Tab>}
          <Tabs.Tab value="test">Test call</Tabs.Tab>
          <Tabs.Tab value="document">Document</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="access">
          <KeyFacts stored={stored} row={row} username={username} />
          <AccessOf id={id} />
        </Tabs.Panel>
        <Tabs.Panel value="test">
          <TestCall id={id} username={username} />
        </Tabs.Panel>
      </Tabs>
      <EditKey
        id={id}
        name={name}
        form={form as DocumentForm<KeyDocument>}
        stored={stored}
        view={tab === 'edit' || tab === 'document' ? tab : undefined}
      />
    </>
  )
}

function AccessOf({ id }: { readonly id: string }) {
  const access = useQuery(accessQuery(id))
  if (access.data !== undefined) return <EffectiveAccess access={access.data} />
  if (access.error !== null) return <ErrorBox error={access.error} onRetry={access.refetch} />
  return <Skeleton h={260} />
}

function TestCall({ id, username }: { readonly id: string; readonly username: string | undefined }) {
  const may = usePermissions()
  const access = useQuery(accessQuery(id))
  const apis = (access.data?.apis ?? []).filter(({ api_id }) => api_id !== '')
  return (
    <FormSection
      title="What may this key call?"
      about="Ask the gate what it would say to a request, or paste the key and send it. A sent call counts as any caller's."
    >
      {access.error !== null ? (
        <ErrorBox error={access.error} onRetry={access.refetch} />
      ) : access.data === undefined ? (
        <Skeleton h={160} />
      ) : !may('apis', 'read') ? (
        <span>A test call needs the permission to read APIs.</span>
      ) : apis.length === 0 ? (
        <span>This key opens no API that could be called.</span>
      ) : (
        <TrialForm
          apis={apis.map(({ api_id, api_name }) => ({ id: api_id, name: api_name }))}
          keyHash={id}
          username={username}
        />
      )}
    </FormSection>
  )
}

function usernameOf(stored: KeyDocument): string | undefined {
  const data = stored.basic_auth_data
  return isRecord(data) && text(data.user) !== '' ? text(data.user) : undefined
}
