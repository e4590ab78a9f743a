import { Button, Select, Skeleton, Text, Tooltip } from '@mantine/core'
import { IconCertificate, IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { usePermissions } from '../../api/me.ts'
import { counted } from '../../lib/numbers.ts'
import { paths } from '../../lib/paths.ts'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { useListState } from '../../ui/list-state.ts'
import { PageHeader } from '../../ui/page-header.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { Time } from '../../ui/time.tsx'
import { standingOf } from './certificate-words.ts'
import { type CertificateRow, certificatesQuery, usesQuery } from './queries.ts'

const columns: readonly Column<CertificateRow>[] = [
  { id: 'subject', header: 'Subject', cell: subjectOf },
  { id: 'names', header: 'Names', cell: (row) => <Names names={row.dns_names} /> },
  { id: 'issuer', header: 'Issuer', cell: (row) => row.issuer_cn || <None /> },
  { id: 'status', header: 'Status', cell: (row) => <StatusBadge {...standingOf(row, Date.now())} /> },
  { id: 'expires', header: 'Expires', cell: (row) => <Time at={row.not_after} /> },
  {
    id: 'key',
    header: 'Private key',
    cell: (row) => (row.has_private ? 'with its key' : <None word="without" />),
  },
  { id: 'uses', header: 'Used by', cell: (row) => <Uses id={row.id} /> },
  {
    id: 'kind',
    header: 'Kind',
    isExtra: true,
    cell: (row) => (row.is_ca ? 'certificate authority' : 'leaf'),
  },
]

/** The list of certificates. */
export function CertificatesPage() {
  const state = useListState()
  const list = useQuery(certificatesQuery({ page: state.page, filter: state.filter('filter') }))
  const mayWrite = usePermissions()('certs', 'write')
  return (
    <>
      <PageHeader
        title="Certificates"
        about="Shown to upstreams, expected of clients, served for domains. Private keys come in and never go out"
        actions={
          mayWrite && (
            <Button
              leftSection={<IconPlus size={16} />}
              renderRoot={(root) => <Link to={paths.newCertificate()} {...root} />}
            >
              ADD CERTIFICATE
            </Button>
          )
        }
      />
      <DataTable
        label="Certificates"
        columns={columns}
        list={list}
        state={state}
        rowId={(row) => row.id}
        rowName={subjectOf}
        rowLink={(row) => paths.certificate(row.id)}
        filters={
          <Select
            aria-label="Private key"
            placeholder="With key or without"
            w={200}
            clearable
            clearButtonProps={{ 'aria-label': 'With key or without' }}
            data={[
              { value: 'with_pk', label: 'With its private key' },
              { value: 'without_pk', label: 'Without' },
            ]}
            value={state.filter('filter') || null}
            onChange={(filter) => state.change({ filter: filter ?? '' })}
          />
        }
        empty={{
          icon: IconCertificate,
          text: 'No certificate yet. One is needed where upstreams ask for one, or clients come with theirs.',
          action: mayWrite ? { label: 'ADD CERTIFICATE', to: paths.newCertificate() } : undefined,
        }}
      />
    </>
  )
}

function subjectOf(row: CertificateRow): string {
  return row.subject_cn || row.dns_names[0] || 'No name'
}

function Names({ names }: { readonly names: readonly string[] }) {
  const [first] = names
  if (first === undefined) return <None />
  if (names.length === 1) return first
  return (
    <Tooltip label={names.join(', ')}>
      <Text span inherit>
        {first}
        <Text span inherit c="dimmed">
          {` and ${names.length - 1} more`}
        </Text>
      </Text>
    </Tooltip>
  )
}

/** How many APIs name it; asked for each row by itself, so that the list does not wait. */
function Uses({ id }: { readonly id: string }) {
  const { data, error } = useQuery(usesQuery(id))
  if (data !== undefined) {
    if (data.length === 0) return <None word="no API" />
    return (
      <Tooltip label={data.map(({ name }) => name).join(', ')}>
        <span>{counted(data.length, 'API')}</span>
      </Tooltip>
    )
  }
  return error === null ? <Skeleton h={14} w={50} /> : <None word="not known" />
}

function None({ word = 'none' }: { readonly word?: string }) {
  return (
    <Text span inherit c="dimmed">
      {word}
    </Text>
  )
}
