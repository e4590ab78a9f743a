import { Button, Group, Select, Text, Tooltip } from '@mantine/core'
import { IconKey, IconPlus } from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { usePermissions } from '../../api/me.ts'
import { count } from '../../lib/numbers.ts'
import { paths } from '../../lib/paths.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { type ListState, useListState } from '../../ui/list-state.ts'
import { PageHeader } from '../../ui/page-header.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { Time } from '../../ui/time.tsx'
import { BulkActions } from './bulk-actions.tsx'
import { ApiFilter, PolicyFilter } from './filters.tsx'
import { keyName, looksSecret, shortId } from './key-document.ts'
import { type KeyRow, type KeysAsked, keysQuery } from './queries.ts'
import { statusWords } from './status.ts'

const columns: readonly Column<KeyRow>[] = [
  { id: 'alias', header: 'Alias', sort: 'alias', cell: (row) => row.alias || row.username || 'No alias' },
  { id: 'id', header: 'Key ID', cell: (row) => <ShortId id={row.key_hash} /> },
  {
    id: 'status',
    header: 'Status',
    cell: (row) => <StatusBadge {...statusWords[row.status]} why={row.status_words} />,
  },
  {
    id: 'apis',
    header: 'APIs',
    cell: (row) => <Names names={row.apis.map(({ name }) => name)} total={row.apis_total} />,
  },
  {
    id: 'policies',
    header: 'Policies',
    cell: (row) => <Names names={row.policies.map(({ name }) => name)} total={row.policies.length} />,
  },
  {
    id: 'last_used',
    header: 'Last used',
    sort: 'last_used',
    cell: (row) => <Time at={row.last_used_at} />,
  },
  { id: 'expires', header: 'Expires', sort: 'expires', cell: (row) => <Time at={row.expires} /> },
  { id: 'created', header: 'Created', sort: 'created', cell: (row) => <Time at={row.created_at} /> },
  { id: 'owner', header: 'Owner', isExtra: true, cell: (row) => row.owner },
  { id: 'tags', header: 'Tags', isExtra: true, cell: (row) => row.tags.join(', ') },
]

/** The list of keys. */
export function KeysPage() {
  const may = usePermissions()
  const { state, list } = useKeys()
  const create = { label: 'Make the first key', to: paths.newKey() }
  const mayWrite = may('keys', 'write')
  return (
    <>
      <PageHeader
        title="Keys"
        about="Who may call your APIs, how much and until when"
        actions={
          mayWrite && (
            <Button
              leftSection={<IconPlus size={16} />}
              renderRoot={(root) => <Link to={paths.newKey()} {...root} />}
            >
              CREATE
            </Button>
          )
        }
      />
      <DataTable<KeyRow>
        label="Keys"
        columns={columns}
        list={list}
        state={state}
        rowId={(row) => row.key_hash}
        rowName={keyName}
        rowLink={(row) => paths.key(row.key_hash)}
        searchLabel="Alias, ID, tag, or a whole key"
        filters={<Filters state={state} />}
        {...(mayWrite && {
          bulk: (selected, clear) => <BulkActions selected={selected} clear={clear} />,
        })}
        empty={{
          icon: IconKey,
          text: 'No key yet. Every API that is not open to all needs one.',
          action: mayWrite ? create : undefined,
        }}
      />
    </>
  )
}

function Filters({ state }: { readonly state: ListState }) {
  const may = usePermissions()
  return (
    <>
      <Select
        aria-label="Status"
        placeholder="Any status"
        w={140}
        clearable
        clearButtonProps={{ 'aria-label': 'Any status' }}
        data={[
          { value: 'active', label: 'Active' },
          { value: 'expiring', label: 'Expiring' },
          { value: 'expired', label: 'Expired' },
          { value: 'inactive', label: 'Disabled' },
        ]}
        value={state.filter('status') || null}
        onChange={(status) => state.change({ status: status ?? '' })}
      />
      {may('apis', 'read') && (
        <ApiFilter value={state.filter('api')} onChange={(api) => state.change({ api })} />
      )}
      {may('policies', 'read') && (
        <PolicyFilter value={state.filter('policy')} onChange={(policy) => state.change({ policy })} />
      )}
    </>
  )
}

/**
 * The list and its state. What is typed into the search goes into the address once the server has said that it is no
 * secret; a text of the form of a secret never does.
 */
function useKeys() {
  const state = useListState()
  const queryClient = useQueryClient()
  const [typed, setTyped] = useState<KeysAsked['typed']>()
  const asked: KeysAsked = {
    page: state.page,
    q: typed === undefined ? state.q : '',
    typed,
    status: state.filter('status'),
    apiId: state.filter('api'),
    policyId: state.filter('policy'),
    sort: state.sort,
  }
  const list = useQuery(keysQuery(asked))
  const answered = list.isPlaceholderData ? undefined : list.data
  const latest = useRef(state)
  latest.current = state
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each answer
  useEffect(() => {
    if (typed === undefined || answered === undefined || answered.isSecret || looksSecret(typed.text)) return
    // It is no secret: a link to this search may exist, and finds its answer already there.
    const { queryKey } = keysQuery({ ...asked, page: 1, q: typed.text, typed: undefined })
    queryClient.setQueryData(queryKey, answered)
    latest.current.change({ q: typed.text })
    setTyped(undefined)
  }, [answered, typed])
  const searching: ListState = {
    ...state,
    q: typed?.text ?? state.q,
    isNarrowed: state.isNarrowed || typed !== undefined,
    change: ({ q, ...values }) => {
      if (q === undefined) return state.change(values)
      setTyped(q === '' ? undefined : { at: (typed?.at ?? 0) + Date.now(), text: q })
      state.change({ ...values, q: '' })
    },
  }
  return { state: searching, list }
}

function ShortId({ id }: { readonly id: string }) {
  return (
    <Group gap={4} wrap="nowrap" component="span" display="inline-flex">
      <Tooltip label={id}>
        <code>{shortId(id)}</code>
      </Tooltip>
      <CopyButton value={id} what="key ID" />
    </Group>
  )
}

/** The first names of several, the rest as a number. */
function Names(props: { readonly names: readonly string[]; readonly total: number }) {
  const [first] = props.names
  if (first === undefined) {
    return (
      <Text span inherit c="dimmed">
        none
      </Text>
    )
  }
  const more = props.total - 1
  const shown = (
    <Text span inherit>
      {first}
      {more > 0 && (
        <Text span inherit c="dimmed">
          {` and ${count(more)} more`}
        </Text>
      )}
    </Text>
  )
  return more > 0 ? <Tooltip label={props.names.join(', ')}>{shown}</Tooltip> : shown
}
