import { Button, Switch } from '@mantine/core'
import { IconRoute, IconUpload } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useMemo } from 'react'
import { usePermissions } from '../../api/me.ts'
import { paths } from '../../lib/paths.ts'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { Identifier } from '../../ui/identifier.tsx'
import { useListState } from '../../ui/list-state.ts'
import { PageHeader } from '../../ui/page-header.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { Time } from '../../ui/time.tsx'
import { toastDone, toastFailed } from '../../ui/toast.tsx'
import { modeOf, unsupportedIn } from './authentication-modes.ts'
import { type ApiDocument, apiFacts, apisQuery, setApiActive } from './queries.ts'

/** The list of APIs. */
export function ApisPage() {
  const state = useListState()
  const mayWrite = usePermissions()('apis', 'write')
  const list = useQuery(apisQuery({ page: state.page, q: state.q, sort: state.sort }))
  const columns = useMemo(() => columnsFor(mayWrite), [mayWrite])
  return (
    <>
      <PageHeader
        title="Created APIs"
        about="What this gateway stands in front of"
        actions={
          mayWrite && (
            <>
              <Button
                variant="default"
                leftSection={<IconUpload size={16} />}
                renderRoot={(root) => <Link to={paths.importApi()} {...root} />}
              >
                IMPORT API
              </Button>
              <Button renderRoot={(root) => <Link to={paths.newApi()} {...root} />}>+ ADD NEW API</Button>
            </>
          )
        }
      />
      <DataTable
        label="APIs"
        columns={columns}
        list={list}
        state={state}
        rowId={(api) => apiFacts(api).apiId}
        rowName={(api) => apiFacts(api).name}
        rowLink={(api) => paths.api(apiFacts(api).apiId)}
        searchLabel="Search by name"
        empty={{
          icon: IconRoute,
          text: 'No API yet. The gateway forwards nothing until there is one.',
          ...(mayWrite && { action: { label: 'Add the first API', to: paths.newApi() } }),
        }}
      />
    </>
  )
}

function columnsFor(mayWrite: boolean): readonly Column<ApiDocument>[] {
  return [
    { id: 'name', header: 'API NAME', sort: 'name', cell: (api) => apiFacts(api).name },
    {
      id: 'api_id',
      header: 'API ID',
      cell: (api) => <Identifier value={apiFacts(api).apiId} what="API ID" />,
    },
    {
      id: 'active',
      header: 'Active',
      cell: (api) => (mayWrite ? <ActiveSwitch api={api} /> : <ActiveBadge api={api} />),
    },
    { id: 'authentication', header: 'Authentication', cell: (api) => <Authentication api={api} /> },
    { id: 'listen_path', header: 'Listen path', cell: (api) => <code>{apiFacts(api).listenPath}</code> },
    {
      id: 'target_url',
      header: 'Target',
      isExtra: true,
      cell: (api) => <code>{apiFacts(api).targetUrl}</code>,
    },
    { id: 'updated_at', header: 'Changed', sort: 'updated_at', cell: (api) => <Time at={api.updated_at} /> },
    {
      id: 'created_at',
      header: 'Created',
      sort: 'created_at',
      isExtra: true,
      cell: (api) => <Time at={api.created_at} />,
    },
  ]
}

function ActiveBadge({ api }: { readonly api: ApiDocument }) {
  return apiFacts(api).isActive ? (
    <StatusBadge tone="good" word="Active" />
  ) : (
    <StatusBadge tone="off" word="Inactive" why="Requests to it are answered with 404" />
  )
}

function ActiveSwitch({ api }: { readonly api: ApiDocument }) {
  const queryClient = useQueryClient()
  const { apiId, name, isActive } = apiFacts(api)
  const switching = useMutation({
    mutationFn: (next: boolean) => setApiActive(apiId, next),
    onSuccess: async (_, next) => {
      await queryClient.invalidateQueries({ queryKey: ['apis'] })
      toastDone(next ? `“${name}” is in force` : `“${name}” answers no more`)
    },
    onError: (error) => toastFailed(error, `“${name}” was not switched`),
  })
  // While the server is asked, the switch shows what was wanted.
  const isOn = switching.isPending ? switching.variables : isActive
  return (
    <Switch
      size="sm"
      label={isOn ? 'Active' : 'Inactive'}
      aria-label={`${name} is active`}
      checked={isOn}
      disabled={switching.isPending}
      onChange={(event) => switching.mutate(event.currentTarget.checked)}
    />
  )
}

function Authentication({ api: { api_definition: definition } }: { readonly api: ApiDocument }) {
  if (modeOf(definition) === 'keyless') return <>Open (Keyless)</>
  const [other] = unsupportedIn(definition)
  if (other === undefined) return <>Auth Token</>
  return (
    <StatusBadge tone="bad" word={other.name} why="Not judged by Tollgate yet: every request is refused" />
  )
}
