import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Navigate, useParams } from '@tanstack/react-router'
import { type ComponentType, useMemo, useState } from 'react'
import { usePermissions } from '../../api/me.ts'
import { sameValue } from '../../lib/document-form.ts'
import { paths } from '../../lib/paths.ts'
import { useDocumentForm } from '../../lib/use-document-form.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { DocumentDiff } from '../../ui/document-editor.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { PathTabs } from '../../ui/path-tabs.tsx'
import { ReadOnly } from '../../ui/read-only.tsx'
import { SaveBar } from '../../ui/save-bar.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { toastDone } from '../../ui/toast.tsx'
import { Advanced } from './advanced.tsx'
import { ApiActions } from './api-actions.tsx'
import { Authentication } from './authentication.tsx'
import { Callers } from './callers.tsx'
import { CoreSettings } from './core-settings.tsx'
import { Definition, parsedDefinition } from './definition.tsx'
import { DesignContext } from './design.ts'
import { Endpoints } from './endpoints-tab.tsx'
import { NextSteps } from './next-steps.tsx'
import { problemsOf } from './problems.ts'
import { type ApiDocument, apiFacts, apiQuery, updateApi } from './queries.ts'
import { TryIt } from './try-it.tsx'
import { Versions } from './versions-tab.tsx'

/** The tabs that edit the one form, by the last part of their address. */
const editingTabs: Readonly<
  Record<string, { readonly label: string; readonly page: ComponentType | undefined }>
> = {
  core: { label: 'Core settings', page: CoreSettings },
  authentication: { label: 'Authentication', page: Authentication },
  versions: { label: 'Versions', page: Versions },
  endpoints: { label: 'Endpoints', page: Endpoints },
  advanced: { label: 'Advanced', page: Advanced },
  definition: { label: 'Definition', page: undefined },
}

/** The tabs that use the API as it is stored. */
const usingTabs: Readonly<Record<string, { readonly label: string; readonly page: ComponentType }>> = {
  try: { label: 'Try it', page: TryIt },
  callers: { label: 'Who can call this', page: Callers },
}

/** An address without a tab leads to the first one. */
export function ToDesigner() {
  const { apiId = '' } = useParams({ strict: false }) as { readonly apiId?: string }
  return <Navigate to={paths.api(apiId)} replace />
}

/** An API in the designer. */
export function DesignerPage() {
  const { apiId = '', tab = '' } = useParams({ strict: false }) as {
    readonly apiId?: string
    readonly tab?: string
  }
  return (
    <Loaded title="API" query={useQuery(apiQuery(apiId))}>
      {(stored) => <Designer key={apiId} apiId={apiFacts(stored).apiId || apiId} tab={tab} stored={stored} />}
    </Loaded>
  )
}

function Designer(props: { readonly apiId: string; readonly tab: string; readonly stored: ApiDocument }) {
  const { apiId, stored } = props
  const tab = props.tab in editingTabs || props.tab in usingTabs ? props.tab : 'core'
  const isReadOnly = !usePermissions()('apis', 'write')
  const queryClient = useQueryClient()
  const form = useDocumentForm(stored)
  const [typed, setTyped] = useState<string>()
  const [isReviewing, setIsReviewing] = useState(false)
  const definition = form.documentToSend.api_definition
  const problems = useMemo(() => (form.isDirty ? problemsOf(definition) : []), [form.isDirty, definition])
  const saving = useMutation({
    mutationFn: () => updateApi(apiId, form.documentToSend),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ['apis'] })
      form.reset()
      setTyped(undefined)
      toastDone('Saved, and in force')
    },
  })
  const { name, isActive, listenPath } = apiFacts(stored)
  // What was typed is shown as it was typed, unless the form holds something else by now.
  const parsed = typed === undefined ? undefined : parsedDefinition(typed)
  const isBroken = typed !== undefined && parsed === undefined
  const shown =
    typed !== undefined && (isBroken || sameValue(parsed, definition))
      ? typed
      : JSON.stringify(definition, null, 2)
  const discard = {
    ...form,
    reset: () => {
      form.reset()
      setTyped(undefined)
      saving.reset()
    },
  }
  const Page = (editingTabs[tab] ?? usingTabs[tab])?.page
  const first = problems[0]
  const reason = isBroken
    ? 'The definition is not valid JSON'
    : first && `${first.field || 'The definition'}: ${first.message}`
  return (
    <DesignContext value={{ apiId, stored, form, problems, isReadOnly }}>
      <PageHeader
        title={name}
        about={<code>{listenPath}</code>}
        beside={
          isActive ? (
            <StatusBadge tone="good" word="Active" />
          ) : (
            <StatusBadge tone="off" word="Inactive" why="Requests to it are answered with 404" />
          )
        }
        actions={<ApiActions apiId={apiId} stored={stored} isReadOnly={isReadOnly} />}
      />
      <NextSteps apiId={apiId} stored={stored} />
      <PathTabs
        label="Parts of the API"
        current={tab}
        tabs={Object.entries({ ...editingTabs, ...usingTabs }).map(([value, { label }]) => ({
          value,
          label,
          to: paths.api(apiId, value),
        }))}
      >
        {Page === undefined ? (
          <Definition shown={shown} onType={setTyped} />
        ) : tab in editingTabs && tab !== 'endpoints' ? (
          <ReadOnly reason={isReadOnly ? 'You may look at APIs, not change them.' : undefined}>
            <Page />
          </ReadOnly>
        ) : (
          <Page />
        )}
      </PathTabs>
      {!isReadOnly && (tab in editingTabs || form.isDirty) && (
        <SaveBar
          form={discard}
          action={tab === 'definition' ? 'Review and save' : 'SAVE'}
          onSave={() => (tab === 'definition' ? setIsReviewing(true) : saving.mutate())}
          isSaving={saving.isPending}
          error={saving.error}
          reason={reason}
          sharedBy={paths.api(apiId, '')}
        />
      )}
      <ConfirmDialog
        opened={isReviewing}
        onClose={() => setIsReviewing(false)}
        title={`What saving changes in “${name}”`}
        action="SAVE"
        isHarmless
        size="xl"
        onConfirm={() => saving.mutateAsync()}
      >
        <DocumentDiff before={stored.api_definition} after={definition} />
      </ConfirmDialog>
    </DesignContext>
  )
}
