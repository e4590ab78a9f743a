import { Group, Text } from '@mantine/core'
import { IconKey } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { usePermissions } from '../../api/me.ts'
import { paths } from '../../lib/paths.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { useListState } from '../../ui/list-state.ts'
import { StatusBadge, type Tone } from '../../ui/status-badge.tsx'
import { type PolicyKey, policyKeysQuery } from './queries.ts'

const statuses: Readonly<Record<PolicyKey['status'], { tone: Tone; word: string }>> = {
  open: { tone: 'good', word: 'Open' },
  organisation_inactive: { tone: 'off', word: 'Organisation off' },
  unusable: { tone: 'bad', word: 'Unusable' },
  inactive: { tone: 'off', word: 'Disabled' },
  expired: { tone: 'bad', word: 'Expired' },
  not_granted: { tone: 'warn', word: 'Not applied' },
  no_api: { tone: 'bad', word: 'No such API' },
  api_inactive: { tone: 'off', word: 'API is off' },
  api_expired: { tone: 'bad', word: 'API expired' },
  not_judged: { tone: 'warn', word: 'Not judged' },
  no_version: { tone: 'bad', word: 'No version' },
  used_up: { tone: 'warn', word: 'Used up' },
}

const columns: readonly Column<PolicyKey>[] = [
  { id: 'alias', header: 'Alias', cell: (key) => key.alias || key.key_hash.slice(0, 8) },
  { id: 'id', header: 'Key ID', cell: (key) => <ShortId id={key.key_hash} /> },
  { id: 'status', header: 'Status', cell: (key) => <StatusBadge {...statuses[key.status]} /> },
  {
    id: 'words',
    header: 'Why',
    cell: (key) => (
      <Text size="sm" span>
        {key.words}
      </Text>
    ),
  },
]

/** The beginning of a public id: enough to tell keys apart by eye; copied whole. */
function ShortId({ id }: { readonly id: string }) {
  return (
    <Group gap={4} wrap="nowrap" component="span" display="inline-flex">
      <code title={id}>{id.slice(0, 8)}</code>
      <CopyButton value={id} what="key ID" />
    </Group>
  )
}

/** Who uses the policy: the keys that list it, and what becomes of their requests. */
export function KeysTab({ id }: { readonly id: string }) {
  const may = usePermissions()
  const state = useListState()
  const list = useQuery(policyKeysQuery(id, state.page))
  return (
    <DataTable
      label="Keys with this policy"
      columns={columns}
      list={list}
      state={state}
      rowId={(key) => key.key_hash}
      rowName={(key) => key.alias || key.key_hash}
      rowLink={(key) => paths.key(key.key_hash)}
      empty={{
        icon: IconKey,
        text: 'No key lists this policy yet.',
        action: may('keys', 'write') ? { label: 'Create a key', to: paths.newKey() } : undefined,
      }}
    />
  )
}
