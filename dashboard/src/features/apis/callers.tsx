import { Button } from '@mantine/core'
import { IconUsersGroup } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { usePermissions } from '../../api/me.ts'
import { paths } from '../../lib/paths.ts'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { FormSection } from '../../ui/form-section.tsx'
import { Identifier } from '../../ui/identifier.tsx'
import { useListState } from '../../ui/list-state.ts'
import { StatusBadge, type Tone } from '../../ui/status-badge.tsx'
import { modeOf } from './authentication-modes.ts'
import { useDesign } from './design.ts'
import { type Caller, callersQuery } from './queries.ts'

const statuses: Readonly<Record<Caller['status'], readonly [Tone, string]>> = {
  open: ['good', 'Open'],
  used_up: ['warn', 'Used up'],
  inactive: ['off', 'Key switched off'],
  expired: ['off', 'Key expired'],
  unusable: ['off', 'Key unusable'],
  organisation_inactive: ['off', 'Organisation inactive'],
  not_granted: ['off', 'Not granted'],
  no_api: ['off', 'No such API'],
  api_inactive: ['off', 'API inactive'],
  api_expired: ['off', 'API expired'],
  no_version: ['bad', 'No such version'],
  not_judged: ['bad', 'Not judged'],
}

const columns: readonly Column<Caller>[] = [
  { id: 'alias', header: 'Key', cell: (key) => key.alias || 'Without an alias' },
  { id: 'key_hash', header: 'Key ID', cell: (key) => <Identifier value={key.key_hash} what="key ID" /> },
  {
    id: 'status',
    header: 'Status',
    cell: (key) => <StatusBadge tone={statuses[key.status][0]} word={statuses[key.status][1]} />,
  },
  { id: 'words', header: 'What it may do', cell: (key) => key.words },
  { id: 'source', header: 'By', cell: (key) => key.source.words },
]

/** Every key that names the API, by itself or by a policy, and whether it gets in. */
export function Callers() {
  const { apiId, stored } = useDesign()
  const may = usePermissions()
  const state = useListState()
  const list = useQuery({ ...callersQuery(apiId, state.page), enabled: may('keys', 'read') })
  const isOpen = modeOf(stored.api_definition) === 'keyless'
  if (!may('keys', 'read')) {
    return (
      <FormSection title="Who can call this" about="To see the keys you need the permission to read keys.">
        {null}
      </FormSection>
    )
  }
  return (
    <section aria-label="Who can call this">
      {isOpen && (
        <FormSection title="Anybody" about="The API is open: everyone may call it, without any key.">
          {null}
        </FormSection>
      )}
      <DataTable
        label="Who can call this"
        columns={columns}
        list={list}
        state={state}
        rowId={(key) => key.key_hash}
        rowName={(key) => key.alias || key.key_hash}
        rowLink={(key) => paths.key(key.key_hash)}
        filters={
          may('keys', 'write') && (
            <Button variant="default" renderRoot={(root) => <Link to={paths.newKey(apiId)} {...root} />}>
              Create a key for it
            </Button>
          )
        }
        empty={{ icon: IconUsersGroup, text: 'No key opens this API yet.' }}
      />
    </section>
  )
}
