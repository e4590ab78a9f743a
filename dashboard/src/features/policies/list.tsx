import { Anchor, Button, Select, Skeleton, Text } from '@mantine/core'
import { IconCertificate2, IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { rightsOf } from '../../access/rights.ts'
import { usePermissions } from '../../api/me.ts'
import { text } from '../../lib/json-values.ts'
import { counted } from '../../lib/numbers.ts'
import { paths } from '../../lib/paths.ts'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { Identifier } from '../../ui/identifier.tsx'
import { useListState } from '../../ui/list-state.ts'
import { PageHeader } from '../../ui/page-header.tsx'
import { StatusBadge, type Tone } from '../../ui/status-badge.tsx'
import { Time } from '../../ui/time.tsx'
import {
  type PolicyDocument,
  type PolicyState,
  policyId,
  policyName,
  rateInWords,
  stateOf,
} from './policy-document.ts'
import { keysOfPolicyQuery, policiesQuery } from './queries.ts'

const states: Readonly<Record<PolicyState, { tone: Tone; word: string; why: string }>> = {
  active: { tone: 'good', word: 'Active', why: 'Applies to every key that lists it' },
  draft: { tone: 'info', word: 'Draft', why: 'Not offered for new keys; keys that list it go on' },
  deny: { tone: 'bad', word: 'Access denied', why: 'Keys that list it are refused' },
}

/** How a policy stands, in a word. */
export function PolicyStatus({ policy }: { readonly policy: PolicyDocument }) {
  return <StatusBadge {...states[stateOf(policy)]} />
}

const columns: readonly Column<PolicyDocument>[] = [
  { id: 'name', header: 'Name', sort: 'name', cell: policyName },
  { id: 'id', header: 'ID', cell: (policy) => <Identifier value={policyId(policy)} what="policy ID" /> },
  { id: 'state', header: 'State', sort: 'state', cell: (policy) => <PolicyStatus policy={policy} /> },
  { id: 'apis', header: 'APIs', cell: (policy) => <Apis policy={policy} /> },
  { id: 'keys', header: 'Keys', align: 'right', cell: (policy) => <Keys policy={policy} /> },
  { id: 'rate', header: 'Rate', isExtra: true, cell: rateInWords },
  {
    id: 'date_created',
    header: 'Created',
    sort: 'date_created',
    cell: (policy) => <Time at={policy.date_created} />,
  },
]

/** Names that a cell of the list has room for. */
const shownApis = 2

function Apis({ policy }: { readonly policy: PolicyDocument }) {
  const names = rightsOf(policy).map(({ name }) => name)
  const more = names.length - shownApis
  return (
    <Text size="sm" span title={names.join(', ')}>
      {names.slice(0, shownApis).join(', ')}
      {more > 0 && ` and ${more} more`}
    </Text>
  )
}

/** How many keys list it; asked for each policy that is shown. */
function Keys({ policy }: { readonly policy: PolicyDocument }) {
  const id = policyId(policy)
  const total = useQuery(keysOfPolicyQuery(id, true))
  if (total.data === undefined) return total.isPending ? <Skeleton h={14} w={40} ml="auto" /> : <span>–</span>
  return (
    <Anchor
      size="sm"
      c="var(--link)"
      renderRoot={(props) => <Link to={paths.policy(id, 'keys')} {...props} />}
    >
      {counted(total.data, 'key')}
    </Anchor>
  )
}

/** The list of policies. */
export function PoliciesPage() {
  const may = usePermissions()
  const state = useListState()
  const asked = {
    page: state.page,
    q: state.q,
    sort: state.sort,
    state: state.filter('state'),
    apiId: state.filter('api_id'),
  }
  const list = useQuery(policiesQuery(asked))
  const canWrite = may('policies', 'write')
  return (
    <>
      <PageHeader
        title="Policies"
        about="Rights and limits that many keys share, changed in one place"
        actions={
          canWrite && (
            <Button
              leftSection={<IconPlus size={16} />}
              renderRoot={(props) => <Link to={paths.newPolicy()} {...props} />}
            >
              CREATE
            </Button>
          )
        }
      />
      <DataTable
        label="Policies"
        columns={may('keys', 'read') ? columns : columns.filter(({ id }) => id !== 'keys')}
        list={list}
        state={state}
        rowId={(policy) => text(policy._id)}
        rowName={policyName}
        rowLink={(policy) => paths.policy(policyId(policy))}
        searchLabel="Search by name or ID"
        filters={
          <Select
            aria-label="State"
            w={160}
            data={[
              { value: '', label: 'Any state' },
              { value: 'active', label: 'Active' },
              { value: 'draft', label: 'Draft' },
              { value: 'deny', label: 'Access denied' },
            ]}
            value={asked.state}
            allowDeselect={false}
            onChange={(value) => state.change({ state: value ?? '' })}
          />
        }
        empty={{
          icon: IconCertificate2,
          text: 'No policy yet. A policy gives many keys the same rights and limits.',
          action: canWrite ? { label: 'Create a policy', to: paths.newPolicy() } : undefined,
        }}
      />
    </>
  )
}
